package io.millrace.benchmarks.parts;

import io.millrace.parts.Checkpoint;
import io.millrace.parts.RunFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A way for scans: a warm producer, what relays, and where they arrive. */
public final class Route implements AutoCloseable {
  /** What a busy machine is still allowed. */
  private static final double SLOWEST_GIGABYTES_PER_SECOND = 0.05;

  private static final Duration AT_LEAST = Duration.ofSeconds(60);

  private final Rig rig;
  private final String name;
  private final Destination destination;
  private final List<Jvm> behind;
  private final Target target;
  private final List<Runnable> ends;
  private WarmProducer producer;
  private ScanTimes lastSent;

  /**
   * @param destination of the producer's sectors
   * @param behind the processes that are measured besides the producer
   * @param ends how they are stopped, in this order
   */
  Route(
      Rig rig,
      String name,
      Destination destination,
      List<Jvm> behind,
      Target target,
      List<Runnable> ends) {
    this.rig = rig;
    this.name = name;
    this.destination = destination;
    this.behind = behind;
    this.target = target;
    this.ends = ends;
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** What is to be sent. If it changes, another producer takes the place of the present one. */
  public void load(Simulation simulation) throws RunFailure, InterruptedException {
    long scan = 1;
    if (producer != null) {
      if (producer.simulation().equals(simulation)) {
        return;
      }
      producer.stop();
      // A job does not take a scan twice.
      scan = producer.nextScan();
    }
    producer = rig.producer(name, simulation, destination, scan);
  }

  /** The number of the next scan. */
  public long nextScan() {
    return producer.nextScan();
  }

  /** The complete checkpoints of its job so far, the earliest first; none if it makes none. */
  public List<Checkpoint> checkpoints() throws RunFailure, InterruptedException {
    return target.checkpoints();
  }

  /** All its processes. */
  List<Jvm> jvms() {
    List<Jvm> all = new ArrayList<>(List.of(producer.jvm()));
    all.addAll(behind);
    return all;
  }

  /** Sends a scan, and waits until it is there. */
  public Turn run() throws RunFailure, InterruptedException {
    Simulation simulation = producer.simulation();
    Duration deadline =
        AT_LEAST.plusSeconds((long) (simulation.gigabytes() / SLOWEST_GIGABYTES_PER_SECOND));
    Map<String, Double> before = cpuSeconds();
    long scan = producer.acquire();
    ScanTimes sent = sent(scan, deadline);
    lastSent = sent;
    if (sent.sectors() != simulation.sectors()) {
      throw new RunFailure(
          "the producer of '%s' sent %d sectors of %d"
              .formatted(name, sent.sectors(), simulation.sectors()));
    }
    Instant there = target.await(scan, deadline);
    Map<String, Double> cpu = cpuSeconds();
    target.check(simulation, scan);
    cpu.replaceAll((role, seconds) -> seconds - before.get(role));
    return new Turn(simulation, seconds(sent.first(), there), seconds(sent.last(), there), cpu);
  }

  /** When the scan of the last run was sent; null before the first run. */
  public ScanTimes lastSent() {
    return lastSent;
  }

  private ScanTimes sent(long scan, Duration deadline) throws RunFailure, InterruptedException {
    try {
      return producer.awaitSent(scan, deadline);
    } catch (RunFailure failure) {
      // A producer that cannot go on may only have nobody behind it.
      target.requireWell();
      throw failure;
    }
  }

  /** Stops its processes, before all others are. */
  @Override
  public void close() {
    if (producer != null) {
      producer.stop();
    }
    ends.forEach(Runnable::run);
  }

  private Map<String, Double> cpuSeconds() throws RunFailure {
    Map<String, Double> seconds = new TreeMap<>();
    for (Jvm jvm : jvms()) {
      seconds.merge(jvm.role(), jvm.cpuSeconds(), Double::sum);
    }
    return seconds;
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e9;
  }
}
