package io.millrace.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.allocation.SessionReport.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionReportTest {
  private static final Instant THEN = Instant.parse("2026-11-29T06:00:00Z");

  @TempDir Path folder;

  @Test
  void isReadAsItWasWritten() throws Exception {
    SessionReport report =
        SessionReport.starting("s", "s.again-1", "12", THEN)
            .withZooKeeper("10.0.0.1:2181")
            .withDashboard("http://10.0.0.1:8081")
            .withJob("abc")
            .withTaskManagers(2, 3)
            .endingBy(THEN.plusSeconds(3_600))
            .in(State.READY, "2 of 3 TaskManagers", THEN.plusSeconds(20));
    report.write(folder);
    assertThat(SessionReport.read(Files.readString(folder.resolve(SessionReport.FILE))))
        .isEqualTo(report);
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void theStateIsAsOldAsItsFirstReport() {
    SessionReport first = SessionReport.starting("s", "s.again-1", "12", THEN);
    SessionReport same = first.in(State.STARTING, "other", THEN.plusSeconds(5));
    SessionReport next = same.in(State.READY, "", THEN.plusSeconds(9));
    assertThat(same.changed()).isEqualTo(THEN);
    assertThat(same.written()).isEqualTo(THEN.plusSeconds(5));
    assertThat(next.changed()).isEqualTo(THEN.plusSeconds(9));
  }

  /** A later version may say more. */
  @Test
  void whatIsNotKnownIsLeftOut() throws Exception {
    SessionReport report =
        SessionReport.read(
            """
            {"version": 2, "session": "s", "batchJob": "s", "allocation": "12", "state": "FAILED", "reason": "x",
             "changed": "2026-11-29T06:00:00Z", "written": "2026-11-29T06:00:00Z", "more": 1}""");
    assertThat(report.state().isOver()).isTrue();
    assertThat(report.reason()).isEqualTo("x");
  }
}
