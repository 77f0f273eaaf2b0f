package io.millrace.benchmarks.parts;

import io.millrace.benchmarks.ReportOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What all commands that measure the running system have in common. */
@Command(
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:measured, whether the targets are met or not",
      "1:it could not be measured, or not everything was counted alike; the message says why",
      "2:an option is unknown or impossible"
    })
public abstract class SystemCommand implements Callable<Integer> {
  private static final int WARM_UP_SECTORS = 44_000;
  private static final int QUICK_WARM_UP_SECTORS = 30_000;

  @Mixin protected ReportOptions report;

  @Mixin protected RigOptions rig;

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
