package io.millrace.gateway.steering;

import io.millrace.gateway.facility.FacilityException;
import io.millrace.gateway.machine.MachineProfile;
import io.millrace.gateway.machine.SessionRequest;
import io.millrace.gateway.server.ApiException;
import io.millrace.gateway.server.Routes;
import io.millrace.gateway.session.MachineSessions;
import io.millrace.gateway.store.Database;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Sessions that people ask the gateway for: what they wish is stored, and a reconciler for each
 * machine sees to it that it comes about.
 */
public final class Steering implements AutoCloseable {
  /** A facility on this machine costs nothing to ask; one that is used by thousands does. */
  private static final Duration NEAR_POLL = Duration.ofSeconds(2);

  private static final Duration FAR_POLL = Duration.ofSeconds(10);

  private final SessionStore store;
  private final Parameters parameters = new Parameters();
  private final Clock clock;
  private final Map<String, MachineReconciler> machines = new TreeMap<>();

  /**
   * @param machines that sessions can be started on
   * @param live where their jobs reach the gateway, such as {@code tcp://gateway:5570}
   */
  public Steering(
      Database database,
      Collection<MachineProfile> machines,
      Supplier<String> live,
      Clock clock,
      PrometheusRegistry registry) {
    this(database, machines, live, MachineSessions::open, clock, Optional.empty(), registry);
  }

  /**
   * @param opener of facilities
   * @param poll of all machines; empty for the usual ones
   */
  Steering(
      Database database,
      Collection<MachineProfile> machines,
      Supplier<String> live,
      MachineReconciler.Opener opener,
      Clock clock,
      Optional<Duration> poll,
      PrometheusRegistry registry) {
    this.store = new SessionStore(database);
    this.clock = clock;
    Counter failures =
        Counter.builder()
            .name("millrace_gateway_facility_failures_total")
            .help("Calls to a machine's facility that have failed after all further tries")
            .labelNames("machine")
            .register(registry);
    for (MachineProfile machine : machines) {
      boolean near = machine.facility().kind().isNear();
      this.machines.put(
          machine.name(),
          new MachineReconciler(
              machine,
              store,
              parameters,
              () -> near || !isLoopback(live.get()) ? List.of("--live=" + live.get()) : List.of(),
              opener,
              clock,
              poll.orElse(near ? NEAR_POLL : FAR_POLL),
              failures));
    }
    GaugeWithCallback.builder()
        .name("millrace_gateway_sessions")
        .help("Sessions that are not over, by machine and state")
        .labelNames("machine", "state")
        .callback(
            gauge ->
                this.machines
                    .keySet()
                    .forEach(
                        machine ->
                            store.active(machine).stream()
                                .collect(
                                    Collectors.groupingBy(
                                        SteeredSession::state, Collectors.counting()))
                                .forEach(
                                    (state, count) -> gauge.call(count, machine, state.name()))))
        .register(registry);
  }

  /** Another machine's jobs would look for the gateway on their own. */
  private static boolean isLoopback(String address) {
    return address.matches("tcp://(localhost|127\\..*|\\[::1\\]):.*");
  }

  /** Where sessions that are not over have their ZooKeeper, as far as that is known. */
  public Set<String> zooKeepers() {
    return machines.keySet().stream()
        .flatMap(machine -> store.active(machine).stream())
        .map(SteeredSession::zookeeper)
        .filter(Objects::nonNull)
        .collect(Collectors.toSet());
  }

  /** The batch job of a session; empty if it was not asked for here. */
  public Optional<SessionJob> job(String session) {
    return store.find(session).map(SessionJob::of);
  }

  /** The machine of a session; empty if it was not asked for here. */
  public Optional<String> machineOf(String session) {
    return store.find(session).map(SteeredSession::machine);
  }

  /** Goes on with what is not over. */
  public void start() {
    machines.values().forEach(MachineReconciler::start);
  }

  /** Of machines, parameters and sessions. */
  public Routes routes() {
    return new SteeringRoutes(this);
  }

  Collection<MachineReconciler> machines() {
    return machines.values();
  }

  Parameters parameters() {
    return parameters;
  }

  SessionStore store() {
    return store;
  }

  Instant now() {
    return clock.instant();
  }

  private MachineReconciler machine(String name) {
    MachineReconciler machine = machines.get(String.valueOf(name));
    if (machine == null) {
      throw new ApiException(
          400,
          "unknown-machine",
          "no machine of that name is offered; there are " + String.join(", ", machines.keySet()));
    }
    return machine;
  }

  /**
   * Stores what somebody asks for, and begins with it.
   *
   * @throws ApiException if it is impossible, or there was a session of that name
   */
  SteeredSession request(
      String name, String machine, int nodes, int minutes, Map<String, Object> values, String by) {
    MachineReconciler on = machine(machine);
    try {
      if (name == null) {
        throw new IllegalArgumentException("a session needs a name");
      }
      new SessionRequest(name, nodes, Duration.ofMinutes(minutes), parameters.options(values))
          .check(on.machine());
    } catch (IllegalArgumentException e) {
      throw new ApiException(400, "bad-value", e.getMessage());
    }
    Instant now = now();
    SteeredSession asked =
        new SteeredSession(
            name,
            machine,
            nodes,
            minutes,
            values,
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
            by);
    store.add(asked);
    on.wake();
    return asked;
  }

  /**
   * @throws ApiException if there is none of that name
   */
  SteeredSession find(String name) {
    return store
        .find(name)
        .orElseThrow(
            () ->
                new ApiException(
                    404,
                    "unknown-session",
                    "the gateway knows of no session of that name; see GET /sessions"));
  }

  /**
   * Says where a session should be.
   *
   * @throws ApiException if it is over, or its machine is not offered
   */
  SteeredSession wish(String name, Wish wish) {
    SteeredSession session = find(name);
    if (session.state().isOver()) {
      throw new ApiException(
          409, "is-over", "session %s is over since %s".formatted(name, session.since()));
    }
    MachineReconciler on = machine(session.machine());
    store.wish(name, wish);
    on.wake();
    return find(name);
  }

  /**
   * The end of what a session's job prints.
   *
   * @param bytes at most so many
   * @throws ApiException if the machine does not answer
   */
  String log(String name, int bytes) throws InterruptedException {
    SteeredSession session = find(name);
    MachineReconciler on = machine(session.machine());
    try {
      return on.tail(on.machine().logOf(name), bytes).orElse("");
    } catch (FacilityException e) {
      throw new ApiException(503, "facility", e.getMessage());
    }
  }

  /** Leaves everything as it is; the next start goes on with it. */
  @Override
  public void close() {
    machines.values().forEach(MachineReconciler::close);
  }
}
