package io.millrace.gateway.steering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.gateway.facility.JobState;
import io.millrace.gateway.machine.MachineProfile;
import io.millrace.gateway.session.MachineSessions;
import io.millrace.gateway.store.Database;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A session in each of its states, and gateways that are killed in them. */
class SessionStepsTest {
  private static final String LIVE = "--live=tcp://gateway:5570";
  @TempDir Path folder;

  final StoodInFacility facility = new StoodInFacility();
  private MachineProfile machine;
  Database database;
  private SessionStore store;
  private SessionSteps steps;
  private Instant now = Instant.parse("2026-11-29T06:00:00Z");

  /** An empty database. */
  String databaseUrl() throws Exception {
    return "sqlite:" + folder.resolve("gateway.db");
  }

  @BeforeEach
  void store() throws Exception {
    machine = MachineProfile.load(Path.of("../..").toAbsolutePath().normalize(), "local-slurm");
    database = Database.open(databaseUrl());
    store = new SessionStore(database);
    restart();
    store.add(
        new SteeredSession(
            "s",
            machine.name(),
            2,
            60,
            Map.of("centroids", true),
            Wish.RUN,
            SteeredState.REQUESTED,
            "asked for",
            now,
            null,
            null,
            null,
            null,
            null,
            now,
            "ada"));
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** What a gateway knows that is started again: only what is stored. */
  private void restart() {
    steps = new SessionSteps(machine, store, new Parameters(), () -> List.of(LIVE), () -> now);
  }

  private SteeredSession session() {
    return store.find("s").orElseThrow();
  }

  SteeredState step() throws InterruptedException {
    steps.step(new MachineSessions(facility, machine), session(), now);
    return session().state();
  }

  private SteeredState after(Duration time) throws InterruptedException {
    now = now.plus(time);
    return step();
  }

  private void report(String state) {
    now = now.plusSeconds(5);
    facility.files.put(
        machine.folderOf("s") + "/session.json",
        """
        {"version":1,"session":"s","batchJob":"s","allocation":"a","state":"%s","reason":"","changed":"%s",
         "written":"%s","zooKeeper":"127.0.0.1:2181","taskManagers":1,"taskManagersWanted":1,
         "endsBy":"2026-11-29T07:00:00Z"}
        """
            .formatted(state, now, now));
  }

  private void runs() throws InterruptedException {
    step();
    facility.job("s", JobState.RUNNING);
    report("READY");
    assertThat(step()).isEqualTo(SteeredState.READY);
  }

  // ---- The good way ----------------------------------------------------------------------------

  @Test
  void isSubmittedWatchedAndEnded() throws Exception {
    assertThat(step()).isEqualTo(SteeredState.SUBMITTED);
    assertThat(facility.submits).containsExactly("s");
    assertThat(facility.scripts.get("s")).contains(LIVE);
    assertThat(step()).isEqualTo(SteeredState.QUEUED);
    facility.job("s", JobState.RUNNING);
    assertThat(step()).isEqualTo(SteeredState.STARTING);
    report("READY");
    assertThat(step()).isEqualTo(SteeredState.READY);
    assertThat(session().ends()).isEqualTo("2026-11-29T07:00:00Z");
    assertThat(session().zookeeper()).isEqualTo("127.0.0.1:2181");
    report("STREAMING");
    assertThat(step()).isEqualTo(SteeredState.STREAMING);
    report("DRAINING");
    assertThat(step()).isEqualTo(SteeredState.DRAINING);
    report("ENDED");
    facility.job("s", JobState.COMPLETED);
    assertThat(step()).isEqualTo(SteeredState.ENDED);
    assertThat(store.steps("s"))
        .extracting(SessionStore.Step::state)
        .containsExactly(
            SteeredState.values()[0],
            SteeredState.SUBMITTED,
            SteeredState.QUEUED,
            SteeredState.STARTING,
            SteeredState.READY,
            SteeredState.STREAMING,
            SteeredState.DRAINING,
            SteeredState.ENDED);
    assertThat(store.active(machine.name())).isEmpty();
  }

  // ---- Killed gateways -------------------------------------------------------------------------

  @Test
  void killedBeforeTheSubmitSubmits() throws Exception {
    restart();
    assertThat(step()).isEqualTo(SteeredState.SUBMITTED);
    assertThat(facility.submits).hasSize(1);
  }

  @Test
  void killedBetweenSubmitAndAnswerFindsItsJob() throws Exception {
    facility.losesAnswer = true;
    assertThatThrownBy(this::step).isInstanceOf(InterruptedException.class);
    restart();
    assertThat(step()).isEqualTo(SteeredState.SUBMITTED);
    assertThat(facility.submits).as("one job, not two").hasSize(1);
    assertThat(session().job()).isEqualTo("s");
  }

  @Test
  void killedBeforeTheRequestHasLeftLooksForAWhileAndSubmits() throws Exception {
    facility.losesRequest = true;
    assertThatThrownBy(this::step).isInstanceOf(InterruptedException.class);
    facility.losesRequest = false;
    restart();
    assertThat(after(Duration.ofSeconds(5))).isEqualTo(SteeredState.REQUESTED);
    assertThat(facility.submits).isEmpty();
    assertThat(after(SessionSteps.UNSEEN)).isEqualTo(SteeredState.SUBMITTED);
    assertThat(facility.submits).hasSize(1);
  }

  /** The note of a submit that hung is old when it fails; the job may be in the queue only then. */
  @Test
  void submitThatHungIsLookedForFromItsEndOn() throws Exception {
    facility.hangsFor = () -> now = now.plus(Duration.ofMinutes(6));
    assertThat(step()).isEqualTo(SteeredState.REQUESTED);
    facility.hangsFor = null;
    assertThat(after(Duration.ofSeconds(10))).isEqualTo(SteeredState.REQUESTED);
    facility.job("s", JobState.PENDING);
    assertThat(after(SessionSteps.UNSEEN)).isEqualTo(SteeredState.SUBMITTED);
    assertThat(facility.submits).as("one job, not two").hasSize(1);
  }

  /** A gateway that is started again cannot know when the one before it has ended. */
  @Test
  void killedInALongSubmitLooksAnew() throws Exception {
    facility.losesRequest = true;
    assertThatThrownBy(this::step).isInstanceOf(InterruptedException.class);
    facility.losesRequest = false;
    restart();
    assertThat(after(Duration.ofMinutes(6))).isEqualTo(SteeredState.REQUESTED);
    assertThat(after(SessionSteps.UNSEEN.minusSeconds(1))).isEqualTo(SteeredState.REQUESTED);
    assertThat(after(Duration.ofSeconds(1))).isEqualTo(SteeredState.SUBMITTED);
    assertThat(facility.submits).hasSize(1);
  }

  @Test
  void cancelledWhileTheFacilityIsAskedHasNoJob() throws Exception {
    facility.meanwhile = () -> store.wish("s", Wish.CANCEL);
    assertThat(step()).isEqualTo(SteeredState.REQUESTED);
    assertThat(step()).isEqualTo(SteeredState.ENDED);
    assertThat(facility.submits).isEmpty();
  }

  @Test
  void killedWhileQueuedOrRunningGoesOn() throws Exception {
    step();
    assertThat(step()).isEqualTo(SteeredState.QUEUED);
    restart();
    assertThat(step()).isEqualTo(SteeredState.QUEUED);
    facility.job("s", JobState.RUNNING);
    report("STREAMING");
    restart();
    assertThat(step()).isEqualTo(SteeredState.STREAMING);
    restart();
    report("ENDED");
    facility.job("s", JobState.COMPLETED);
    assertThat(step()).isEqualTo(SteeredState.ENDED);
    assertThat(facility.submits).hasSize(1);
  }

  /** What was wished while no gateway ran is done by the next one. */
  @Test
  void killedAfterADrainDrains() throws Exception {
    runs();
    store.wish("s", Wish.DRAIN);
    restart();
    step();
    assertThat(facility.files).containsKey(machine.folderOf("s") + "/drain");
  }

  // ---- Ends ------------------------------------------------------------------------------------

  @Test
  void drainedWhileQueuedIsCancelled() throws Exception {
    step();
    store.wish("s", Wish.DRAIN);
    step();
    assertThat(facility.cancels).containsExactly("s");
    facility.job("s", JobState.CANCELLED);
    assertThat(step()).isEqualTo(SteeredState.ENDED);
  }

  @Test
  void cancelledBeforeItIsSubmittedHasNoJob() throws Exception {
    store.wish("s", Wish.CANCEL);
    assertThat(step()).isEqualTo(SteeredState.ENDED);
    assertThat(facility.submits).isEmpty();
  }

  @Test
  void cancelledWhileItRunsHasEndedAndNotFailed() throws Exception {
    runs();
    store.wish("s", Wish.CANCEL);
    assertThat(step()).isEqualTo(SteeredState.READY);
    assertThat(facility.cancels).isNotEmpty();
    facility.job("s", JobState.CANCELLED);
    assertThat(step()).isEqualTo(SteeredState.ENDED);
    assertThat(session().text()).isEqualTo("it was cancelled");
  }

  @Test
  void aJobThatDoesNotHeedItsCancelIsGivenUp() throws Exception {
    runs();
    store.wish("s", Wish.CANCEL);
    step();
    for (int minute = 1; minute < SessionSteps.CANCEL.toMinutes(); minute++) {
      report("READY");
      assertThat(after(Duration.ofMinutes(1).minusSeconds(5))).isEqualTo(SteeredState.READY);
    }
    report("READY");
    assertThat(after(Duration.ofMinutes(1))).isEqualTo(SteeredState.FAILED);
  }

  // ---- Deadlines -------------------------------------------------------------------------------

  @Test
  void refusedIsFailedWithTheFacilitysWords() throws Exception {
    facility.refusal = "invalid account";
    assertThat(step()).isEqualTo(SteeredState.FAILED);
    assertThat(session().text()).isEqualTo("invalid account");
  }

  @Test
  void nameThatWasUsedByTheCommandIsRefused() throws Exception {
    facility.job("s", JobState.COMPLETED);
    assertThat(step()).isEqualTo(SteeredState.FAILED);
    assertThat(session().text()).contains("choose another name");
    assertThat(facility.submits).isEmpty();
  }

  @Test
  void queuedForTooLongIsCancelled() throws Exception {
    step();
    step();
    assertThat(after(Duration.ofMinutes(machine.queueMinutes()))).isEqualTo(SteeredState.FAILED);
    assertThat(facility.cancels).containsExactly("s");
    assertThat(session().text()).contains("QUEUED for 60 min");
  }

  @Test
  void longerThanItsWalltimeIsCancelled() throws Exception {
    runs();
    now = Instant.parse("2026-11-29T07:14:00Z");
    report("READY");
    assertThat(step()).isEqualTo(SteeredState.READY);
    now = Instant.parse("2026-11-29T07:16:00Z");
    report("READY");
    assertThat(step()).isEqualTo(SteeredState.FAILED);
    assertThat(facility.cancels).containsExactly("s");
  }

  @Test
  void unreachableStaysAsItIsButNotForEver() throws Exception {
    runs();
    facility.unreachable = true;
    assertThat(after(Duration.ofMinutes(50))).isEqualTo(SteeredState.READY);
    assertThat(session().text()).isEqualTo("the facility does not answer");
    facility.unreachable = false;
    report("READY");
    assertThat(step()).isEqualTo(SteeredState.READY);
    facility.unreachable = true;
    assertThat(after(Duration.ofMinutes(86))).isEqualTo(SteeredState.FAILED);
    assertThat(session().text()).contains("has to be ended there");
  }

  @Test
  void neverSubmittedIsGivenUp() throws Exception {
    facility.unreachable = true;
    assertThat(after(SessionSteps.SUBMIT)).isEqualTo(SteeredState.REQUESTED);
    assertThat(after(SessionSteps.UNREACHABLE.plusSeconds(1))).isEqualTo(SteeredState.FAILED);
  }

  @Test
  void aCancelIsNotTakenBackByADrainAtTheSameTime() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int round = 0; round < 20; round++) {
        database.jdbi().useHandle(h -> h.execute("UPDATE sessions SET wish = 'RUN'"));
        CyclicBarrier together = new CyclicBarrier(2);
        List<Future<?>> people = new ArrayList<>();
        for (Wish wish : List.of(Wish.DRAIN, Wish.CANCEL)) {
          people.add(
              threads.submit(
                  () -> {
                    together.await(60, TimeUnit.SECONDS);
                    store.wish("s", wish);
                    return null;
                  }));
        }
        for (Future<?> one : people) {
          one.get(60, TimeUnit.SECONDS);
        }
        assertThat(session().wish()).isEqualTo(Wish.CANCEL);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
