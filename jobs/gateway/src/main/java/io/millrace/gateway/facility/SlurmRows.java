package io.millrace.gateway.facility;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Reads the rows in which Slurm's own programs tell of jobs: each column's name in lower case, as
 * {@code sacct --format=ALL} or {@code squeue --format=%all} have them, and what stands in it.
 */
final class SlurmRows {
  /** What Slurm writes where it has nothing to say. */
  private static final Set<String> NOTHING =
      Set.of("", "none", "(null)", "n/a", "unknown", "invalid", "not_set");

  private static final Pattern DURATION =
      Pattern.compile("(?:(\\d+)-)?(?:(?:(\\d+):)?(\\d+):)?(\\d+)(?:\\.\\d+)?");

  /** Of numbers such as {@code 4}, and of {@code 2-4} nodes that a job asks for. */
  private static final Pattern NUMBER = Pattern.compile("(\\d{1,9})(?:-\\d+)?");

  /** Behind every time that there is. */
  private static final String NOT_YET = "~";

  private SlurmRows() {}

  /**
   * What the newest of these rows says. A job has several: one for each of its steps, which are
   * left out; one for each time that it was queued; and one for each number of nodes that it had,
   * so that the time that it has run counts from its last loss of a node.
   *
   * @param rows in the order in which Slurm gave them, of one job or of several with one name
   * @return empty if there is no job among them
   */
  static Optional<Job> newest(List<Map<String, String>> rows) {
    // Local times without a zone: good for comparing with each other, and for nothing else. One
    // that is not known yet is later than one that is.
    Comparator<Integer> order =
        Comparator.<Integer, String>comparing(
                i -> said(rows.get(i), "submit", "submit_time").orElse(""))
            .thenComparing(i -> said(rows.get(i), "start", "start_time").orElse(NOT_YET))
            .thenComparing(Comparator.naturalOrder());
    return IntStream.range(0, rows.size())
        .boxed()
        .filter(i -> isJob(rows.get(i)))
        .max(order)
        .map(i -> job(rows.get(i)));
  }

  private static boolean isJob(Map<String, String> row) {
    return said(row, "jobid").filter(Predicate.not(id -> id.contains("."))).isPresent();
  }

  private static Job job(Map<String, String> row) {
    JobState state = JobState.read(row.getOrDefault("state", ""));
    return new Job(
        said(row, "jobid").orElseThrow(),
        said(row, "jobname", "name").orElse(""),
        state,
        reason(row, state),
        nodes(row),
        state.phase() == JobState.Phase.QUEUED || said(row, "start", "start_time").isEmpty()
            ? Optional.empty()
            : said(row, "elapsed", "time").flatMap(SlurmRows::duration),
        said(row, "timelimit", "time_limit").flatMap(SlurmRows::duration));
  }

  /** The first of these columns that says something. */
  private static Optional<String> said(Map<String, String> row, String... columns) {
    return Stream.of(columns)
        .map(row::get)
        .filter(value -> value != null && !NOTHING.contains(value.strip().toLowerCase(Locale.ROOT)))
        .map(String::strip)
        .findFirst();
  }

  /**
   * Accounting keeps why a job once waited, also when it waits no longer; so that counts only while
   * it does. Of one that has failed, its exit status says more.
   */
  private static String reason(Map<String, String> row, JobState state) {
    if (state == JobState.FAILED && row.containsKey("exitcode")) {
      String[] exit = row.get("exitcode").split(":", 2);
      return exit.length == 2 && exit[0].equals("0")
          ? "signal " + exit[1]
          : "exit status " + exit[0];
    }
    boolean waits = state.phase() == JobState.Phase.QUEUED;
    boolean accounting = row.containsKey("jobname");
    return waits || !accounting ? said(row, "reason").orElse("") : "";
  }

  private static int nodes(Map<String, String> row) {
    return Stream.of("nodes", "allocnodes", "nnodes", "reqnodes")
        .flatMap(column -> said(row, column).stream())
        .mapToInt(value -> number(value).orElse(0))
        .filter(n -> n > 0)
        .findFirst()
        .orElse(0);
  }

  private static OptionalInt number(String value) {
    Matcher number = NUMBER.matcher(value);
    return number.matches()
        ? OptionalInt.of(Integer.parseInt(number.group(1)))
        : OptionalInt.empty();
  }

  /** Of {@code 1-02:03:04}, {@code 02:03:04} or {@code 03:04}; words such as UNLIMITED are none. */
  private static Optional<Duration> duration(String value) {
    Matcher parts = DURATION.matcher(value);
    if (!parts.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        Duration.ofDays(part(parts, 1))
            .plusHours(part(parts, 2))
            .plusMinutes(part(parts, 3))
            .plusSeconds(part(parts, 4)));
  }

  private static long part(Matcher parts, int group) {
    return parts.group(group) == null ? 0 : Long.parseLong(parts.group(group));
  }
}
