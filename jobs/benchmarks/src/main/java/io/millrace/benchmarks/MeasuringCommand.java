package io.millrace.benchmarks;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What all commands that measure have in common. */
@Command(
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:measured, whether the targets are met or not",
      "1:it could not be measured, or not everything was counted alike; the message says why",
      "2:an option is unknown or impossible"
    })
public abstract class MeasuringCommand implements Callable<Integer> {
  @Mixin protected ReportOptions report;
}
