package io.millrace.benchmarks.parts;

import io.millrace.benchmarks.MeasuringCommand;
import io.millrace.benchmarks.Report;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;

/** What all commands that measure the running system have in common. */
public abstract class SystemCommand extends MeasuringCommand {
  private static final int WARM_UP_SECTORS = 44_000;
  private static final int QUICK_WARM_UP_SECTORS = 30_000;

  @Mixin protected RigOptions rig;

  /** What is measured, once there is a rig. */
  protected interface Measurement<T> {
    /** Measures. */
    T on(Rig rig) throws IOException, RunFailure, InterruptedException;
  }

  /** Measures, and stops all processes; their logs stay if something goes wrong. */
  protected static <T> T measure(Rig rig, Report told, Measurement<T> measurement)
      throws IOException, RunFailure, InterruptedException {
    Path run = rig.parts().run();
    T measured;
    try (rig) {
      told.progress("Starting the processes; logs are in " + run);
      measured = measurement.on(rig);
    }
    new Scratch(run).remove();
    return measured;
  }

  /** Sectors that go through each way at least, before it is measured. */
  protected int warmUpSectors() {
    return report.quick() ? QUICK_WARM_UP_SECTORS : WARM_UP_SECTORS;
  }

  /**
   * How many turns count.
   *
   * @param option its name
   * @param given its value; null if it was not given
   * @param full without {@code --quick}
   * @param quick with it
   */
  protected int turns(String option, Integer given, int full, int quick) {
    rig.require(given == null || given >= 1, option + " has to be 1 or more");
    return given != null ? given : report.quick() ? quick : full;
  }
}
