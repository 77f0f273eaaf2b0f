package io.millrace.benchmarks.parts;

import io.millrace.detector.Thresholds;
import io.millrace.parts.RunFailure;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of every command that measures the running system, as a mixin. */
public final class RigOptions {
  @Option(
      names = "--first-port",
      paramLabel = "PORT",
      defaultValue = "15560",
      description =
          "From this port on the processes listen, on this machine only; some tens are used."
              + " Default: ${DEFAULT-VALUE}.")
  int firstPort;

  @Option(
      names = "--background",
      paramLabel = "ADU",
      defaultValue = "28.5",
      description =
          "Background threshold: given, so that no calibration is measured."
              + " Default: ${DEFAULT-VALUE}.")
  double background;

  @Option(
      names = "--xray",
      paramLabel = "ADU",
      defaultValue = "1088",
      description = "X-ray threshold. Default: ${DEFAULT-VALUE}.")
  double xray;

  /** Sets up nothing yet but the run folder. */
  public Rig open() throws RunFailure {
    return Rig.here(firstPort);
  }

  /** The same, its run folder in a folder of the user's. */
  public Rig open(Path folder) throws RunFailure {
    return Rig.in(folder, firstPort);
  }

  /** The thresholds. */
  public Thresholds given() {
    return new Thresholds(background, xray);
  }

  /** The thresholds, as the counting job is told them. */
  public List<String> thresholds() {
    return List.of("--background=" + background, "--xray=" + xray);
  }
}
