package io.millrace.benchmarks.parts;

import io.millrace.parts.Part;
import io.millrace.parts.RunFailure;
import java.time.Duration;

/**
 * A producer process that sends scan after scan on request, over one connection; or writes them, a
 * raw file for each module and scan.
 */
public final class WarmProducer {
  private final Part part;
  private final Jvm jvm;
  private final Simulation simulation;
  private long next;

  WarmProducer(Part part, Jvm jvm, Simulation simulation, long firstScan) {
    this.part = part;
    this.jvm = jvm;
    this.simulation = simulation;
    this.next = firstScan;
  }

  /** What it sends or writes. */
  public Simulation simulation() {
    return simulation;
  }

  /** The number of the next scan. */
  public long nextScan() {
    return next;
  }

  /**
   * Starts a scan.
   *
   * @return its number
   */
  public long acquire() throws RunFailure {
    part.tell("");
    return next++;
  }

  /** Waits until the network has taken all of a scan, or the disk has it. */
  public ScanTimes awaitSent(long scan, Duration deadline) throws RunFailure, InterruptedException {
    return ScanTimes.await(part, scan, deadline);
  }

  /** The process. */
  public Jvm jvm() {
    return jvm;
  }

  /** Ends it. */
  public void stop() {
    part.stop();
  }
}
