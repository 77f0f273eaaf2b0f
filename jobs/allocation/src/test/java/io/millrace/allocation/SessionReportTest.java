package io.millrace.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.allocation.SessionReport.Draft;
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
    Draft draft = new Draft("s", "s.again-1", "12", THEN);
    draft.zooKeeper = "10.0.0.1:2181";
    draft.dashboard = "http://10.0.0.1:8081";
    draft.job = "abc";
    draft.taskManagers = 2;
    draft.taskManagersWanted = 3;
    draft.endsBy = THEN.plusSeconds(3_600);
    SessionReport report = draft.report(State.READY, "2 of 3 TaskManagers", THEN.plusSeconds(20));
    report.write(folder);
    assertThat(SessionReport.read(Files.readString(folder.resolve(SessionReport.FILE))))
        .isEqualTo(report);
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void theStateIsAsOldAsItsFirstReport() {
    Draft draft = new Draft("s", "s.again-1", "12", THEN);
    SessionReport same = draft.report(State.STARTING, "other", THEN.plusSeconds(5));
    SessionReport next = draft.report(State.READY, "", THEN.plusSeconds(9));
    assertThat(same.changed()).isEqualTo(THEN);
    assertThat(same.written()).isEqualTo(THEN.plusSeconds(5));
    assertThat(next.changed()).isEqualTo(THEN.plusSeconds(9));
  }

  /** It is read through an API that gives the end of a file. */
  @Test
  void aReasonIsCutSoThatTheWholeStaysSmall() {
    Draft draft = new Draft("s", "s", "12", THEN);
    assertThat(draft.report(State.FAILED, "x".repeat(100_000), THEN).reason()).hasSize(2_000);
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
