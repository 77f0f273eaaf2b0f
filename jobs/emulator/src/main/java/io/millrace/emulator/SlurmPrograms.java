package io.millrace.emulator;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Slurm's own commands, of the PATH and with the SLURM_CONF that they are given. */
final class SlurmPrograms {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /** What scontrol tells of a job, by the names that sacct has for it. */
  private static final Map<String, String> ACCOUNTING =
      Map.ofEntries(
          Map.entry("JobId", "jobid"),
          Map.entry("JobName", "jobname"),
          Map.entry("JobState", "state"),
          Map.entry("Reason", "reason"),
          Map.entry("NumNodes", "nnodes"),
          Map.entry("RunTime", "elapsed"),
          Map.entry("TimeLimit", "timelimit"),
          Map.entry("SubmitTime", "submit"),
          Map.entry("StartTime", "start"),
          Map.entry("EndTime", "end"),
          Map.entry("ExitCode", "exitcode"),
          Map.entry("UserId", "user"),
          Map.entry("Account", "account"),
          Map.entry("Partition", "partition"),
          Map.entry("QOS", "qos"),
          Map.entry("NodeList", "nodelist"),
          Map.entry("WorkDir", "workdir"));

  private final Path folder;
  private final Map<String, String> environment;

  /**
   * @param folder in which jobs begin
   * @param environment for the commands, beside this process' own
   */
  SlurmPrograms(Path folder, Map<String, String> environment) {
    this.folder = folder;
    this.environment = Map.copyOf(environment);
  }

  /**
   * How a command went.
   *
   * @param exit its status
   * @param out what it wrote
   * @param error what it complained of
   */
  record Outcome(int exit, String out, String error) {
    boolean good() {
      return exit == 0;
    }
  }

  /** Submits a script's text. */
  Outcome submit(String script) throws IOException, InterruptedException {
    return run(script, List.of("sbatch", "--parsable"));
  }

  /** Submits a script that lies in a file. */
  Outcome submit(Path script) throws IOException, InterruptedException {
    return run("", List.of("sbatch", "--parsable", script.toString()));
  }

  /** Ends a job. */
  Outcome cancel(String id) throws IOException, InterruptedException {
    return run("", List.of("scancel", id));
  }

  /**
   * Rows of the queue.
   *
   * @param filters options of squeue
   * @return what squeue itself says if it fails
   */
  Outcome queue(List<String> filters) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("squeue", "--format=%all"));
    command.addAll(filters);
    return run("", command);
  }

  /**
   * Rows of the accounting; where there is none, what the controller still knows, in the same
   * columns.
   *
   * @param filters options of sacct, of which only jobs and name are known without accounting
   */
  List<Map<String, String>> accounting(Map<String, String> filters)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("sacct", "--format=ALL", "--parsable2", "--duplicates"));
    filters.forEach((name, value) -> command.add("--%s=%s".formatted(name, value)));
    Outcome sacct = run("", command);
    if (sacct.good()) {
      return table(sacct.out());
    }
    if (!sacct.error().contains("accounting storage is disabled")) {
      throw new IOException(sacct.error().strip());
    }
    String jobs = filters.getOrDefault("jobs", "");
    List<Map<String, String>> rows = new ArrayList<>();
    for (String line :
        run("", List.of("scontrol", "show", "job", "--oneliner")).out().split("\n")) {
      Map<String, String> row = job(line);
      if (row.containsKey("jobid")
          && (jobs.isEmpty() || List.of(jobs.split(",")).contains(row.get("jobid")))
          && (!filters.containsKey("name") || filters.get("name").equals(row.get("jobname")))) {
        rows.add(row);
      }
    }
    return rows;
  }

  private static Map<String, String> job(String line) {
    Map<String, String> row = new LinkedHashMap<>();
    for (String word : line.strip().split(" (?=[A-Z][A-Za-z/:]*=)")) {
      int equals = word.indexOf('=');
      if (equals > 0 && ACCOUNTING.containsKey(word.substring(0, equals))) {
        row.put(ACCOUNTING.get(word.substring(0, equals)), word.substring(equals + 1));
      }
    }
    return row;
  }

  /** Rows of a table with {@code |} between its columns. */
  static List<Map<String, String>> table(String text) {
    String[] lines = text.strip().split("\n");
    String[] names = lines[0].toLowerCase(Locale.ROOT).split("\\|", -1);
    List<Map<String, String>> rows = new ArrayList<>();
    for (int i = 1; i < lines.length; i++) {
      String[] values = lines[i].split("\\|", -1);
      Map<String, String> row = new LinkedHashMap<>();
      for (int k = 0; k < Math.min(names.length, values.length); k++) {
        row.putIfAbsent(names[k].strip(), values[k].strip());
      }
      rows.add(row);
    }
    return rows;
  }

  private Outcome run(String input, List<String> command) throws IOException, InterruptedException {
    // Files, not pipes: a command that writes much need not be read while it is fed.
    Path out = Files.createTempFile("slurm", ".out");
    Path error = Files.createTempFile("slurm", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectOutput(out.toFile())
              .redirectError(error.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // It ended before it had read all; its exit status says why.
      }
      if (!process.waitFor(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new IOException(
            "%s does not end within %d s; does Slurm run?"
                .formatted(command.get(0), DEADLINE.toSeconds()));
      }
      return new Outcome(process.exitValue(), Files.readString(out), Files.readString(error));
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(error);
    }
  }
}
