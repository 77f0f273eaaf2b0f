package io.millrace.allocation;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The nodes of a Slurm job. Slurm is asked each time, since {@code SLURM_JOB_NODELIST} still has
 * the nodes that have died.
 */
final class SlurmNodes implements Nodes {
  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final Pattern TIME =
      Pattern.compile("(?:(\\d+)-)?(?:(\\d+):)?(\\d{1,2}):(\\d{2})");

  private final String job;
  private final Map<String, String> environment;

  /**
   * @param environment of the batch script
   */
  SlurmNodes(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
    this.job = environment.get("SLURM_JOB_ID");
  }

  /** The same for a job that was put back to the queue and runs again: it goes on. */
  @Override
  public String id() {
    return job;
  }

  @Override
  public List<String> names() throws IOException, InterruptedException {
    String list = ask("%N");
    List<String> names =
        new ArrayList<>(
            Command.of("scontrol", "show", "hostnames", list).output(DEADLINE).lines().toList());
    if (names.isEmpty()) {
      throw new IOException("Slurm job %s has no nodes: '%s'".formatted(job, list));
    }
    String here = environment.get("SLURMD_NODENAME");
    if (here != null && names.remove(here)) {
      names.add(0, here);
    }
    return names;
  }

  /**
   * A step for each process, on one node each: steps of several nodes wait for each other. None of
   * them ends because a node does.
   */
  @Override
  public List<String> on(String node, List<String> command) {
    List<String> step =
        new ArrayList<>(
            List.of(
                "srun",
                "--no-kill",
                "--overlap",
                "--mem=0",
                "--nodes=1",
                "--ntasks=1",
                "--nodelist=" + node,
                "--"));
    step.addAll(command);
    return step;
  }

  @Override
  public int memoryMegabytes() throws IOException {
    int perNode = number("SLURM_MEM_PER_NODE");
    if (perNode > 0) {
      return perNode;
    }
    int perCpu = number("SLURM_MEM_PER_CPU") * number("SLURM_CPUS_ON_NODE");
    // Slurm counts no memory here: then the node is ours, as much of it as is free.
    return perCpu > 0 ? perCpu : ThisMachine.freeMegabytes();
  }

  private int number(String name) throws IOException {
    String text = environment.getOrDefault(name, "0");
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IOException("%s is '%s', which is no number".formatted(name, text), e);
    }
  }

  @Override
  public Optional<Duration> timeLeft() throws IOException, InterruptedException {
    return duration(ask("%L"));
  }

  /**
   * Puts the job back to the queue if it may run again, and else ends it.
   *
   * @param goesOn whether that is of use
   * @return what was done
   * @throws IOException if Slurm does not do it; nothing may have happened, or all of it
   */
  String giveBack(boolean goesOn) throws IOException, InterruptedException {
    String shown = Command.of("scontrol", "--oneliner", "show", "job", job).output(DEADLINE);
    if (goesOn && shown.contains(" Requeue=1 ")) {
      // Only if it still runs: one that has ended meanwhile would begin again.
      Command.of("scontrol", "requeue", "incomplete", job).output(DEADLINE);
      return "job %s is put back to the queue".formatted(job);
    }
    Command.of("scancel", job).output(DEADLINE);
    return "job %s is cancelled, since %s"
        .formatted(job, goesOn ? "it may not be requeued" : "nothing would go on in it");
  }

  private String ask(String format) throws IOException, InterruptedException {
    return Command.of("squeue", "--noheader", "--jobs=" + job, "--format=" + format)
        .output(DEADLINE)
        .strip();
  }

  /** Reads {@code 1-02:03:04}, {@code 02:03:04} or {@code 03:04}; anything else is no limit. */
  static Optional<Duration> duration(String text) {
    Matcher m = TIME.matcher(text);
    if (!m.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        Duration.ofDays(part(m, 1))
            .plusHours(part(m, 2))
            .plusMinutes(part(m, 3))
            .plusSeconds(part(m, 4)));
  }

  private static long part(Matcher m, int group) {
    return m.group(group) == null ? 0 : Long.parseLong(m.group(group));
  }
}
