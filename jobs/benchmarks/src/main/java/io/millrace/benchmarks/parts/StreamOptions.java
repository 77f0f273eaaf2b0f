package io.millrace.benchmarks.parts;

import picocli.CommandLine.Option;

/** Options of the commands that send scans of one kind through one number of lanes. */
public final class StreamOptions {
  @Option(
      names = "--electrons",
      paramLabel = "N",
      defaultValue = "500",
      description = "Average number in a frame. Default: ${DEFAULT-VALUE}.")
  private int electrons;

  @Option(
      names = "--lanes",
      paramLabel = "N",
      defaultValue = "2",
      description = "Lanes between aggregator and TaskManager. Default: ${DEFAULT-VALUE}.")
  private int lanes;

  /** Average number in a frame. */
  public int electrons() {
    return electrons;
  }

  /** Lanes between aggregator and TaskManager. */
  public int lanes() {
    return lanes;
  }
}
