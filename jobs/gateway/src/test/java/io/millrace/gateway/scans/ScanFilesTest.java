package io.millrace.gateway.scans;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.live.LiveScan;
import io.millrace.gateway.live.RingImages;
import io.millrace.gateway.store.Database;
import io.millrace.hdf5.CountedFile;
import io.millrace.operators.images.VirtualDetector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScanFilesTest {
  @TempDir Path dir;
  private Database database;
  private Catalogue catalogue;
  private ResultFolders folders;
  private Path file;
  private String id;

  @BeforeEach
  void open() throws IOException {
    database = Database.open("sqlite:" + dir.resolve("gateway.db"));
    catalogue = new Catalogue(database.jdbi());
    Path results = Files.createDirectory(dir.resolve("results"));
    folders = new ResultFolders(List.of(results));
    file =
        SmallScan.write(
            results,
            "FOURD_261125_1345_00001_00007.h5",
            "night",
            7,
            Instant.parse("2026-11-25T13:45:00.123Z"));
    id = catalogue.tell(FileAccount.read(file).orElseThrow()).orElseThrow();
  }

  @AfterEach
  void close() {
    database.close();
  }

  private LiveScan scan() throws IOException {
    return new ScanFiles(catalogue, folders).open(id).orElseThrow();
  }

  @Test
  void imagesAreThoseOfTheFile() throws IOException {
    try (CountedFile counted = new CountedFile(file)) {
      for (String name :
          List.of("bright_field", "annular_dark_field", "total_counts", "com_x", "com_y")) {
        double[] expected = counted.image(name).values();
        double[] shown = scan().image(name).orElseThrow().values();
        for (int p = 0; p < 5; p++) {
          assertThat((float) shown[p]).as("%s at %d", name, p).isEqualTo((float) expected[p]);
        }
        assertThat(shown[5]).as("absent").isNaN();
      }
      assertThat(scan().image("sum_pattern").orElseThrow().values())
          .isEqualTo(counted.image("sum_pattern").values());
    }
  }

  @Test
  void ringsAreCountedFromTheFile() throws IOException {
    VirtualDetector ring = new VirtualDetector("mine", 1, 3.5, 3, 3);
    float[] values = RingImages.values(scan(), ring);
    for (int p = 0; p < 5; p++) {
      assertThat(values[p]).isEqualTo(SmallScan.in(ring, p));
    }
    assertThat(values[5]).isNaN();
    assertThat(scan().rings())
        .extracting("name")
        .containsExactlyInAnyOrder("bright_field", "annular_dark_field");
    assertThat(scan().rings()).extracting("outer").contains(5.5);
  }

  @Test
  void positionIsReadFromTheFile() throws IOException {
    assertThat(scan().position(1, 1).events()).isEqualTo(SmallScan.events(4));
    assertThat(scan().position(1, 1).mask()).isEqualTo(1);
    assertThat(scan().position(2, 1).frames()).isZero();
  }

  @Test
  void accountIsThatOfTheFile() throws IOException {
    assertThat(scan().complete()).isEqualTo(4);
    assertThat(scan().incomplete()).isEqualTo(1);
    assertThat(scan().absent()).isEqualTo(1);
    assertThat(scan().state()).isEqualTo("INCOMPLETE");
  }

  @Test
  void factsOfTheFileAreFound() throws Exception {
    assertThat(new FileFacts(catalogue, folders).look()).isEqualTo(1);
    CatalogueScan known = catalogue.find(id).orElseThrow();
    byte[] bytes = Files.readAllBytes(file);
    assertThat(known.bytes()).isEqualTo(bytes.length);
    assertThat(known.sha256())
        .isEqualTo(
            java.util.HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(bytes)));
    assertThat(catalogue.thumbnail(id).orElseThrow()).startsWith(0x89, 'P', 'N', 'G');
  }
}
