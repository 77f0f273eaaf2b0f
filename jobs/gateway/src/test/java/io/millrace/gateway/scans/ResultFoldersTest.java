package io.millrace.gateway.scans;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFoldersTest {
  @TempDir Path dir;
  private Path results;
  private Path secret;
  private ResultFolders folders;

  @BeforeEach
  void files() throws IOException {
    results = Files.createDirectory(dir.resolve("results"));
    Files.createDirectory(results.resolve("monday"));
    Files.writeString(results.resolve("monday/a.h5"), "a");
    secret = Files.writeString(dir.resolve("secret"), "s");
    Files.createDirectory(dir.resolve("results-of-others"));
    Files.writeString(dir.resolve("results-of-others/a.h5"), "o");
    folders = new ResultFolders(List.of(dir.resolve("not-there"), results));
  }

  @Test
  void fileInAFolderIsFound() throws IOException {
    Path file = results.resolve("monday/a.h5").toRealPath();
    assertThat(folders.find(results.resolve("monday/a.h5").toString())).contains(file);
    assertThat(folders.find("monday/a.h5")).contains(file);
  }

  @Test
  void nothingElseIsFound() throws IOException {
    Files.createSymbolicLink(results.resolve("link.h5"), secret);
    Files.createSymbolicLink(results.resolve("up"), dir);
    assertThat(folders.find(secret.toString())).as("elsewhere").isEmpty();
    assertThat(folders.find(results + "/../secret")).as("upwards").isEmpty();
    assertThat(folders.find("../secret")).as("upwards").isEmpty();
    assertThat(folders.find(results + "/link.h5")).as("a link out").isEmpty();
    assertThat(folders.find("up/secret")).as("through a link out").isEmpty();
    assertThat(folders.find(dir + "/results-of-others/a.h5")).as("a name that begins so").isEmpty();
    assertThat(folders.find(results.resolve("monday").toString())).as("a folder").isEmpty();
    assertThat(folders.find("missing.h5")).isEmpty();
    assertThat(folders.find("a\0b")).isEmpty();
    assertThat(folders.find(null)).isEmpty();
  }

  @Test
  void linkToAFolderOfResultsIsOne() throws IOException {
    Path link = Files.createSymbolicLink(dir.resolve("linked"), results);
    assertThat(new ResultFolders(List.of(link)).find("monday/a.h5")).isPresent();
  }

  @Test
  void aFolderThatHangsIsNotAskedAgainForAWhileAndHoldsUpNoOther() throws Exception {
    Path far = dir.resolve("far");
    AtomicInteger asked = new AtomicInteger();
    CountDownLatch back = new CountDownLatch(1);
    ResultFolders both =
        new ResultFolders(
            List.of(far, results),
            path -> {
              if (path.startsWith(far)) {
                asked.incrementAndGet();
                await(back);
              }
              return path.toRealPath();
            },
            Duration.ofMillis(200));
    try {
      assertThat(both.find(far.resolve("monday/a.h5").toString())).isEmpty();
      assertThat(both.find(far.resolve("tuesday/b.h5").toString())).isEmpty();
      assertThat(asked).as("not each file anew").hasValue(1);
      assertThat(both.find(results.resolve("monday/a.h5").toString())).isPresent();
      assertThat(both.find("monday/a.h5")).isPresent();
      assertThat(asked).hasValue(1);
    } finally {
      back.countDown();
    }
  }

  private static void await(CountDownLatch back) throws IOException {
    try {
      assertThat(back.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
