package io.millrace.parts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A real Slurm of {@code scripts/slurm} on this machine, in a folder of its own that is gone with
 * it. Several can run side by side.
 */
public final class SlurmTestBed implements AutoCloseable {
  /** Of the script's own, which says more of what has not come up; and some for an installation. */
  private static final Duration START_DEADLINE = Duration.ofSeconds(240);

  private static final Duration STOP_DEADLINE = Duration.ofSeconds(120);
  private static final Duration KILL_DEADLINE = Duration.ofSeconds(90);
  private static final Pattern EXPORT =
      Pattern.compile("^export ([A-Z_]+)=(.*)$", Pattern.MULTILINE);
  private static final Pattern NODE = Pattern.compile("^NodeName=(\\S+)", Pattern.MULTILINE);
  private static final String CONF = "SLURM_CONF";
  private static final String REST = "SLURM_REST";

  private final String script;
  private final Path folder;
  private Map<String, String> environment = Map.of();
  private List<String> nodes = List.of();
  private boolean closed;

  private SlurmTestBed(String script, Path folder) {
    this.script = script;
    this.folder = folder;
  }

  /**
   * Starts one, and returns when all of its nodes are idle.
   *
   * @param root the repository
   * @param options of {@code scripts/slurm up}, such as {@code --nodes 3 --rest}
   * @throws RunFailure if it does not come up; then nothing of it runs, and its folder, which the
   *     message names, is left with its logs
   */
  public static SlurmTestBed start(Path root, String... options)
      throws RunFailure, InterruptedException {
    Path folder;
    try {
      // Not as a temporary folder usually is: munge refuses what is closed to others.
      folder = Files.createTempDirectory("millrace-slurm-");
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new RunFailure("a folder for Slurm cannot be made", e);
    }
    SlurmTestBed bed =
        new SlurmTestBed(root.resolve("scripts/slurm").toAbsolutePath().toString(), folder);
    bed.up(List.of(options));
    return bed;
  }

  private void up(List<String> options) throws RunFailure, InterruptedException {
    Part up = call("up", options);
    try {
      Map<String, String> exported = new TreeMap<>();
      Matcher export = EXPORT.matcher(up.output(START_DEADLINE));
      while (export.find()) {
        exported.put(export.group(1), export.group(2));
      }
      if (!exported.containsKey(CONF)) {
        throw up.failure("names no " + CONF);
      }
      environment = Map.copyOf(exported);
      nodes =
          NODE.matcher(read(Path.of(exported.get(CONF)))).results().map(r -> r.group(1)).toList();
    } catch (RunFailure | InterruptedException e) {
      up.stop();
      call("down", List.of()).output(STOP_DEADLINE);
      throw e;
    }
  }

  private Part call(String command, List<String> options) throws RunFailure {
    List<String> line = new ArrayList<>(List.of(script, command, folder.toString()));
    line.addAll(options);
    return Part.start("scripts-slurm-" + command, folder, Map.of(), line);
  }

  private static String read(Path file) throws RunFailure {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new RunFailure("%s cannot be read".formatted(file), e);
    }
  }

  /** What Slurm's programs need in their environment to find this one. */
  public Map<String, String> environment() {
    return environment;
  }

  /**
   * Where slurmrestd answers.
   *
   * @throws IllegalStateException if it was started without {@code --rest}
   */
  public String rest() {
    if (!environment.containsKey(REST)) {
      throw new IllegalStateException("this Slurm was started without --rest");
    }
    return environment.get(REST);
  }

  /** The names of its nodes. */
  public List<String> nodes() {
    return nodes;
  }

  /** Where its logs and all else that it keeps are, while it runs. */
  public Path folder() {
    return folder;
  }

  /**
   * The numbers of a node's processes: its slurmd, and the steps of jobs with all that they have
   * started.
   */
  public List<Long> processes(String node) throws RunFailure, InterruptedException {
    return call("processes", List.of("--node", node))
        .output(KILL_DEADLINE)
        .lines()
        .map(Long::valueOf)
        .toList();
  }

  /**
   * Kills a node with all that runs on it, as if it had lost its power. Slurm notices after some 20
   * s.
   */
  public void killNode(String node) throws RunFailure, InterruptedException {
    call("kill", List.of("--node", node)).output(KILL_DEADLINE);
  }

  /**
   * Cancels all jobs, ends all processes, and removes the folder; once.
   *
   * @throws RunFailure if something of it does not end; says what
   */
  @Override
  public void close() throws RunFailure {
    if (closed) {
      return;
    }
    closed = true;
    try {
      call("down", List.of()).output(STOP_DEADLINE);
      remove();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RunFailure(
          "interrupted while Slurm in %s is being ended; see that nothing of it is left"
              .formatted(folder));
    }
  }

  private void remove() throws RunFailure {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new RunFailure("the folder %s cannot be removed".formatted(folder), e);
    }
  }
}
