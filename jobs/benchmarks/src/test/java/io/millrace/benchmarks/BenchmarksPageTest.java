package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchmarksPageTest {
  @TempDir Path folder;

  @Test
  void pageKeepsWhatPeopleWrote() throws IOException {
    Path file = folder.resolve("BENCHMARKS.md");
    String page =
        """
        Before.
        <!-- results of scripts/bench kernel -->
        %s<!-- end of the results of scripts/bench kernel -->
        After.
        """;
    Files.writeString(file, page.formatted("old\n"));
    new BenchmarksPage(file).renew("kernel", "new\n");
    assertThat(file).hasContent(page.formatted("new\n"));
    assertThat(new BenchmarksPage(file).section("kernel")).isEqualTo("\nnew\n");
  }

  @Test
  void pageWithoutAPlaceIsAnError() throws IOException {
    Path file = folder.resolve("BENCHMARKS.md");
    Files.writeString(file, "<!-- results of scripts/bench kernel -->\n");
    assertThatThrownBy(() -> new BenchmarksPage(file).section("kernel"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no place for the results");
  }
}
