package io.millrace.gateway.steering;

import io.millrace.allocation.SessionReport;
import io.millrace.gateway.facility.FacilityException;
import io.millrace.gateway.facility.Job;
import io.millrace.gateway.facility.JobState;
import io.millrace.gateway.facility.SubmitRefused;
import io.millrace.gateway.machine.MachineProfile;
import io.millrace.gateway.machine.SessionRequest;
import io.millrace.gateway.session.MachineSessions;
import io.millrace.gateway.session.SessionSight;
import io.millrace.gateway.session.SessionWatch;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One step of one session at a time: looks where it is, compares that with where it should be, and
 * does the next thing.
 *
 * <ol>
 *   <li>REQUESTED: what is stored is submitted. That is noted before: who finds such a note looks
 *       for the job by its name for {@link #UNSEEN} before another is submitted, so there is one.
 *       The time counts from the end of the try, which may be minutes after its begin; and from the
 *       first look of a gateway that was started since, which cannot know when the one before has
 *       ended
 *   <li>SUBMITTED to DRAINING: the job is watched
 *   <li>ENDED or FAILED: nothing more is done
 * </ol>
 *
 * Nothing but the database is needed to go on from any state. Each state has a deadline; while the
 * facility does not answer, states stay as they are, and the deadlines are longer by {@link
 * #UNREACHABLE}. For use by one thread.
 */
final class SessionSteps {
  /** To be submitted in, from the request on. */
  static final Duration SUBMIT = Duration.ofMinutes(15);

  /** Until a facility knows a job that may have been submitted, from the last moment it may. */
  static final Duration UNSEEN = Duration.ofSeconds(30);

  /** More than its walltime, for a session that should be over. */
  static final Duration OVERTIME = Duration.ofMinutes(15);

  /** To end a job in that was cancelled. */
  static final Duration CANCEL = Duration.ofMinutes(10);

  /** More for any of these, while the facility does not answer. */
  static final Duration UNREACHABLE = Duration.ofHours(1);

  private final MachineProfile machine;
  private final SessionStore store;
  private final Parameters parameters;
  private final Supplier<List<String>> always;
  private final InstantSource clock;

  /** Sessions whose notes of a submit are this gateway's. */
  private final Set<String> noted = new HashSet<>();

  private final Map<String, SessionWatch> watches = new HashMap<>();
  private final Map<String, Instant> cancelled = new HashMap<>();

  /**
   * @param always options that every job gets
   * @param clock tells the time in the middle of a step: a call to a facility may last for minutes
   */
  SessionSteps(
      MachineProfile machine,
      SessionStore store,
      Parameters parameters,
      Supplier<List<String>> always,
      InstantSource clock) {
    this.always = always;
    this.machine = machine;
    this.store = store;
    this.parameters = parameters;
    this.clock = clock;
  }

  /** Does the next thing for a session that is not over. */
  void step(MachineSessions sessions, SteeredSession session, Instant now)
      throws InterruptedException {
    try {
      if (session.state() == SteeredState.REQUESTED) {
        request(sessions, session, now);
      } else {
        look(sessions, session, now);
      }
    } catch (FacilityException e) {
      unreachable(session, e.getMessage(), now);
    }
  }

  /** Nothing can be done for a session that is not over. */
  void unreachable(SteeredSession session, String why, Instant now) {
    Optional<String> late = late(session, now.minus(UNREACHABLE));
    if (late.isPresent()) {
      over(
          session,
          SteeredState.FAILED,
          "%s, and %s; if there is a job %s yet, it has to be ended there"
              .formatted(late.get(), why, session.name()),
          now);
    } else {
      store.move(session.name(), session.state(), why, now);
    }
  }

  // ---- Until there is a job --------------------------------------------------------------------

  private void request(MachineSessions sessions, SteeredSession session, Instant now)
      throws FacilityException, InterruptedException {
    String name = session.name();
    if (session.submitting() != null) {
      Optional<Job> job = sessions.facility().find(name);
      if (job.isPresent()) {
        submitted(session, job.get().id(), now);
        return;
      }
      Instant tried = session.submitting();
      if (noted.add(name)) {
        store.submittedAt(name, now);
        tried = now;
      }
      if (now.isBefore(tried.plus(UNSEEN))) {
        store.move(
            name,
            SteeredState.REQUESTED,
            "its job may have been submitted, and is looked for by its name",
            now);
        return;
      }
    }
    if (session.wish() != Wish.RUN) {
      over(session, SteeredState.ENDED, "it was ended before its job was submitted", now);
      return;
    }
    Optional<String> late = late(session, now);
    if (late.isPresent()) {
      over(session, SteeredState.FAILED, late.get() + ": " + session.text(), now);
      return;
    }
    try {
      SessionRequest request =
          new SessionRequest(name, session.nodes(), session.walltime(), jobOptions(session));
      request.check(machine);
      sessions.requireHealth(session.walltime());
      String job = session.submitting() == null ? sessions.newJob(name, false) : name;
      noted.add(name);
      if (store.submitting(name, clock.instant())) {
        submitted(session, submit(sessions, job, request), now);
      } // else somebody has ended it meanwhile: the next step sees to that
    } catch (SubmitRefused | IllegalArgumentException e) {
      over(session, SteeredState.FAILED, e.getMessage(), now);
    }
  }

  private String submit(MachineSessions sessions, String job, SessionRequest request)
      throws FacilityException, InterruptedException {
    boolean answered = false;
    try {
      String id = sessions.submit(job, request);
      answered = true;
      return id;
    } catch (SubmitRefused e) {
      answered = true;
      throw e;
    } finally {
      if (!answered) {
        store.submittedAt(request.session(), clock.instant());
      }
    }
  }

  private void submitted(SteeredSession session, String job, Instant now) {
    store.submitted(session.name(), job);
    store.move(
        session.name(),
        SteeredState.SUBMITTED,
        "job %s on %s".formatted(job, session.machine()),
        now);
  }

  // ---- While there is a job --------------------------------------------------------------------

  private void look(MachineSessions sessions, SteeredSession session, Instant now)
      throws FacilityException, InterruptedException {
    String name = session.name();
    SessionWatch watch =
        watches.computeIfAbsent(name, n -> sessions.watch(name, name, session.job(), now));
    Wish wish = follow(sessions, session, now);
    SessionSight sight = watch.look(now);
    Optional<SessionReport> report = watch.report();
    if (report.isPresent()) {
      SessionReport r = report.get();
      if (!Objects.equals(r.endsBy(), session.ends())
          || !Objects.equals(r.zooKeeper(), session.zookeeper())
          || !Objects.equals(r.dashboard(), session.dashboard())) {
        store.found(name, r.endsBy(), r.zooKeeper(), r.dashboard());
      }
    }
    if (sight.step().isOver()) {
      if (sight.step() == SessionSight.Step.FAILED) {
        // Nothing if it has ended; else it would hold its nodes to its walltime.
        sessions.facility().cancel(session.job());
      }
      boolean wished = wish == Wish.CANCEL && isCancelled(sessions, session);
      over(
          session,
          sight.step() == SessionSight.Step.ENDED || wished
              ? SteeredState.ENDED
              : SteeredState.FAILED,
          wished ? "it was cancelled" : sight.text(),
          now);
      return;
    }
    Optional<String> late =
        cancelled.containsKey(name) && now.isAfter(cancelled.get(name).plus(CANCEL))
            ? Optional.of("its job has not ended after %d min".formatted(CANCEL.toMinutes()))
            : late(session, now);
    if (late.isPresent()) {
      sessions.facility().cancel(session.job());
      over(
          session,
          SteeredState.FAILED,
          "%s: %s; job %s is cancelled".formatted(late.get(), sight.text(), session.job()),
          now);
      return;
    }
    store.move(name, state(sight, report), sight.text(), now);
  }

  /** Sees to it that the job does what is wished; until it does, again with each look. */
  private Wish follow(MachineSessions sessions, SteeredSession session, Instant now)
      throws FacilityException, InterruptedException {
    if (session.wish() == Wish.RUN
        || session.state() == SteeredState.DRAINING && session.wish() == Wish.DRAIN) {
      return session.wish();
    }
    Optional<Job> job = sessions.facility().get(session.job());
    if (job.isEmpty() || job.get().state().phase() == JobState.Phase.ENDED) {
      return session.wish();
    }
    boolean atOnce =
        session.wish() == Wish.CANCEL || job.get().state().phase() == JobState.Phase.QUEUED;
    sessions.end(session.name(), job.get(), atOnce);
    if (atOnce) {
      store.wish(session.name(), Wish.CANCEL);
      cancelled.putIfAbsent(session.name(), now);
      return Wish.CANCEL;
    }
    return session.wish();
  }

  private boolean isCancelled(MachineSessions sessions, SteeredSession session)
      throws FacilityException, InterruptedException {
    return sessions
        .facility()
        .get(session.job())
        .map(job -> job.state().phase() == JobState.Phase.ENDED)
        .orElse(false);
  }

  private static SteeredState state(SessionSight sight, Optional<SessionReport> report) {
    return switch (sight.step()) {
      case SUBMITTED -> SteeredState.SUBMITTED;
      case QUEUED -> SteeredState.QUEUED;
      case STARTING -> SteeredState.STARTING;
      case READY ->
          report.map(SessionReport::state).equals(Optional.of(SessionReport.State.STREAMING))
              ? SteeredState.STREAMING
              : SteeredState.READY;
      case DRAINING -> SteeredState.DRAINING;
      case ENDED -> SteeredState.ENDED;
      case FAILED -> SteeredState.FAILED;
    };
  }

  /** What a session is too late for; empty if it is not. */
  private Optional<String> late(SteeredSession session, Instant now) {
    Duration since = Duration.between(session.since(), now);
    return switch (session.state()) {
      case REQUESTED, SUBMITTED ->
          since.compareTo(SUBMIT) > 0
              ? Optional.of("%s for %d min".formatted(session.state(), since.toMinutes()))
              : Optional.empty();
      case READY, STREAMING -> {
        Instant end =
            session.ends() == null ? session.since().plus(session.walltime()) : session.ends();
        yield now.isAfter(end.plus(OVERTIME))
            ? Optional.of("it should have ended at %s".formatted(end))
            : Optional.empty();
      }
      case QUEUED -> MachineSessions.late(machine, SessionSight.Step.QUEUED, since);
      case STARTING -> MachineSessions.late(machine, SessionSight.Step.STARTING, since);
      case DRAINING -> MachineSessions.late(machine, SessionSight.Step.DRAINING, since);
      case ENDED, FAILED -> Optional.empty();
    };
  }

  private void over(SteeredSession session, SteeredState state, String text, Instant now) {
    watches.remove(session.name());
    noted.remove(session.name());
    cancelled.remove(session.name());
    store.move(session.name(), state, text, now);
  }

  private List<String> jobOptions(SteeredSession session) {
    List<String> options = new ArrayList<>(parameters.options(session.parameters()));
    options.addAll(always.get());
    return options;
  }
}
