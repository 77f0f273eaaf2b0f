package io.millrace.gateway;

import io.millrace.gateway.distiller.DistillerPublisher;
import io.millrace.gateway.distiller.DistillerSettings;
import io.millrace.gateway.machine.MachineProfile;
import io.millrace.gateway.people.People;
import io.millrace.gateway.people.Role;
import io.millrace.gateway.scans.ScanArea;
import io.millrace.gateway.scans.ScanSettings;
import io.millrace.gateway.server.Listening;
import io.millrace.gateway.server.OpenApi;
import io.millrace.gateway.server.Routes;
import io.millrace.gateway.server.WebServer;
import io.millrace.gateway.steering.Steering;
import io.millrace.gateway.store.Database;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The gateway's areas, put together over one database and behind one web server. */
final class Gateway implements AutoCloseable {
  private final Listening listening;
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final People people;
  private final Steering steering;
  private final ScanArea scans;
  private final Optional<DistillerPublisher> distiller;
  private final List<Routes> areas = new ArrayList<>();
  private WebServer server;

  /**
   * @param database stays open when this is closed
   * @param machines that sessions can be started on
   * @param scans where it hears of scans
   * @param distiller whom to tell of them
   * @param passwordCost of a password's hash, as {@link People} has it
   */
  Gateway(
      Listening listening,
      Database database,
      Collection<MachineProfile> machines,
      ScanSettings scans,
      Optional<DistillerSettings> distiller,
      int passwordCost) {
    Clock clock = Clock.systemUTC();
    this.listening = listening;
    this.people = new People(database, clock, listening.behindProxy(), registry, passwordCost);
    this.steering = new Steering(database, machines, this::liveAddress, clock, registry);
    this.scans =
        new ScanArea(database, scans, steering::zooKeepers, steering::machineOf, clock, registry);
    this.distiller =
        distiller.map(
            settings ->
                new DistillerPublisher(
                    settings,
                    database,
                    this.scans.catalogue(),
                    this.scans::percent,
                    steering::job,
                    clock,
                    registry));
    // The door is before all others.
    areas.addAll(people.routes());
    areas.add(steering.routes());
    areas.addAll(this.scans.routes());
    areas.add(
        new HealthRoutes(
            database, registry, listening.behindProxy(), this.scans::isReceiving, this.distiller));
    areas.add(new OpenApi(Role.VIEWER));
  }

  private String liveAddress() {
    return scans.liveAddress();
  }

  /** All areas of the API. */
  List<Routes> areas() {
    return areas;
  }

  /**
   * Makes the first account, if there is none.
   *
   * @return its one-time password
   */
  Optional<String> firstPassword() {
    return people.first();
  }

  /**
   * Begins to listen, and goes on with sessions.
   *
   * @param auditDays how long entries of the audit log are kept
   * @throws IOException if it cannot listen, to browsers or to jobs; says why
   */
  void start(int auditDays) throws IOException {
    server = WebServer.start(listening, Role.ANYONE, registry, areas);
    scans.start();
    steering.start();
    distiller.ifPresent(DistillerPublisher::start);
    people.keepAudit(auditDays);
  }

  /** Where it is to be opened. */
  String address() {
    return server.address();
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
    distiller.ifPresent(DistillerPublisher::close);
    scans.close();
    steering.close();
    people.close();
  }
}
