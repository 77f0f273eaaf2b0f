package io.millrace.gateway.facility;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Slurm whose programs and files this machine has: sbatch, squeue, scancel, and sacct if there is
 * accounting. Without it, what became of a job is known for some minutes after its end (MinJobAge
 * of slurm.conf); then the job is unknown.
 */
public final class SlurmCommands implements ComputeFacility {
  /** The columns of squeue that are asked for, by the names that SlurmRows knows. */
  private static final Map<String, String> COLUMNS = columns();

  private static final String ACCOUNTED =
      "JobID,JobName,State,Reason,NNodes,Elapsed,Timelimit,Submit,Start,ExitCode";

  private static final Pattern SUBMITTED = Pattern.compile("(\\d+)(;\\S+)?");
  private static final Pattern UNKNOWN_JOB = Pattern.compile("(?i)invalid job id");
  private static final Pattern NO_ACCOUNTING =
      Pattern.compile("(?i)accounting storage is disabled");
  private static final Pattern NODE_OUT =
      Pattern.compile("(?i)(down|drain|fail|error|unk|no_?resp|maint|power|inval|future).*|.*\\*");

  /** Of find: as long as somebody might look for it. */
  private static final String LAST_DAYS = "now-7days";

  private final SlurmPrograms programs;
  private final Tries tries;
  private final String user = System.getProperty("user.name");
  private boolean accounting = true;

  /**
   * @param programs folder of Slurm's programs; empty if they are on the path
   * @param environment for them, added to this process's, such as SLURM_CONF
   */
  public SlurmCommands(Optional<Path> programs, Map<String, String> environment) {
    this(new SlurmPrograms(programs, environment, Patience.SLURM.answer()), Patience.SLURM);
  }

  /**
   * As a machine's profile has it.
   *
   * @param settings {@code programs}, a folder, if they are not on the path
   * @throws FacilityException if there are others
   */
  public static SlurmCommands open(Map<String, String> settings) throws FacilityException {
    Settings given = new Settings("slurm", settings, Set.of("programs"));
    return new SlurmCommands(given.optional("programs").map(Settings::path), Map.of());
  }

  SlurmCommands(SlurmPrograms programs, Patience patience) {
    this.programs = programs;
    this.tries = new Tries(patience);
  }

  private static Map<String, String> columns() {
    Map<String, String> columns = new LinkedHashMap<>();
    columns.put("jobid", "JobID");
    columns.put("name", "Name");
    columns.put("state", "State");
    columns.put("reason", "Reason");
    columns.put("nodes", "NumNodes");
    columns.put("time", "TimeUsed");
    columns.put("time_limit", "TimeLimit");
    columns.put("submit_time", "SubmitTime");
    columns.put("start_time", "StartTime");
    columns.put("exitcode", "exit_code");
    return columns;
  }

  @Override
  public FacilityStatus status() throws FacilityException, InterruptedException {
    SlurmPrograms.Result ping = programs.run("", "scontrol", "ping");
    if (ping.words().contains("configuration source")) {
      throw new FacilityException(
          "Slurm is not set up here: neither /etc/slurm/slurm.conf nor SLURM_CONF names its configuration; for that of scripts/slurm: eval \"$(scripts/slurm env DIR)\"");
    }
    if (!ping.output().contains("is UP")) {
      return new FacilityStatus(
          FacilityStatus.Health.UNAVAILABLE,
          (ping.output() + "\n" + ping.words()).lines().filter(l -> !l.isBlank()).toList());
    }
    SlurmPrograms.Result sinfo = ask("sinfo", "--noheader", "--Node", "--format=%N|%T");
    if (!sinfo.good()) {
      throw sinfo.failure();
    }
    // A node of several partitions has several rows.
    Map<String, String> nodes = new TreeMap<>();
    sinfo
        .output()
        .lines()
        .map(line -> line.split("\\|", 2))
        .filter(columns -> columns.length == 2)
        .forEach(columns -> nodes.put(columns[0], columns[1]));
    List<String> notes =
        new ArrayList<>(ping.output().lines().filter(line -> line.contains("is DOWN")).toList());
    Map<String, Long> out =
        nodes.values().stream()
            .filter(state -> NODE_OUT.matcher(state).matches())
            .collect(Collectors.groupingBy(state -> state, TreeMap::new, Collectors.counting()));
    out.forEach(
        (state, count) -> notes.add("%d of %d nodes: %s".formatted(count, nodes.size(), state)));
    long lost = out.values().stream().mapToLong(Long::longValue).sum();
    if (lost == nodes.size()) {
      return new FacilityStatus(FacilityStatus.Health.UNAVAILABLE, notes);
    }
    return new FacilityStatus(
        notes.isEmpty() ? FacilityStatus.Health.ACTIVE : FacilityStatus.Health.DEGRADED, notes);
  }

  private SlurmPrograms.Result ask(String program, String... arguments)
      throws FacilityException, InterruptedException {
    return tries.asking(
        () -> {
          SlurmPrograms.Result result = programs.run("", program, arguments);
          if (!result.good() && result.failure() instanceof LostAnswer lost) {
            throw lost;
          }
          return result;
        });
  }

  @Override
  public String submit(String name, String script) throws FacilityException, InterruptedException {
    JobWords.name(name);
    JobWords.script(script);
    return tries.submitting(name, () -> sbatch(name, script), () -> find(name));
  }

  private String sbatch(String name, String script) throws FacilityException, InterruptedException {
    SlurmPrograms.Result result =
        programs.run(script, "sbatch", "--parsable", "--job-name=" + name);
    if (!result.good()) {
      FacilityException failure = result.failure();
      throw failure instanceof LostAnswer
          ? failure
          : new SubmitRefused(
              "sbatch does not take job %s: %s; its options are those of 'batch' in the machine profile"
                  .formatted(name, result.words()));
    }
    Matcher submitted = SUBMITTED.matcher(result.output().strip());
    if (!submitted.matches()) {
      throw new LostAnswer("sbatch names no job, but says '%s'".formatted(result.output().strip()));
    }
    return submitted.group(1);
  }

  @Override
  public Optional<Job> get(String id) throws FacilityException, InterruptedException {
    return newest("--jobs=" + JobWords.id(id));
  }

  @Override
  public Optional<Job> find(String name) throws FacilityException, InterruptedException {
    return newest("--name=" + JobWords.name(name), "--user=" + user);
  }

  /** What squeue knows is the latest; it forgets jobs some minutes after their end. */
  private Optional<Job> newest(String... which) throws FacilityException, InterruptedException {
    SlurmPrograms.Result queue =
        ask("squeue", with(which, "--noheader", "--states=all", "--Format=" + format()));
    if (!queue.good() && !UNKNOWN_JOB.matcher(queue.words()).find()) {
      throw queue.failure();
    }
    Optional<Job> job = SlurmRows.newest(rows(queue.output(), List.copyOf(COLUMNS.keySet())));
    return job.isPresent() ? job : accounted(which);
  }

  private static String format() {
    return COLUMNS.values().stream().map(c -> c + ":|").collect(Collectors.joining(","));
  }

  private static String[] with(String[] which, String... others) {
    return Stream.concat(Stream.of(which), Stream.of(others)).toArray(String[]::new);
  }

  private Optional<Job> accounted(String... which) throws FacilityException, InterruptedException {
    if (!accounting) {
      return Optional.empty();
    }
    SlurmPrograms.Result sacct =
        ask(
            "sacct",
            with(
                which,
                "--noheader",
                "--parsable2",
                "--allocations",
                "--duplicates",
                "--starttime=" + LAST_DAYS,
                "--format=" + ACCOUNTED));
    if (NO_ACCOUNTING.matcher(sacct.words()).find()) {
      accounting = false;
      return Optional.empty();
    }
    if (!sacct.good()) {
      throw sacct.failure();
    }
    return SlurmRows.newest(
        rows(sacct.output(), List.of(ACCOUNTED.toLowerCase(Locale.ROOT).split(","))));
  }

  /** Of lines whose columns stand between bars; none of ours has one in it. */
  static List<Map<String, String>> rows(String output, List<String> columns) {
    return output
        .lines()
        .map(line -> line.split("\\|", -1))
        .filter(values -> values.length >= columns.size())
        .map(
            values -> {
              Map<String, String> row = new TreeMap<>();
              for (int i = 0; i < columns.size(); i++) {
                row.put(columns.get(i), values[i].strip());
              }
              row.computeIfPresent("exitcode", (column, value) -> exit(value));
              return row;
            })
        .toList();
  }

  /** As sacct has it, {@code status:signal}; squeue has what wait(2) gives, in one number. */
  private static String exit(String value) {
    return value.matches("\\d{1,9}")
        ? "%d:%d".formatted(Integer.parseInt(value) >> 8, Integer.parseInt(value) & 127)
        : value;
  }

  @Override
  public void cancel(String id) throws FacilityException, InterruptedException {
    SlurmPrograms.Result result = ask("scancel", JobWords.id(id));
    if (!result.good() && !result.words().matches("(?i).*(invalid job id|already complet).*")) {
      throw result.failure();
    }
  }

  @Override
  public void put(String path, byte[] content) throws FacilityException {
    SharedFiles.put(path, content);
  }

  @Override
  public Optional<String> tail(String path, int bytes) throws FacilityException {
    return SharedFiles.tail(path, bytes);
  }
}
