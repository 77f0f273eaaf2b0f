package io.millrace.benchmarks.files;

import io.millrace.benchmarks.parts.Simulation;
import io.millrace.detector.raw.RawFileReader;
import java.util.Locale;

/**
 * Room for the file workflow: it has each scan twice, as received and as transferred.
 *
 * @param free bytes that can be written
 */
record Disk(long free) {
  /** For counted files, logs, and whoever else uses the disk. */
  private static final long RESERVE = 2_000_000_000L;

  /** Bytes that a scan needs at most. */
  static long needed(Simulation simulation) {
    long record = RawFileReader.HEADER_BYTES + Simulation.CAMERA.sectorBytes();
    return 2 * record * simulation.sectors() + RESERVE;
  }

  boolean hasRoomFor(Simulation simulation) {
    return needed(simulation) <= free;
  }

  /** What is said of a scan that it has no room for. */
  String objection(Simulation simulation) {
    return String.format(
        Locale.ROOT,
        "%s needs %.1f GB on the disk (its raw files twice, and %.0f GB more), and %.1f GB are free;"
            + " make room, or name a folder on another disk with --directory",
        simulation,
        needed(simulation) / 1e9,
        RESERVE / 1e9,
        free / 1e9);
  }
}
