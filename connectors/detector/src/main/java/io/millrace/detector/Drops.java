package io.millrace.detector;

import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How many messages were not used, by reason. */
public final class Drops implements Serializable {
  private static final DropReason[] REASONS = DropReason.values();

  private final long[] counts = new long[REASONS.length];

  /** Counts one more. */
  public void add(DropReason reason) {
    add(reason, 1);
  }

  /** Counts {@code n} more. */
  public void add(DropReason reason, long n) {
    counts[reason.ordinal()] += n;
  }

  /** Adds all counts of another. */
  public void add(Drops other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
  }

  /** The count of a reason. */
  public long get(DropReason reason) {
    return counts[reason.ordinal()];
  }

  /** The sum over all reasons. */
  public long total() {
    return Arrays.stream(counts).sum();
  }

  /** Returns the counts so far, and starts again at zero. */
  public Drops drain() {
    Drops drained = new Drops();
    drained.add(this);
    Arrays.fill(counts, 0);
    return drained;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Drops d && Arrays.equals(counts, d.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts);
  }

  /** For instance {@code duplicate=2, payload-size=1}; empty if nothing was dropped. */
  @Override
  public String toString() {
    return Stream.of(REASONS)
        .filter(r -> get(r) > 0)
        .map(r -> r.label() + "=" + get(r))
        .collect(Collectors.joining(", "));
  }
}
