package io.millrace.gateway.scans;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderWalkTest {
  private static final int FOLDERS = 20;

  @TempDir Path root;
  private Instant now = Instant.now();
  private FolderWalk walk;

  /** All of them as if they were an hour old. */
  @BeforeEach
  void folders() throws Exception {
    for (int i = 0; i < FOLDERS; i++) {
      Path night = Files.createDirectories(root.resolve("year/night" + i));
      Files.createFile(night.resolve("a.h5"));
      old(night);
    }
    old(root.resolve("year"));
    old(root);
    walk = new FolderWalk(root, 5);
  }

  private void old(Path folder) throws Exception {
    Files.setLastModifiedTime(folder, FileTime.from(now.minusSeconds(3_600)));
  }

  @Test
  void whatHasNotChangedIsNotListedAgain() {
    assertThat(walk.look(now)).hasSize(FOLDERS);
    long first = walk.listings();
    assertThat(first).isEqualTo(FOLDERS + 2);
    assertThat(walk.look(now.plusSeconds(5))).isEmpty();
    assertThat(walk.listings()).isEqualTo(first);
    assertThat(walk.look(now.plus(FolderWalk.ALL_EVERY))).as("all").hasSize(FOLDERS);
  }

  @Test
  void newFilesAndFoldersAreFoundAtTheNextLook() throws Exception {
    walk.look(now);
    Path file = Files.createFile(root.resolve("year/night7/b.h5"));
    assertThat(walk.look(now.plusSeconds(5))).contains(file).hasSize(2);
    Path deep = Files.createDirectories(root.resolve("year/next/of/it")).resolve("c.h5");
    Files.createFile(deep);
    assertThat(walk.look(now.plusSeconds(10))).contains(deep);
    Path tooDeep = Files.createDirectories(deep.resolveSibling("x")).resolve("d.h5");
    Files.createFile(tooDeep);
    assertThat(walk.look(now.plusSeconds(15))).doesNotContain(tooDeep);
  }

  /** The file system's clock may tick once a second, or slower. */
  @Test
  void aChangeWithinTheSameTickIsFound() throws Exception {
    Path night = root.resolve("year/night7");
    FileTime tick = FileTime.from(now);
    Files.setLastModifiedTime(night, tick);
    walk.look(now);
    Path file = Files.createFile(night.resolve("b.h5"));
    Files.setLastModifiedTime(night, tick);
    assertThat(walk.look(now.plusSeconds(5))).contains(file);
  }

  @Test
  void aFolderMayComeAndGo() throws Exception {
    FolderWalk later = new FolderWalk(root.resolve("later"), 5);
    assertThat(later.look(now)).isEmpty();
    Path file = Files.createDirectories(root.resolve("later")).resolve("a.h5");
    Files.createFile(file);
    assertThat(later.look(now.plusSeconds(5))).containsExactly(file);
    Files.delete(file);
    Files.delete(root.resolve("later"));
    assertThat(later.look(now.plusSeconds(10))).isEmpty();
  }
}
