package io.millrace.benchmarks.files;

import io.millrace.benchmarks.parts.Rig;
import io.millrace.benchmarks.parts.Route;
import io.millrace.benchmarks.parts.SameResult;
import io.millrace.benchmarks.parts.Scratch;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.Turn;
import io.millrace.detector.Thresholds;
import io.millrace.parts.RunFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Both ways, set up beside each other, and warm; what they make of a scan has to be the same. */
public final class Comparison {
  /** What a busy machine and a slow disk are still allowed for each step. */
  private static final double SLOWEST_GIGABYTES_PER_SECOND = 0.03;

  private static final Duration AT_LEAST = Duration.ofSeconds(60);

  private final Consumer<String> progress;
  private final FileWorkflow files;
  private final Route stream;
  private final SameResult result = new SameResult();

  /**
   * Starts the processes. Raw files and their results go into a folder of the rig's, and are gone
   * when the rig is closed.
   *
   * @param lanes of the stream
   * @param evict whether files leave the page cache before they are read
   * @param progress takes a line now and then
   */
  public Comparison(
      Rig rig, Thresholds thresholds, int lanes, boolean evict, Consumer<String> progress)
      throws RunFailure, InterruptedException {
    this.progress = progress;
    Scratch data = new Scratch(rig.parts().run().resolve("files"));
    // Before anything is started, so that in the end it comes last: when nobody writes any more.
    rig.parts().afterwards(data::remove);
    files = new FileWorkflow(rig, data.folder(), thresholds, evict);
    stream = rig.counted("streaming", lanes, 1, thresholds, result);
  }

  /**
   * Takes scans through both ways, in turn.
   *
   * @param warmUps scans through both that do not count
   * @param rounds scans of each way that count
   * @throws RunFailure also if the results differ
   */
  public Contest contest(Simulation simulation, int warmUps, int rounds)
      throws RunFailure, InterruptedException {
    result.forget();
    stream.load(simulation);
    files.load(simulation, stream.nextScan());
    for (int i = 1; i <= warmUps; i++) {
      String when = "warm-up %d of %d".formatted(i, warmUps);
      throughFiles(simulation, when);
      streamed(simulation, when);
    }
    List<FileTurn> turns = new ArrayList<>();
    List<Turn> streamed = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      String when = "round %d of %d".formatted(round, rounds);
      // Who comes first in a round comes last in the next one.
      if (round % 2 == 0) {
        streamed.add(streamed(simulation, when));
      }
      turns.add(throughFiles(simulation, when));
      if (round % 2 != 0) {
        streamed.add(streamed(simulation, when));
      }
    }
    return new Contest(simulation, turns, streamed);
  }

  private FileTurn throughFiles(Simulation simulation, String when)
      throws RunFailure, InterruptedException {
    Duration deadline =
        AT_LEAST.plusSeconds((long) (simulation.gigabytes() / SLOWEST_GIGABYTES_PER_SECOND));
    FileTurn turn = files.run(deadline, result);
    progress.accept(
        String.format(
            Locale.ROOT,
            "%s, %s: files: written in %.2f s, copied in %.2f s, counted in %.2f s: %.2f s",
            simulation,
            when,
            turn.written(),
            turn.copied(),
            turn.counted(),
            turn.seconds()));
    return turn;
  }

  private Turn streamed(Simulation simulation, String when)
      throws RunFailure, InterruptedException {
    Turn turn = stream.run();
    progress.accept(
        String.format(Locale.ROOT, "%s, %s: streaming: %.2f s", simulation, when, turn.seconds()));
    return turn;
  }
}
