package io.millrace.ingest;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorPlacement;
import java.util.stream.IntStream;

/** Detectors of four row sectors, small enough for tests. */
final class Detectors {
  private Detectors() {}

  /** A square frame. */
  static DetectorDescription square(int rows) {
    return new DetectorDescription(
        "square",
        rows,
        rows,
        IntStream.range(0, 4)
            .mapToObj(m -> new SectorPlacement(m * rows / 4, 0, rows / 4, rows))
            .toList());
  }
}
