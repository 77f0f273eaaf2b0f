package io.millrace.gateway.facility;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlurmRowsTest {
  /** As Slurm prints a table with {@code |} between its columns. */
  private static List<Map<String, String>> table(String header, String... lines) {
    String[] names = header.toLowerCase(Locale.ROOT).split("\\|");
    List<Map<String, String>> rows = new ArrayList<>();
    for (String line : lines) {
      String[] values = line.split("\\|", -1);
      Map<String, String> row = new HashMap<>();
      for (int i = 0; i < names.length; i++) {
        row.put(names[i], values[i]);
      }
      rows.add(row);
    }
    return rows;
  }

  private static final String SACCT =
      "JobID|JobName|State|Reason|NNodes|AllocNodes|ReqNodes|Elapsed|Timelimit|Submit|Start|End|ExitCode";

  @Test
  void stepsAreLeftOut() {
    Job job =
        SlurmRows.newest(
                table(
                    SACCT,
                    "12|a|COMPLETED|None|2|2|2|00:03:04|01:00:00|2026-11-29T06:00:00|2026-11-29T06:00:01|2026-11-29T06:03:05|0:0",
                    "12.batch|batch|COMPLETED||1|1|1|00:03:04||2026-11-29T06:00:01|2026-11-29T06:00:01|2026-11-29T06:03:05|0:0",
                    "12.extern|extern|COMPLETED||2|2|2|00:03:04||2026-11-29T06:00:01|2026-11-29T06:00:01|2026-11-29T06:03:05|0:0",
                    "12.0|lanes|FAILED||2|2|2|00:03:04||2026-11-29T06:00:02|2026-11-29T06:00:02|2026-11-29T06:03:05|1:0"))
            .orElseThrow();
    assertThat(job)
        .isEqualTo(
            new Job(
                "12",
                "a",
                JobState.COMPLETED,
                "",
                2,
                Optional.of(Duration.ofSeconds(184)),
                Optional.of(Duration.ofHours(1))));
  }

  @Test
  void thereMayBeNoJob() {
    assertThat(SlurmRows.newest(List.of())).isEmpty();
    assertThat(SlurmRows.newest(table("JobID|State", "12.batch|RUNNING", "|RUNNING"))).isEmpty();
    assertThat(SlurmRows.newest(List.of(Map.of()))).isEmpty();
  }

  @Test
  void afterTheLossOfANodeTheSecondRowCounts() {
    List<Map<String, String>> rows =
        table(
            SACCT,
            "12|a|RESIZING|None|3|3|3|00:01:00|01:00:00|2026-11-29T06:00:00|2026-11-29T06:00:01|2026-11-29T06:01:01|0:0",
            "12|a|RUNNING|None|2|2|3|00:00:10|01:00:00|2026-11-29T06:01:01|2026-11-29T06:01:01|Unknown|0:0");
    assertThat(SlurmRows.newest(rows).orElseThrow())
        .extracting(Job::state, Job::nodes)
        .containsExactly(JobState.RUNNING, 2);
    // Also if both were submitted at one time, and whatever their order.
    rows.get(1).put("submit", rows.get(0).get("submit"));
    assertThat(SlurmRows.newest(List.of(rows.get(1), rows.get(0))).orElseThrow().state())
        .isEqualTo(JobState.RUNNING);
  }

  @Test
  void afterARequeueTheRowThatWaitsCounts() {
    Job job =
        SlurmRows.newest(
                table(
                    SACCT,
                    "12|a|PENDING|BeginTime|1|0|1|00:00:00|01:00:00|2026-11-29T06:02:00|Unknown|Unknown|0:0",
                    "12|a|NODE_FAIL|None|1|1|1|00:01:00|01:00:00|2026-11-29T06:00:00|2026-11-29T06:00:01|2026-11-29T06:01:01|0:0"))
            .orElseThrow();
    assertThat(job.state()).isEqualTo(JobState.PENDING);
    assertThat(job.reason()).isEqualTo("BeginTime");
    assertThat(job.elapsed()).isEmpty();
    assertThat(job.nodes()).isEqualTo(1);
  }

  @Test
  void rowsOfOneTimeCountByTheirPlace() {
    assertThat(
            SlurmRows.newest(table("JobID|State", "12|RESIZING", "12|COMPLETED"))
                .orElseThrow()
                .state())
        .isEqualTo(JobState.COMPLETED);
  }

  @Test
  void ofJobsWithOneNameTheLastCounts() {
    assertThat(
            SlurmRows.newest(
                    table(
                        "JobID|JobName|State|Submit",
                        "13|a|RUNNING|2026-11-29T06:00:00",
                        "12|a|CANCELLED by 1000|2026-11-28T23:00:00"))
                .orElseThrow()
                .id())
        .isEqualTo("13");
  }

  @Test
  void aJobThatWasCancelledSaysNotByWhom() {
    Job job =
        SlurmRows.newest(
                table(
                    SACCT,
                    "12|a|CANCELLED by 1000|Priority|1|0|1|00:00:00|Partition_Limit|2026-11-29T06:00:00|None|2026-11-29T06:00:05|0:0"))
            .orElseThrow();
    assertThat(job.state()).isEqualTo(JobState.CANCELLED);
    assertThat(job.reason()).isEmpty();
    assertThat(job.elapsed()).isEmpty();
    assertThat(job.limit()).isEmpty();
  }

  @Test
  void accountingsReasonOfAJobThatRunsIsOver() {
    assertThat(
            SlurmRows.newest(table("JobID|JobName|State|Reason", "12|a|RUNNING|Priority"))
                .orElseThrow()
                .reason())
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"3:0, exit status 3", "0:9, signal 9", "3, exit status 3"})
  void aJobThatFailedSaysHow(String exit, String reason) {
    assertThat(
            SlurmRows.newest(
                    table("JobID|JobName|State|Reason|ExitCode", "12|a|FAILED|Priority|" + exit))
                .orElseThrow()
                .reason())
        .isEqualTo(reason);
  }

  @Test
  void theQueuesColumnsHaveOtherNames() {
    String queue = "JOBID|NAME|TIME_LIMIT|REASON|ST|NODES|TIME|START_TIME|STATE|SUBMIT_TIME";
    assertThat(
            SlurmRows.newest(
                table(
                    queue,
                    "7|b|8:00:00|QOSMaxNodePerUserLimit|PD|2-4|0:00|2026-11-30T00:00:00|PENDING|2026-11-29T06:33:51")))
        .contains(
            new Job(
                "7",
                "b",
                JobState.PENDING,
                "QOSMaxNodePerUserLimit",
                2,
                Optional.empty(),
                Optional.of(Duration.ofHours(8))));
    assertThat(
            SlurmRows.newest(
                table(
                    queue,
                    "7|b|UNLIMITED|None|R|2|1-02:03:04|2026-11-28T00:00:00|RUNNING|2026-11-27T06:33:51")))
        .contains(
            new Job(
                "7",
                "b",
                JobState.RUNNING,
                "",
                2,
                Optional.of(Duration.ofDays(1).plusHours(2).plusMinutes(3).plusSeconds(4)),
                Optional.empty()));
  }

  @ParameterizedTest
  @CsvSource({
    "1-02:03:04, 93784",
    "02:03:04, 7384",
    "03:04, 184",
    "0:00, 0",
    "00:00:00, 0",
    "150:00:00, 540000",
    "00:00:07.123, 7"
  })
  void timesAreRead(String elapsed, long seconds) {
    assertThat(elapsed(elapsed)).contains(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(strings = {"INVALID", "UNLIMITED", "Partition_Limit", "NOT_SET", "", "(null)", "?"})
  void wordsAreNoTimes(String elapsed) {
    assertThat(elapsed(elapsed)).isEmpty();
  }

  private static Optional<Duration> elapsed(String elapsed) {
    return SlurmRows.newest(
            table(
                "JobID|State|Start|Elapsed|Timelimit",
                "12|RUNNING|2026-11-29T06:00:00|" + elapsed + "|" + elapsed))
        .filter(job -> job.elapsed().equals(job.limit()))
        .orElseThrow()
        .elapsed();
  }

  @ParameterizedTest
  @ValueSource(strings = {"None", "(null)", "NONE", "", "N/A"})
  void noReasonIsNone(String reason) {
    assertThat(
            SlurmRows.newest(table("JobID|State|Reason", "12|PENDING|" + reason))
                .orElseThrow()
                .reason())
        .isEmpty();
  }

  @Test
  void aWordThatWeDoNotKnowIsNoError() {
    assertThat(SlurmRows.newest(table("JobID|State|NNodes", "12|POWER_DOWN|many")).orElseThrow())
        .extracting(Job::state, Job::nodes)
        .containsExactly(JobState.UNKNOWN, 0);
  }
}
