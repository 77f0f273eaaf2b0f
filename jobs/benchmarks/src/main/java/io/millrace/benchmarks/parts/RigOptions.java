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
  /** Ports that the processes of one command may need, and then some. */
  private static final int MOST_PORTS = 1_000;

  private static final int LAST_FIRST_PORT = 0xffff - MOST_PORTS;

  /** Each is a task of the job, with threads and memory of its own, all on this machine. */
  private static final int MOST_LANES = 64;

  /** As many as the simulated camera takes. */
  private static final int MOST_ELECTRONS = 100_000;

  @Option(
      names = "--first-port",
      paramLabel = "PORT",
      defaultValue = "15560",
      description =
          "From this port on the processes listen, on this machine only; some tens are used, some"
              + " hundreds with many lanes. 1 to 64535. Default: ${DEFAULT-VALUE}.")
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
   * The scan to measure. Every command asks for it before anything starts, so all options of the
   * running system are checked here.
   *
   * @param size such as {@code 64x64}
   * @param electrons average number in a frame
   * @throws ParameterException if an option has an impossible value
   */
  public Simulation simulation(String size, int electrons) {
    return simulation("--scan", size, electrons);
  }

  /**
   * The same of a size that another option has.
   *
   * @param option its name
   */
  public Simulation simulation(String option, String size, int electrons) {
    check();
    require(
        1 <= electrons && electrons <= MOST_ELECTRONS,
        "--electrons has to be 1 to %d, not %d".formatted(MOST_ELECTRONS, electrons));
    try {
      return Simulation.of(size, electrons);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), option + ": " + e.getMessage(), e);
    }
  }

  private void check() {
    require(
        1 <= firstPort && firstPort <= LAST_FIRST_PORT,
        "--first-port has to be 1 to %d, not %d: up to %d ports from there on may be used"
            .formatted(LAST_FIRST_PORT, firstPort, MOST_PORTS));
    require(
        0 <= background && background < Double.POSITIVE_INFINITY,
        "--background has to be 0 ADU or more, not %s".formatted(background));
    require(
        background < xray && xray < Double.POSITIVE_INFINITY,
        "--xray has to be above --background (%s ADU), not %s".formatted(background, xray));
  }

  /**
   * @throws ParameterException if there cannot be so many lanes
   */
  public void requireLanes(int lanes) {
    require(
        1 <= lanes && lanes <= MOST_LANES,
        "--lanes has to be 1 to %d, not %d".formatted(MOST_LANES, lanes));
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
  public Thresholds thresholds() {
    return new Thresholds(background, xray);
  }
}
