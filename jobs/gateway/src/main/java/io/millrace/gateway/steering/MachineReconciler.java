package io.millrace.gateway.steering;

import io.millrace.coordination.DaemonThreads;
import io.millrace.gateway.facility.FacilityException;
import io.millrace.gateway.facility.FacilityStatus;
import io.millrace.gateway.machine.MachineProfile;
import io.millrace.gateway.session.MachineSessions;
import io.prometheus.metrics.core.metrics.Counter;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to the sessions of one machine: every few seconds each takes a step, until it is over. One
 * thread does all that there is to do with the facility, which is for one thread at a time.
 */
final class MachineReconciler implements AutoCloseable {
  /** Signs in; tests put a facility of their own in its place. */
  interface Opener {
    MachineSessions open(MachineProfile machine) throws FacilityException, IOException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(MachineReconciler.class);
  private static final Duration SIGHT_AGE = Duration.ofMinutes(1);
  private static final Duration LOG_PATIENCE = Duration.ofSeconds(15);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(3);

  private final MachineProfile machine;
  private final SessionStore store;
  private final Opener opener;
  private final Clock clock;
  private final Duration poll;
  private final Counter failures;
  private final ScheduledExecutorService thread;
  private final SessionSteps steps;
  private final AtomicBoolean woken = new AtomicBoolean();

  private MachineSessions sessions;
  private Instant looked = Instant.MIN;
  private volatile MachineSight sight =
      new MachineSight("unknown", "it is not looked at yet", null);

  /**
   * @param always options that every job gets
   * @param poll between two steps of a session
   * @param failures of the facility, by machine
   */
  MachineReconciler(
      MachineProfile machine,
      SessionStore store,
      Parameters parameters,
      Supplier<List<String>> always,
      Opener opener,
      Clock clock,
      Duration poll,
      Counter failures) {
    this.machine = machine;
    this.store = store;
    this.steps = new SessionSteps(machine, store, parameters, always, clock);
    this.opener = opener;
    this.clock = clock;
    this.poll = poll;
    this.failures = failures;
    this.thread =
        Executors.newSingleThreadScheduledExecutor(new DaemonThreads("machine-" + machine.name()));
  }

  void start() {
    thread.scheduleWithFixedDelay(this::turn, 0, poll.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Something was wished: does not wait for the next turn. */
  void wake() {
    if (woken.compareAndSet(false, true)) {
      thread.execute(this::turn);
    }
  }

  MachineProfile machine() {
    return machine;
  }

  MachineSight sight() {
    return sight;
  }

  /** One turn; whatever goes wrong in it, there is another. */
  private void turn() {
    woken.set(false);
    try {
      if (!store.isOurs()) {
        return; // the lock has said why
      }
      if (sessions == null) {
        sessions = opener.open(machine);
      }
      look();
      for (SteeredSession session : store.active(machine.name())) {
        step(session.name());
      }
    } catch (FacilityException | IOException e) {
      unreachable(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  /**
   * One that cannot be dealt with does not keep the others from it. It is read again: the steps of
   * those before it may have taken minutes, in which somebody has wished something else.
   */
  private void step(String name) throws InterruptedException {
    try {
      Optional<SteeredSession> session = store.find(name);
      if (session.isPresent() && store.isOurs()) {
        steps.step(sessions, session.get(), clock.instant());
      }
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  private void unreachable(String why) {
    try {
      unknown(why);
      for (SteeredSession session : store.active(machine.name())) {
        steps.unreachable(session, why, clock.instant());
      }
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  private void failed(RuntimeException e) {
    failures.labelValues(machine.name()).inc();
    LOG.error("the sessions of {} are looked at again", machine.name(), e);
  }

  private void look() throws InterruptedException {
    Instant now = clock.instant();
    if (now.isBefore(looked.plus(SIGHT_AGE))) {
      return;
    }
    try {
      FacilityStatus status = sessions.facility().status();
      sight =
          new MachineSight(
              switch (status.health()) {
                case ACTIVE -> "up";
                case DEGRADED -> "degraded";
                case UNAVAILABLE -> "down";
                case UNKNOWN -> "unknown";
              },
              String.join("; ", status.notes()),
              sessions.facility().credentialExpiry().orElse(null));
    } catch (FacilityException e) {
      unknown(e.getMessage());
    }
    looked = now;
  }

  private void unknown(String why) {
    failures.labelValues(machine.name()).inc();
    sight = new MachineSight("unknown", why, sight.credentialExpires());
  }

  /**
   * The end of a file at the machine.
   *
   * @return empty if there is none
   * @throws FacilityException if it cannot be read, or not soon
   */
  Optional<String> tail(String path, int bytes) throws FacilityException, InterruptedException {
    Callable<Optional<String>> read =
        () -> sessions == null ? Optional.empty() : sessions.facility().tail(path, bytes);
    Future<Optional<String>> content = null;
    try {
      content = thread.submit(read);
      return content.get(LOG_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | RejectedExecutionException e) {
      if (content != null) {
        content.cancel(true); // or the next turn waits behind what nobody waits for
      }
      throw new FacilityException(
          "%s has not answered after %d s".formatted(machine.name(), LOG_PATIENCE.toSeconds()), e);
    } catch (ExecutionException e) {
      throw new FacilityException(String.valueOf(e.getCause().getMessage()), e);
    }
  }

  /** Leaves everything as it is; the next start goes on with it. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("a call to {} is left as it is", machine.name());
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (sessions != null) {
      sessions.close();
    }
  }
}
