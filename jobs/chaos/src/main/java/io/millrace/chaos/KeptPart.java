package io.millrace.chaos;

import io.millrace.parts.Part;
import io.millrace.parts.Parts;
import io.millrace.parts.RunFailure;
import java.time.Duration;
import java.util.List;

/**
 * A part that is started again, with the same command line, until it has ended well or is {@link
 * #release released}. Each start has a log of its own. For several threads.
 */
final class KeptPart implements Kept {
  /** So that one that cannot start does not try all the time. */
  private static final Duration BETWEEN_STARTS = Duration.ofSeconds(1);

  private final Parts parts;
  private final String name;
  private final List<String> command;
  private Part part;
  private int starts;
  private long notBefore;
  private boolean released;

  /** Starts it for the first time. */
  KeptPart(Parts parts, String name, List<String> command) throws RunFailure {
    this.parts = parts;
    this.name = name;
    this.command = List.copyOf(command);
    start();
  }

  private void start() throws RunFailure {
    starts++;
    notBefore = System.nanoTime() + BETWEEN_STARTS.toNanos();
    part = parts.start("%s-%d".formatted(name, starts), command);
  }

  /** The process that was started last. */
  synchronized Part part() {
    return part;
  }

  synchronized boolean isAlive() {
    return part.isAlive();
  }

  /** It is not started again. */
  synchronized void release() {
    released = true;
  }

  @Override
  public synchronized void leaveAlone(Duration length) {
    notBefore = System.nanoTime() + length.toNanos();
  }

  @Override
  public synchronized void tend() throws RunFailure {
    if (!released && !part.isAlive() && !part.succeeded() && System.nanoTime() - notBefore >= 0) {
      start();
    }
  }
}
