package io.millrace.benchmarks.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ModelCommandTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--cameras=0",
        "--usable=1.5",
        "--usable=NaN",
        "--link=0",
        "--slots=-1",
        "--electrons=-5",
        "--taskmanager-cpu=0",
        "--frames=Infinity"
      })
  void impossibleValuesAreRefused(String option) {
    StringWriter err = new StringWriter();
    assertThat(new CommandLine(new ModelCommand()).setErr(new PrintWriter(err)).execute(option))
        .isEqualTo(2);
    assertThat(err.toString()).startsWith(option.substring(0, option.indexOf('=')) + " has to be ");
  }

  /** The 4D Camera: 57.7 GB/s; at 0.55 CPU-seconds per GB 31.7 cores. */
  @Test
  void tablesGoToThePage(@TempDir Path root) throws IOException {
    Path page = root.resolve("docs").resolve("SCALING.md");
    Files.createDirectories(page.getParent());
    Files.writeString(
        page,
        "# Scaling\n<!-- results of scripts/bench model -->\n"
            + "<!-- end of the results of scripts/bench model -->\n");
    Path json = root.resolve("model.json");
    String before = System.setProperty("millrace.root", root.toString());
    StringWriter out = new StringWriter();
    try {
      assertThat(
              new CommandLine(new ModelCommand())
                  .setOut(new PrintWriter(out))
                  .execute("--links", "4", "--aggregator-cpu", "0.7", "--json", json.toString()))
          .isZero();
    } finally {
      if (before == null) {
        System.clearProperty("millrace.root");
      } else {
        System.setProperty("millrace.root", before);
      }
    }
    assertThat(page)
        .content()
        .startsWith("# Scaling\n")
        .contains("`scripts/bench model --links 4 --aggregator-cpu 0.7`")
        .contains("aggregator 0.70, TaskManager 0.55 (aggregator as given, else assumed: there are")
        .contains("| pixels | GB/s | 57.7 | 231 | 924 |")
        .contains("| compute: cores at work | cores | 31.8 | 127 | 508 |");
    assertThat(out.toString()).contains("| pixels | GB/s |");
    JsonNode first = new ObjectMapper().readTree(json.toFile()).get(0);
    assertThat(first.path("name").asText()).isEqualTo("1 camera: pixels");
    assertThat(first.path("value").asDouble()).isEqualTo(57.729024);
  }
}
