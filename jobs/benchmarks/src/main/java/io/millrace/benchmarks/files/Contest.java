package io.millrace.benchmarks.files;

import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.Turn;
import java.util.List;

/**
 * Both ways of the same scan, in turn.
 *
 * @param simulation the scan
 * @param files through files, by round
 * @param streaming through the stream, by round
 */
public record Contest(Simulation simulation, List<FileTurn> files, List<Turn> streaming) {
  /** Checks that every round has both. */
  public Contest {
    if (files.size() != streaming.size()) {
      throw new IllegalArgumentException(
          "%d rounds through files, %d streamed".formatted(files.size(), streaming.size()));
    }
  }
}
