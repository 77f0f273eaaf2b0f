package io.millrace.parts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A Flink cluster that {@code scripts/flink} starts in a run folder, and its jobs. */
public final class FlinkCluster {
  private static final Duration START_DEADLINE = Duration.ofSeconds(180);
  private static final Duration SUBMIT_DEADLINE = Duration.ofSeconds(120);
  private static final Duration TASKS_DEADLINE = Duration.ofSeconds(60);
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(60);
  private static final Duration STATUS_DEADLINE = Duration.ofSeconds(60);

  /**
   * The time in which a JobManager that stands by should have taken over: several times of what it
   * takes.
   */
  private static final Duration TAKEOVER_DEADLINE = Duration.ofSeconds(60);

  private static final Duration POLL = Duration.ofMillis(250);
  private static final String REFUSED = "The main method caused an error: ";
  private static final Pattern JOB_ID = Pattern.compile("JobID ([0-9a-f]{32})");
  private static final Pattern LEADER =
      Pattern.compile("^(jobmanager-\\d+): process \\d+, leads,", Pattern.MULTILINE);

  private final Parts parts;
  private final String name;
  private final Path run;
  private final FlinkRest rest;
  private final Map<String, String> environment;
  private final Part starting;
  private int mends;

  private FlinkCluster(
      Parts parts,
      String name,
      Path run,
      FlinkRest rest,
      Map<String, String> environment,
      Part starting) {
    this.parts = parts;
    this.name = name;
    this.run = run;
    this.rest = rest;
    this.environment = environment;
    this.starting = starting;
  }

  /**
   * Begins to start a cluster; {@link #awaitStart} waits for it. With everything else it is
   * stopped.
   *
   * @param name of the logs, and of the cluster's folder in the run folder; empty for the run
   *     folder itself
   * @param environment what is added to the environment
   * @param options of {@code scripts/flink start}, besides those of the JobManagers
   */
  public static FlinkCluster start(
      Parts parts,
      String name,
      JobManagers jobManagers,
      Map<String, String> environment,
      List<String> options)
      throws RunFailure {
    Path run = parts.run().resolve(name);
    String logs = name.isEmpty() ? "flink" : name;
    parts.beforeStart(logs, () -> stop(parts, logs, run));
    List<String> command =
        new ArrayList<>(List.of(parts.script("flink"), "start", "--deadline", "120"));
    command.addAll(jobManagers.options());
    command.addAll(options);
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(environment(run));
    return new FlinkCluster(
        parts,
        logs,
        run,
        new FlinkRest(
            jobManagers.addresses(), jobManagers.standBy() ? TAKEOVER_DEADLINE : Duration.ZERO),
        all,
        parts.start(logs + "-start", all, command));
  }

  private static Map<String, String> environment(Path run) {
    return Map.of("MILLRACE_RUN", run.toString());
  }

  /** Waits until all TaskManagers are there. */
  public void awaitStart() throws RunFailure, InterruptedException {
    starting.output(START_DEADLINE);
  }

  /**
   * Begins to start again what has ended, with the environment of the start.
   *
   * @return what does it: ends well when all processes are there, with a failure if they do not
   *     come
   */
  public Part mend() throws RunFailure {
    mends++;
    return parts.start(
        "%s-mend-%d".formatted(name, mends),
        environment,
        List.of(parts.script("flink"), "mend", "--deadline", "120"));
  }

  /** Its REST API. */
  public FlinkRest rest() {
    return rest;
  }

  /**
   * The JobManager that leads, by its role.
   *
   * @throws RunFailure if none does, or nobody can say
   */
  public String leader() throws RunFailure, InterruptedException {
    Part status =
        parts.launch(name + "-status", environment(run), List.of(parts.script("flink"), "status"));
    Matcher leader = LEADER.matcher(status.output(STATUS_DEADLINE));
    if (!leader.find()) {
      throw status.failure("names no JobManager that leads");
    }
    return leader.group(1);
  }

  /** Where its logs, configuration and process numbers are. */
  public Path run() {
    return run;
  }

  /**
   * The cluster's processes, by role: {@code jobmanager-1}, {@code taskmanager-1} and so on.
   *
   * @throws RunFailure if the cluster has left no numbers
   */
  public Map<String, Long> processes() throws RunFailure {
    Path folder = run.resolve("flink/pid");
    try (Stream<Path> files = Files.list(folder)) {
      Map<String, Long> pids = new TreeMap<>();
      for (Path file : files.toList()) {
        pids.put(file.getFileName().toString(), Long.valueOf(Files.readString(file).strip()));
      }
      return pids;
    } catch (IOException | NumberFormatException e) {
      throw new RunFailure("the process numbers in %s cannot be read".formatted(folder), e);
    }
  }

  /**
   * Looks whether all TaskManagers run: with checkpoints a job waits for one that has ended, or for
   * another in its place.
   *
   * @throws RunFailure if one has ended; names it
   */
  public void requireTaskManagers() throws RunFailure {
    for (Map.Entry<String, Long> process : processes().entrySet()) {
      boolean alive =
          ProcessHandle.of(process.getValue()).filter(ProcessHandle::isAlive).isPresent();
      if (process.getKey().startsWith("taskmanager") && !alive) {
        throw new RunFailure(
            "%s has ended; see its log in %s"
                .formatted(process.getKey(), run.resolve("flink/log")));
      }
    }
  }

  /**
   * Submits a job, detached, and waits until its tasks run.
   *
   * @return the job's id
   */
  public String submit(int parallelism, Path jar, List<String> arguments)
      throws RunFailure, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                parts.script("flink"),
                "run",
                "-d",
                "-p",
                Integer.toString(parallelism),
                jar.toString()));
    command.addAll(arguments);
    Part submission = parts.start(name + "-run", environment(run), command);
    Matcher jobId = JOB_ID.matcher(submittedBy(submission));
    if (!jobId.find()) {
      throw submission.failure("did not name a job");
    }
    String job = jobId.group(1);
    awaitTasks(job);
    return job;
  }

  /** What the client printed; if the job refused its options, only what it said. */
  private static String submittedBy(Part submission) throws RunFailure, InterruptedException {
    try {
      return submission.output(SUBMIT_DEADLINE);
    } catch (RunFailure e) {
      for (String line : submission.read().lines().toList()) {
        if (line.contains(REFUSED)) {
          throw new RunFailure(
              "the job refuses: " + line.substring(line.indexOf(REFUSED) + REFUSED.length()));
        }
      }
      throw e;
    }
  }

  /**
   * Waits until all tasks of a job run.
   *
   * @throws RunFailure if they do not within a minute, or the job fails
   */
  public void awaitTasks(String job) throws RunFailure, InterruptedException {
    long end = System.nanoTime() + TASKS_DEADLINE.toNanos();
    try {
      while (!rest.allTasksRun(job)) {
        requireJobWell(job);
        if (System.nanoTime() > end) {
          throw new RunFailure(
              "the job's tasks do not run after %d s; see the logs in %s"
                  .formatted(TASKS_DEADLINE.toSeconds(), run));
        }
        Thread.sleep(POLL.toMillis());
      }
    } catch (IOException e) {
      throw notAnswering(e);
    }
  }

  /**
   * The job's state in Flink's words, such as RUNNING.
   *
   * @throws RunFailure if it has failed, or somebody has cancelled it; says why
   */
  public String requireJobWell(String job) throws RunFailure, InterruptedException {
    try {
      String state = rest.jobState(job);
      // A suspended job has lost its JobManager, and starts again when another leads.
      if (List.of("FAILED", "FAILING", "CANCELED", "CANCELLING").contains(state)) {
        throw new RunFailure(
            "the job is %s:%n  %s"
                .formatted(state, String.join(System.lineSeparator() + "  ", rest.failure(job))));
      }
      return state;
    } catch (IOException e) {
      throw notAnswering(e);
    }
  }

  /**
   * Looks whether the job has run from its start without a stop.
   *
   * @throws RunFailure if it was started again, from a checkpoint or from the beginning
   */
  public void requireNeverRestarted(String job) throws RunFailure, InterruptedException {
    try {
      if (rest.wasRestarted(job)) {
        throw new RunFailure(
            "the job had to start again:%n  %s"
                .formatted(String.join(System.lineSeparator() + "  ", rest.failure(job))));
      }
    } catch (IOException e) {
      throw notAnswering(e);
    }
  }

  /** The failure if the REST API does not answer. */
  public RunFailure notAnswering(IOException cause) {
    return new RunFailure("Flink does not answer; see the logs in " + run, cause);
  }

  /** Stops it; also good if it has not quite started, or has been stopped. */
  public void stop() {
    starting.stop();
    stop(parts, name, run);
  }

  private static void stop(Parts parts, String logs, Path run) {
    try {
      parts
          .launch(logs + "-stop", environment(run), List.of(parts.script("flink"), "stop"))
          .output(STOP_DEADLINE);
    } catch (RunFailure e) {
      System.err.println(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
