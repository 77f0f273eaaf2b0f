package io.millrace.benchmarks.parts;

import io.millrace.parts.Part;
import io.millrace.parts.RunFailure;
import java.time.Duration;
import java.time.Instant;

/** A process that runs {@link BarePull}. */
public final class BareReceiver implements Target {
  private final Part part;
  private final Jvm jvm;
  private ScanTimes received;

  BareReceiver(Part part, Jvm jvm) {
    this.part = part;
    this.jvm = jvm;
  }

  @Override
  public Instant await(long scan, Duration deadline) throws RunFailure, InterruptedException {
    received = ScanTimes.await(part, scan, deadline);
    return received.last();
  }

  @Override
  public void requireWell() throws RunFailure {
    if (!part.isAlive()) {
      throw part.failure("has ended");
    }
  }

  @Override
  public void check(Simulation simulation, long scan) throws RunFailure {
    if (received.sectors() != simulation.sectors()) {
      throw part.failure(
          "received %d sectors of %d".formatted(received.sectors(), simulation.sectors()));
    }
  }

  /** The process. */
  public Jvm jvm() {
    return jvm;
  }

  /** Ends it. */
  void stop() {
    part.stop();
  }
}
