package io.millrace.gateway.facility;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What slurmrestd wants to know of a job. It does not read the {@code #SBATCH} lines of a script;
 * so they are put into its own words here, which differ between its versions.
 */
final class SubmitForm {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern OPTION = Pattern.compile("#SBATCH\\s+--([a-z-]+)(?:=(\\S+))?\\s*");
  private static final Pattern SIGNAL = Pattern.compile("(B:)?([A-Z0-9]{1,8})@(\\d{1,5})");
  private static final Pattern MEMORY = Pattern.compile("(\\d{1,9})([KMGT]?)B?");
  private static final Pattern TIME =
      Pattern.compile(
          "(?:(\\d{1,4})-(\\d{1,2})(?::(\\d{1,2}))?(?::(\\d{1,2}))?"
              + "|(?:(\\d{1,4}):)?(\\d{1,6}):(\\d{1,2})|(\\d{1,7}))");

  /** What a job's shell finds its programs by; anything else is the script's to say. */
  private static final String PATH = "/usr/local/bin:/usr/bin:/bin";

  /** The first version with numbers as objects, and other words. */
  private static final int OBJECTS = 39;

  private final boolean objects;
  private final ObjectNode job = JSON.createObjectNode();
  private String script;
  private Duration limit;

  private SubmitForm(int version, String script) {
    this.objects = version >= OBJECTS;
    this.script = script;
  }

  /**
   * Writes one.
   *
   * @param version the last number of the API's, such as 38
   * @throws SubmitRefused if the script has an option that is not known here, or not possible
   */
  static String of(int version, String name, String script) throws SubmitRefused {
    SubmitForm form = new SubmitForm(version, script);
    Map<String, String> options = options(script);
    // Before the signal, which counts from its end.
    if (options.containsKey("time")) {
      form.limit = time(options.get("time"));
    }
    for (Map.Entry<String, String> option : options.entrySet()) {
      form.add(option.getKey(), option.getValue());
    }
    form.job.put("name", name);
    if (form.objects) {
      form.job.putArray("environment").add("PATH=" + PATH);
    } else {
      form.job.putObject("environment").put("PATH", PATH);
    }
    if (!form.job.has("current_working_directory")) {
      form.job.put("current_working_directory", "/tmp");
    }
    ObjectNode all = JSON.createObjectNode();
    all.set("job", form.job);
    all.put("script", form.script);
    return all.toString();
  }

  /** Those before the first command, as sbatch reads them; a later one of the same name counts. */
  private static Map<String, String> options(String script) throws SubmitRefused {
    Map<String, String> options = new LinkedHashMap<>();
    for (String line : script.lines().toList()) {
      if (!line.isBlank() && !line.startsWith("#")) {
        break;
      }
      if (line.startsWith("#SBATCH")) {
        Matcher option = OPTION.matcher(line);
        if (!option.matches()) {
          throw new SubmitRefused(
              "slurmrestd reads no #SBATCH lines, and '%s' cannot be put into its words; write it as #SBATCH --name=value"
                  .formatted(line));
        }
        options.put(option.group(1), option.group(2) == null ? "" : option.group(2));
      }
    }
    return options;
  }

  private void add(String option, String value) throws SubmitRefused {
    switch (option) {
      case "job-name" -> {
        // The name is given beside the script.
      }
      case "account", "qos", "partition", "reservation", "licenses", "comment" ->
          job.put(option, value);
      case "constraint" -> job.put("constraints", value);
      case "chdir" -> job.put("current_working_directory", value);
      case "output" -> job.put("standard_output", value);
      case "error" -> job.put("standard_error", value);
      case "nodes" -> job.put("nodes", value);
      case "ntasks-per-node" -> job.put("tasks_per_node", whole(option, value));
      case "cpus-per-task" -> job.put("cpus_per_task", whole(option, value));
      case "time" -> number("time_limit", minutes(limit));
      case "mem" -> number("memory_per_node", megabytes(value));
      case "requeue" -> job.put("requeue", true);
      case "no-requeue" -> job.put("requeue", false);
      case "no-kill" -> {
        if (objects) {
          job.put("kill_on_node_fail", false);
        } else {
          job.put("no_kill", "set");
        }
      }
      case "exclusive" -> exclusive(value);
      case "open-mode" -> {
        if (objects) {
          job.putArray("open_mode").add(value.toUpperCase(Locale.ROOT));
        } else {
          job.put("open_mode", value);
        }
      }
      case "signal" -> signal(value);
      default ->
          throw new SubmitRefused(
              "slurmrestd reads no #SBATCH lines, and Millrace does not know how to tell it --%s; leave it out of 'batch' in the machine's file, or use another kind of facility"
                  .formatted(option));
    }
  }

  private void exclusive(String value) {
    if (objects) {
      job.putArray("shared").add(value.isEmpty() ? "none" : value);
    } else {
      job.put("exclusive", value.isEmpty() ? "exclusive" : value);
    }
  }

  /**
   * The old API refuses a signal for the batch shell alone. So the shell sends it to itself; the
   * sleeping process is no child of its, which it could wait for, and ends with the job.
   */
  private void signal(String value) throws SubmitRefused {
    Matcher signal = SIGNAL.matcher(value);
    if (!signal.matches()) {
      throw impossible("signal", value, "B:USR1@180");
    }
    boolean shell = signal.group(1) != null;
    int lead = Integer.parseInt(signal.group(3));
    if (objects) {
      job.put("kill_warning_signal", signal.group(2));
      number("kill_warning_delay", lead);
      if (shell) {
        job.putArray("kill_warning_flags").add("BATCH_JOB");
      }
    } else if (!shell) {
      job.put("signal", value);
    } else if (limit != null) {
      String[] lines = script.split("\n", 2);
      script =
          "%s\n((sleep %d; kill -s %s $$) >/dev/null 2>&1 &)\n%s"
              .formatted(
                  lines[0],
                  Math.max(0, limit.toSeconds() - lead),
                  signal.group(2),
                  lines.length == 2 ? lines[1] : "");
    } else {
      throw new SubmitRefused("a signal before a job's end needs its --time");
    }
  }

  private void number(String field, long value) {
    if (objects) {
      job.putObject(field).put("set", true).put("infinite", false).put("number", value);
    } else {
      job.put(field, value);
    }
  }

  private static int whole(String option, String value) throws SubmitRefused {
    if (!value.matches("\\d{1,6}")) {
      throw impossible(option, value, "4");
    }
    return Integer.parseInt(value);
  }

  /** Begun ones count. */
  private static long minutes(Duration time) {
    return time.plusSeconds(59).toMinutes();
  }

  private static Duration time(String value) throws SubmitRefused {
    Matcher time = TIME.matcher(value);
    if (!time.matches()) {
      throw impossible("time", value, "1-02:03:04");
    }
    if (time.group(8) != null) {
      return Duration.ofMinutes(part(time, 8));
    }
    if (time.group(6) != null) {
      return Duration.ofHours(part(time, 5)).plusMinutes(part(time, 6)).plusSeconds(part(time, 7));
    }
    return Duration.ofDays(part(time, 1))
        .plusHours(part(time, 2))
        .plusMinutes(part(time, 3))
        .plusSeconds(part(time, 4));
  }

  private static long part(Matcher time, int group) {
    return time.group(group) == null ? 0 : Long.parseLong(time.group(group));
  }

  private static long megabytes(String value) throws SubmitRefused {
    Matcher memory = MEMORY.matcher(value);
    if (!memory.matches()) {
      throw impossible("mem", value, "4000M");
    }
    long number = Long.parseLong(memory.group(1));
    return switch (memory.group(2)) {
      case "K" -> (number + 1023) / 1024;
      case "G" -> number << 10;
      case "T" -> number << 20;
      default -> number;
    };
  }

  private static SubmitRefused impossible(String option, String value, String example) {
    return new SubmitRefused(
        "--%s=%s cannot be put into slurmrestd's words; write it as --%s=%s"
            .formatted(option, value, option, example));
  }
}
