package io.millrace.benchmarks.parts;

import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A process that is measured from outside: what the kernel and the log of its garbage collector
 * tell. Linux only.
 *
 * @param role what it does: one of the constants
 * @param pid process number
 * @param gcLog its log
 */
public record Jvm(String role, long pid, Path gcLog) {
  public static final String PRODUCER = "producer";
  public static final String AGGREGATOR = "aggregator";

  /** A bare pull. */
  public static final String RECEIVER = "receiver";

  public static final String GATEWAY = "gateway";
  public static final String ZOOKEEPER = "ZooKeeper";
  public static final String JOB_MANAGER = "JobManager";
  public static final String TASK_MANAGER = "TaskManager";

  /** What the kernel counts in, for all programs: 1/100 s. */
  private static final double TICKS_PER_SECOND = 100;

  private static final long COLLECT_SECONDS = 60;
  private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+) kB");

  /** A process whose JVM was started with {@link #options}. */
  static Jvm of(String role, long pid, Path folder) {
    return new Jvm(role, pid, folder.resolve("gc-" + pid + ".log"));
  }

  /** The option that makes a JVM write the log into a folder, behind those that the user gives. */
  static List<String> options(Path folder) {
    String ofUser = System.getenv().getOrDefault("MILLRACE_JAVA_OPTS", "");
    String log = "-Xlog:gc:file=%s/gc-%%p.log:utctime:filecount=0".formatted(folder);
    return Stream.concat(Stream.of(ofUser.split("\\s+")), Stream.of(log))
        .filter(option -> !option.isEmpty())
        .toList();
  }

  /** CPU time since it began, of all its threads, in the kernel too; in seconds. */
  double cpuSeconds() throws RunFailure {
    return cpuSeconds(read("stat"));
  }

  /** CPU seconds from the content of /proc/PID/stat. */
  static double cpuSeconds(String stat) {
    // The second field is the program's name in parentheses, and may hold anything.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    // From the third field on: utime is the 14th, stime the 15th.
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
  }

  /** The most memory that it has had at a time, in bytes. */
  long peakResidentBytes() throws RunFailure {
    return peakResidentBytes(read("status"));
  }

  /** Bytes from the content of /proc/PID/status. */
  static long peakResidentBytes(String status) {
    Matcher m = PEAK.matcher(status);
    if (!m.find()) {
      throw new IllegalArgumentException("no VmHWM in " + status);
    }
    return Long.parseLong(m.group(1)) * 1024;
  }

  private String read(String file) throws RunFailure {
    Path path = Path.of("/proc", Long.toString(pid), file);
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new RunFailure(
          "the %s (process %d) cannot be measured: it has ended, or this is no Linux"
              .formatted(role, pid),
          e);
    }
  }

  /**
   * Collects its garbage, so that from here on the log tells exactly what is allocated.
   *
   * @return a time behind that
   */
  Instant collectGarbage() throws RunFailure, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    try {
      Process process =
          new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.run")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(COLLECT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new RunFailure("%s %d GC.run failed (%s)".formatted(jcmd, pid, role));
      }
      return Instant.now();
    } catch (IOException e) {
      throw new RunFailure(
          "the JDK's jcmd is needed; set JAVA_HOME to a JDK, not to a JRE alone", e);
    }
  }

  /** What was allocated between two calls of {@link #collectGarbage}. */
  GcLog.Span allocation(Instant from, Instant to) throws RunFailure {
    try {
      return GcLog.read(gcLog).between(from, to);
    } catch (IOException | IllegalArgumentException e) {
      throw new RunFailure("the log of the %s's collections is of no use".formatted(role), e);
    }
  }
}
