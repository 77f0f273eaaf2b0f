package io.millrace.benchmarks.files;

import io.millrace.benchmarks.parts.Simulation;

/**
 * One scan through the file workflow.
 *
 * @param simulation what was written
 * @param written seconds from the first sector until the disk had all raw files
 * @param copied seconds from then until the disk had the copies
 * @param counted seconds from then until the counted file was in its place
 */
public record FileTurn(Simulation simulation, double written, double copied, double counted) {
  /** All three; what passes between them is left out. */
  public double seconds() {
    return written + copied + counted;
  }
}
