package io.millrace.benchmarks.file;

import io.millrace.benchmarks.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What the turns of a case took, in all of its rounds. */
final class FileTurns {
  private record Turn(
      double bytes, double plainNanos, double countedNanos, double countedWaitNanos) {}

  private final FileCase fileCase;
  private final List<Turn> turns = new ArrayList<>();

  FileTurns(FileCase fileCase) {
    this.fileCase = fileCase;
  }

  FileCase fileCase() {
    return fileCase;
  }

  /**
   * Adds a turn.
   *
   * @param bytes that each of the two wrote
   * @param plainNanos that the plain file took
   * @param countedNanos that the counted file took
   * @param countedWaitNanos of these, waiting until the disk had it
   */
  void add(double bytes, double plainNanos, double countedNanos, double countedWaitNanos) {
    turns.add(new Turn(bytes, plainNanos, countedNanos, countedWaitNanos));
  }

  double limitBytesPerSecond() {
    return Spread.median(each(turn -> turn.bytes / turn.plainNanos * 1e9));
  }

  double positionsPerSecond() {
    return Spread.median(each(turn -> fileCase.positions() / turn.countedNanos * 1e9));
  }

  /** The plain file's time as a share of the counted file's: the median of the turns. */
  double ratio() {
    return Spread.median(each(turn -> turn.plainNanos / turn.countedNanos));
  }

  Double ratioSpread() {
    return Spread.of(each(turn -> turn.plainNanos / turn.countedNanos));
  }

  /** What the writer itself can do. */
  double positionsPerSecondWithoutWaiting() {
    return Spread.median(withoutWaiting());
  }

  Double spreadWithoutWaiting() {
    return Spread.of(withoutWaiting());
  }

  private double[] withoutWaiting() {
    return each(turn -> fileCase.positions() / (turn.countedNanos - turn.countedWaitNanos) * 1e9);
  }

  double waitShare() {
    return Spread.median(each(turn -> turn.countedWaitNanos / turn.countedNanos));
  }

  private double[] each(ToDoubleFunction<Turn> value) {
    return turns.stream().mapToDouble(value).toArray();
  }
}
