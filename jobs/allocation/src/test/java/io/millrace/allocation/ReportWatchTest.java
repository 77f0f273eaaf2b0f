package io.millrace.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportWatchTest {
  private static final Instant NOW = Instant.parse("2026-11-29T10:00:00Z");

  @TempDir Path folder;
  private final SessionReport.Draft draft =
      new SessionReport.Draft("night", "night", "17", NOW.minusSeconds(60));

  @Test
  void countsLooksWithoutNews() throws Exception {
    ReportWatch watch = new ReportWatch(folder);
    write(NOW);
    SessionReport report = watch.look(null);
    assertThat(report.written()).isEqualTo(NOW);
    assertThat(watch.looksWithoutNews()).isZero();
    for (int look = 1; look <= 3; look++) {
      report = watch.look(report);
      assertThat(watch.looksWithoutNews()).isEqualTo(look);
    }
    write(NOW.minusSeconds(5)); // that clock was set back
    report = watch.look(report);
    assertThat(watch.looksWithoutNews()).as("written again").isZero();
    assertThat(report.written()).isEqualTo(NOW.minusSeconds(5));
  }

  @Test
  void whatCannotBeReadIsNoNews() throws Exception {
    ReportWatch watch = new ReportWatch(folder);
    assertThatThrownBy(watch::read)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("there is no session in " + folder);
    assertThat(watch.look(null)).isNull();
    write(NOW);
    SessionReport report = watch.look(null);
    Files.writeString(folder.resolve(SessionReport.FILE), "{");
    assertThat(watch.look(report)).isSameAs(report);
    assertThat(watch.looksWithoutNews()).isOne();
  }

  private void write(Instant written) throws IOException {
    draft.report(SessionReport.State.READY, "", written).write(folder);
  }
}
