package io.millrace.benchmarks.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * One thing to measure: a kernel, on frames of so many electrons, with a correction, with or
 * without centroids.
 *
 * @param electrons of each frame
 */
record Case(Kernel kernel, int electrons, Correction correction, boolean centroids) {
  /** Electrons of a frame in most scans; the targets stand for it. */
  static final int USUAL = 500;

  private static final int FEW = 50;
  private static final int MANY = 3000;

  /** With centroids, at least this share of what the same kernel does without. */
  static final double CENTROIDS_TARGET = 0.8;

  /** All that there are, with what one wants to compare side by side. */
  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    for (int electrons : new int[] {FEW, USUAL, MANY}) {
      for (Correction correction : Correction.values()) {
        for (Kernel kernel : Kernel.values()) {
          for (boolean centroids : new boolean[] {false, true}) {
            if (kernel.counts(centroids)) {
              cases.add(new Case(kernel, electrons, correction, centroids));
            }
          }
        }
      }
    }
    return cases;
  }

  /** Whether a target, or the account of one, needs it. */
  boolean isKey() {
    return target() != null
        || centroids && withoutCentroids().target() != null
        || electrons == USUAL && correction == Correction.NONE && kernel == Kernel.REFERENCE;
  }

  /** What its speed should at least be, as a share of the limit; null if nobody set any. */
  Double target() {
    if (centroids || kernel == Kernel.REFERENCE) {
      return null;
    }
    if (kernel == Kernel.VECTOR) {
      return electrons == USUAL && correction == Correction.NONE ? 0.5 : null;
    }
    return switch (electrons) {
      case MANY -> correction == Correction.NONE ? 0.17 : null;
      case USUAL ->
          switch (correction) {
            case NONE -> 0.4;
            case DARK -> 0.25;
            case GAIN -> 0.18;
            case ROW_DARK_MEAN -> 0.12;
            default -> null;
          };
      default -> null;
    };
  }

  /** The same without centroids. */
  Case withoutCentroids() {
    return new Case(kernel, electrons, correction, false);
  }

  @Override
  public String toString() {
    return "%s, %d electrons%s%s"
        .formatted(
            kernel,
            electrons,
            correction == Correction.NONE ? "" : ", " + correction,
            centroids ? ", centroids" : "");
  }
}
