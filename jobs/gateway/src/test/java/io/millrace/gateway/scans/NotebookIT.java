package io.millrace.gateway.scans;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The notebook's cells, run one behind the other by Debian's Python, which has h5py. */
class NotebookIT {
  private static final Instant START = Instant.parse("2026-11-25T13:45:00.123Z");

  @TempDir Path dir;

  private String run(Path file, Path folder) throws IOException, InterruptedException {
    CatalogueScan scan =
        new CatalogueScan(
            "night.7-20261125T134500123Z",
            "night",
            7,
            0,
            START,
            START,
            "COMPLETE",
            "",
            3,
            2,
            5,
            1,
            0,
            file.toString(),
            null,
            null,
            "",
            List.of(),
            JsonNodeFactory.instance.objectNode());
    StringBuilder program = new StringBuilder();
    for (JsonNode cell : new ObjectMapper().readTree(Notebook.of(scan)).get("cells")) {
      if (cell.get("cell_type").asText().equals("code")) {
        program.append(cell.get("source").asText()).append('\n');
      }
    }
    Path cells = Files.writeString(dir.resolve("cells.py"), program.toString());
    Path output = dir.resolve("output.txt");
    Process python =
        new ProcessBuilder("/usr/bin/python3", cells.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(python.waitFor(60, TimeUnit.SECONDS)).as("ended within a minute").isTrue();
    String printed = Files.readString(output);
    assertThat(python.exitValue()).as(printed).isZero();
    return printed;
  }

  @Test
  void printsWhatTheFileHas() throws Exception {
    Path file = SmallScan.write(dir, "FOURD_261125_1345_00001_00007.h5", "night", 7, START);
    assertThat(run(file, dir))
        .contains("scan 3 x 2")
        .contains("electrons: " + SmallScan.ELECTRONS)
        .contains("frames that arrived: 5 of 6")
        .contains("electrons at (1, 1) : 5")
        .contains("bright_field (2, 3)");
  }

  @Test
  void findsTheFileBesideItself() throws Exception {
    SmallScan.write(dir, "FOURD_261125_1345_00001_00007.h5", "night", 7, START);
    assertThat(run(Path.of("/elsewhere/FOURD_261125_1345_00001_00007.h5"), dir))
        .contains("electrons: " + SmallScan.ELECTRONS);
  }

  @Test
  void pathIsATextWhateverItIsMadeOf() throws Exception {
    Path odd = Files.createDirectory(dir.resolve("a \"b\" \\ é'"));
    Path file = SmallScan.write(odd, "FOURD_261125_1345_00001_00007.h5", "night", 7, START);
    assertThat(run(file, dir)).contains("electrons: " + SmallScan.ELECTRONS);
  }
}
