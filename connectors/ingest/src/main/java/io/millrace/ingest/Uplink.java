package io.millrace.ingest;

import io.millrace.coordination.Member;
import io.millrace.coordination.Role;
import io.millrace.coordination.SessionAddress;
import io.millrace.detector.DetectorDescription;
import io.millrace.sockets.CurveKeys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * How scans of some modules get to the aggregator: at the address that is given, or in a session.
 * There this process is a producer, nobody else sends its modules, and its scans are entered.
 */
final class Uplink {
  /** What a process does that has an uplink. */
  interface Work {
    void run(Uplink uplink) throws IOException;
  }

  /** Which life of a producer the one is that sends: each call of send begins another. */
  private long sender;

  /** Null before there is one. */
  private volatile Producer sending;

  private final DetectorDescription detector;
  private final NetworkOptions network;

  /** Null without a session, as the next one is. */
  private final SessionAddress address;

  private final Participation participation;

  /** Null if the aggregator's address is given. */
  private final SessionAggregator aggregator;

  private Uplink(
      DetectorDescription detector,
      NetworkOptions network,
      SessionAddress address,
      Participation participation,
      SessionAggregator aggregator) {
    this.detector = detector;
    this.network = network;
    this.address = address;
    this.participation = participation;
    this.aggregator = aggregator;
  }

  /**
   * Does work with an uplink.
   *
   * @param modules whose scans may be sent
   * @param session empty for none; then the network's options have to give an address
   * @throws IOException as the work does, or if the session cannot be joined or has no aggregator
   */
  static void during(
      Work work,
      DetectorDescription detector,
      Set<Integer> modules,
      NetworkOptions network,
      Optional<SessionAddress> session)
      throws IOException {
    if (session.isEmpty()) {
      work.run(new Uplink(detector, network, null, null, null));
      return;
    }
    SessionAddress address = session.get();
    Member member =
        Member.starting(
            Role.PRODUCER,
            name(modules),
            address.session(),
            Map.of(
                Member.DELIVERY,
                network.retention() == Retention.NONE
                    ? Member.UNACKNOWLEDGED
                    : Member.ACKNOWLEDGED));
    try (Participation here = new Participation(address, member)) {
      here.during(
          () -> {
            here.claimModules(modules);
            here.join();
            if (network.hasAddress()) {
              work.run(new Uplink(detector, network, address, here, null));
              return;
            }
            try (SessionAggregator found = here.findAggregator(detector)) {
              work.run(new Uplink(detector, network, address, here, found));
            }
          });
    }
  }

  /** For instance {@code module-2}, {@code modules-0-3}, {@code modules-0_2}. */
  private static String name(Set<Integer> modules) {
    List<Integer> all = modules.stream().sorted().toList();
    int first = all.get(0);
    int last = all.get(all.size() - 1);
    if (all.size() == 1) {
      return "module-" + first;
    }
    return last - first + 1 == all.size()
        ? "modules-%d-%d".formatted(first, last)
        : "modules-" + all.stream().map(String::valueOf).collect(Collectors.joining("_"));
  }

  /**
   * Sends scans, each module's over a connection of its own, and returns when the network has all
   * of them; or, if they are retained, when they are acknowledged.
   *
   * @param scans by module
   * @param pace of a module
   * @throws IOException if not all could be sent; what is sent then, nobody knows
   */
  void send(Map<Integer, ModuleScans> scans, IntFunction<Pace> pace) throws IOException {
    if (participation == null) {
      send(scans, pace, UnaryOperator.identity());
      return;
    }
    try (ScanAdmission admission = ScanAdmission.to(address, participation.zooKeeper())) {
      send(scans, pace, admission::before);
    }
  }

  private void send(
      Map<Integer, ModuleScans> scans, IntFunction<Pace> pace, UnaryOperator<ModuleScans> admission)
      throws IOException {
    sender = Math.max(System.currentTimeMillis(), sender + 1);
    List<ModuleOutput> outputs = new ArrayList<>();
    for (Map.Entry<Integer, ModuleScans> module : scans.entrySet()) {
      ModuleScans admitted = admission.apply(module.getValue());
      outputs.add(output(module.getKey(), admitted, pace.apply(module.getKey())));
    }
    Producer producer = new Producer(outputs, "sent", detector.sectorBytes());
    sending = producer;
    if (participation != null) {
      participation.show(producer::condition);
    }
    producer.run();
  }

  /** What was counted since {@link #send} was called last, by name; nothing before. */
  Map<String, Long> counters() {
    Producer producer = sending;
    return producer == null ? Map.of() : producer.counters();
  }

  private ModuleOutput output(int module, ModuleScans scans, Pace pace) throws IOException {
    Supplier<AggregatorPlace> place = place(module);
    Optional<CurveKeys> keys = CurveKeys.ofEnvironment();
    if (network.retention() == Retention.NONE) {
      return new ModuleSender(
          module,
          scans,
          place,
          keys,
          detector.sectorBytes(),
          pace,
          network.connectTimeout(),
          network.stallTimeout());
    }
    Outbox outbox =
        new Outbox(
            place.get().lanes(),
            sender,
            detector.sectorBytes(),
            network.sectorsInMemory(detector),
            AggregatorLink.SEND_QUEUE,
            network.files(detector, module),
            network.retention() == Retention.DISK);
    return new KeepingSender(
        module, scans, place, keys, outbox, pace, network.connectTimeout(), network.stallTimeout());
  }

  private Supplier<AggregatorPlace> place(int module) {
    if (aggregator != null) {
      return () -> aggregator.place(module);
    }
    AggregatorPlace given = network.place(detector, module).orElseThrow();
    return () -> given;
  }
}
