package io.millrace.benchmarks.parts;

import io.millrace.detector.Thresholds;
import io.millrace.parts.RunFailure;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

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

  @Spec(Spec.Target.MIXEE)
  CommandSpec command;

  /**
   * The scan to measure.
   *
   * @param size such as {@code 64x64}
   * @param electrons average number in a frame
   */
  public Simulation simulation(String size, int electrons) {
    try {
      return Simulation.of(size, electrons);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), "--scan: " + e.getMessage(), e);
    }
  }

  /**
   * The scans to measure: every size with every number of electrons.
   *
   * @param twice what to say if one is given twice
   */
  public List<Simulation> simulations(List<String> sizes, List<Integer> electrons, String twice) {
    List<Simulation> all =
        electrons.stream().flatMap(n -> sizes.stream().map(size -> simulation(size, n))).toList();
    require(all.stream().distinct().count() == all.size(), twice);
    return all;
  }

  /**
   * @throws ParameterException if an option has an impossible value
   */
  public void require(boolean possible, String message) {
    if (!possible) {
      throw new ParameterException(command.commandLine(), message);
    }
  }

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
