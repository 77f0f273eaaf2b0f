package io.millrace.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.facility.ComputeFacility;
import io.millrace.gateway.facility.FacilityStatus;
import io.millrace.gateway.facility.Job;
import io.millrace.gateway.facility.JobState;
import io.millrace.gateway.machine.MachineProfile;
import io.millrace.gateway.session.SessionSight.Step;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people are told, for all that a facility and a report can say. */
class SessionWatchTest {
  private static final Instant THEN = Instant.parse("2026-11-29T06:00:00Z");

  private final Said facility = new Said();
  private MachineProfile machine;
  private SessionWatch watch;

  @BeforeEach
  void watch() throws Exception {
    machine = MachineProfile.load(Path.of("../..").toAbsolutePath().normalize(), "local-slurm");
    watch = new SessionWatch(facility, machine, "s", "s", "12", THEN);
  }

  /** A facility that says what it is told to say. */
  private static final class Said implements ComputeFacility {
    Optional<Job> job = Optional.empty();
    final Map<String, String> files = new HashMap<>();

    void job(JobState state, String reason) {
      job = Optional.of(new Job("12", "s", state, reason, 3, Optional.empty(), Optional.empty()));
    }

    @Override
    public Optional<Job> get(String id) {
      return job;
    }

    @Override
    public Optional<String> tail(String path, int bytes) {
      return Optional.ofNullable(files.get(path));
    }

    @Override
    public FacilityStatus status() {
      throw new UnsupportedOperationException();
    }

    @Override
    public String submit(String name, String script) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Job> find(String name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void cancel(String id) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void put(String path, byte[] content) {
      throw new UnsupportedOperationException();
    }
  }

  private void report(String state, String reason, Instant written) {
    facility.files.put(
        machine.folderOf("s") + "/session.json",
        """
        {"version": 1, "session": "s", "batchJob": "s", "allocation": "12", "state": "%s", "reason": "%s",
         "changed": "%s", "written": "%s", "taskManagers": 2, "taskManagersWanted": 3}"""
            .formatted(state, reason, written, written));
  }

  private SessionSight after(Duration time) throws Exception {
    return watch.look(THEN.plus(time));
  }

  @Test
  void aJobMayBeUnknownForAWhileButNotForEver() throws Exception {
    assertThat(after(Duration.ofSeconds(1)).step()).isEqualTo(Step.SUBMITTED);
    facility.job(JobState.PENDING, "Priority");
    assertThat(after(Duration.ofMinutes(2)).step()).isEqualTo(Step.QUEUED);
    facility.job = Optional.empty();
    assertThat(after(Duration.ofMinutes(4)).step()).isEqualTo(Step.SUBMITTED);
    SessionSight late = after(Duration.ofMinutes(6));
    assertThat(late.step()).isEqualTo(Step.FAILED);
    assertThat(late.text()).contains("local-slurm has not known job 12 for 180 s");
  }

  @Test
  void whoWaitsHearsWhatFor() throws Exception {
    facility.job(JobState.PENDING, "QOSMaxNodePerUserLimit");
    assertThat(after(Duration.ofMinutes(1)))
        .isEqualTo(
            new SessionSight(Step.QUEUED, "job 12 waits for 3 nodes: QOSMaxNodePerUserLimit"));
  }

  @Test
  void theReportTellsTheSteps() throws Exception {
    facility.job(JobState.RUNNING, "");
    assertThat(after(Duration.ofSeconds(1)).step()).isEqualTo(Step.STARTING);
    report("STARTING", "2 of 3 are registered", THEN);
    assertThat(after(Duration.ofSeconds(2)).text()).startsWith("2 of 3 TaskManagers");
    report("READY", "", THEN);
    assertThat(after(Duration.ofSeconds(3)))
        .isEqualTo(new SessionSight(Step.READY, "ready: press acquire"));
    report("STREAMING", "lost: nid002", THEN);
    assertThat(after(Duration.ofSeconds(4)))
        .isEqualTo(new SessionSight(Step.READY, "streaming (lost: nid002)"));
    report("DRAINING", "the walltime", THEN);
    assertThat(after(Duration.ofSeconds(5)).step()).isEqualTo(Step.DRAINING);
    report("ENDED", "", THEN);
    // Its job has not ended yet.
    assertThat(after(Duration.ofSeconds(6)).step()).isEqualTo(Step.DRAINING);
    facility.job(JobState.COMPLETED, "");
    assertThat(after(Duration.ofSeconds(7)).step()).isEqualTo(Step.ENDED);
  }

  @Test
  void aReportThatGrowsOldIsAFailureWhateverTheClockThereSays() throws Exception {
    facility.job(JobState.RUNNING, "");
    facility.files.put(machine.logOf("s"), "the last words");
    Instant wrong = Instant.parse("2020-01-01T00:00:00Z");
    report("READY", "", wrong);
    assertThat(after(Duration.ofMinutes(1)).step()).isEqualTo(Step.READY);
    report("READY", "", wrong.plusSeconds(5));
    assertThat(after(Duration.ofMinutes(3)).step()).isEqualTo(Step.READY);
    assertThat(after(Duration.ofMinutes(4)).step()).isEqualTo(Step.READY);
    SessionSight silent = after(Duration.ofMinutes(6));
    assertThat(silent.step()).isEqualTo(Step.FAILED);
    assertThat(silent.text()).contains("silent since").endsWith("the last words");
  }

  /** Of a session that goes on in another job. */
  @Test
  void theReportOfAnEarlierJobIsNotThatOfThisOne() throws Exception {
    facility.job(JobState.RUNNING, "");
    report("FAILED", "the time was over", THEN);
    SessionWatch again = new SessionWatch(facility, machine, "s", "s.again-1", "13", THEN);
    assertThat(again.look(THEN)).isEqualTo(new SessionSight(Step.STARTING, "job 13 is RUNNING"));
  }

  @Test
  void aJobThatRunsAndSaysNothingHasFailed() throws Exception {
    facility.job(JobState.RUNNING, "");
    assertThat(after(Duration.ofMinutes(1)).step()).isEqualTo(Step.STARTING);
    assertThat(after(Duration.ofMinutes(10)).step()).isEqualTo(Step.STARTING);
    assertThat(after(Duration.ofMinutes(11)).step()).isEqualTo(Step.FAILED);
  }

  /** It waits again, and has its time to start again. */
  @Test
  void aJobThatIsPutBackToTheQueueStartsAgain() throws Exception {
    facility.job(JobState.RUNNING, "");
    report("STREAMING", "", THEN);
    assertThat(after(Duration.ofMinutes(1)).step()).isEqualTo(Step.READY);
    facility.job(JobState.PENDING, "BeginTime");
    assertThat(after(Duration.ofMinutes(9)).step()).isEqualTo(Step.QUEUED);
    facility.job(JobState.RUNNING, "");
    assertThat(after(Duration.ofMinutes(12)).step()).isEqualTo(Step.STARTING);
    report("READY", "", THEN.plus(Duration.ofMinutes(13)));
    assertThat(after(Duration.ofMinutes(13)).step()).isEqualTo(Step.READY);
  }

  @Test
  void theEndIsWhatTheReportSaysElseWhatTheFacilitySays() throws Exception {
    facility.files.put(machine.logOf("s"), "the last words");
    facility.job(JobState.NODE_FAIL, "");
    SessionSight lost = after(Duration.ofMinutes(1));
    assertThat(lost.step()).isEqualTo(Step.FAILED);
    assertThat(lost.text()).contains("NODE_FAIL").endsWith("the last words");

    report("FAILED", "none of the interfaces is there", THEN);
    facility.job(JobState.FAILED, "NonZeroExitCode");
    assertThat(after(Duration.ofMinutes(2)).text()).contains("none of the interfaces is there");

    // It was cancelled when it had ended already.
    report("ENDED", "", THEN);
    facility.job(JobState.CANCELLED, "");
    assertThat(after(Duration.ofMinutes(3)).step()).isEqualTo(Step.ENDED);

    // It said that it streamed, and nothing after that.
    report("STREAMING", "", THEN);
    facility.job(JobState.COMPLETED, "");
    assertThat(after(Duration.ofMinutes(4)).step()).isEqualTo(Step.FAILED);
  }
}
