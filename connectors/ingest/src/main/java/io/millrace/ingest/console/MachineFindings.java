package io.millrace.ingest.console;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the machine and its JVM are good for. */
final class MachineFindings {
  private static final Path LARGEST_BUFFER = Path.of("/proc/sys/net/core/rmem_max");

  /** Bytes: a JobManager, a TaskManager as conf/flink has them, an aggregator, and some room. */
  static final long ENOUGH_MEMORY = 8_000_000_000L;

  static final long TOO_LITTLE_MEMORY = 4_000_000_000L;

  /** For the demo, which has some processes on one machine. */
  static final int ENOUGH_CORES = 4;

  /** Files and sockets of one process. */
  static final long ENOUGH_FILES = 4096;

  /** Bytes of a socket's buffer: what 10 Gbit/s bring in 13 ms. */
  static final long ENOUGH_BUFFER = 16 << 20;

  private MachineFindings() {}

  /** All of them, of this machine. */
  static List<Finding> here() {
    List<Finding> found = new ArrayList<>();
    found.add(java(Runtime.version().feature(), Runtime.version().toString()));
    found.add(cores(Runtime.getRuntime().availableProcessors()));
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      found.add(memory(system.getTotalMemorySize()));
    }
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      found.add(files(unix.getMaxFileDescriptorCount()));
    }
    // In one read: the kernel gives the number once, and Files.readString begins with one byte.
    try (BufferedReader file = Files.newBufferedReader(LARGEST_BUFFER)) {
      found.add(buffer(Long.parseLong(file.readLine())));
    } catch (IOException | NumberFormatException e) {
      found.add(
          Finding.warning(
              "network buffers",
              "%s cannot be read".formatted(LARGEST_BUFFER),
              "See that the system allows a socket %s of receive buffer."
                  .formatted(Wording.bytes(ENOUGH_BUFFER))));
    }
    return found;
  }

  static Finding java(int feature, String version) {
    return feature < 17
        ? Finding.problem(
            "Java", version, "17 is needed; install it, or set JAVA_HOME to one that is there.")
        : Finding.ok("Java", version);
  }

  static Finding cores(int cores) {
    return cores < ENOUGH_CORES
        ? Finding.warning(
            "cores",
            Integer.toString(cores),
            "Enough to try it. A camera at full speed needs more, on several machines: docs/SCALING.md.")
        : Finding.ok("cores", Integer.toString(cores));
  }

  static Finding memory(long bytes) {
    String text = Wording.bytes(bytes);
    if (bytes < TOO_LITTLE_MEMORY) {
      return Finding.problem(
          "memory",
          text,
          "A TaskManager and a JobManager need about 3.6 GB. Take a larger machine, or make them smaller in conf/flink/config.yaml.");
    }
    return bytes < ENOUGH_MEMORY
        ? Finding.warning(
            "memory",
            text,
            "Enough for Flink with one TaskManager, or for an aggregator; for all on one machine take %s."
                .formatted(Wording.bytes(ENOUGH_MEMORY)))
        : Finding.ok("memory", text);
  }

  static Finding files(long limit) {
    return limit < ENOUGH_FILES
        ? Finding.warning(
            "open files",
            "at most " + Wording.count(limit),
            "An aggregator with many lanes needs more: ulimit -n %d, before it is started."
                .formatted(ENOUGH_FILES))
        : Finding.ok("open files", "at most " + Wording.count(limit));
  }

  static Finding buffer(long bytes) {
    String text = "at most %s (net.core.rmem_max)".formatted(Wording.bytes(bytes));
    return bytes < ENOUGH_BUFFER
        ? Finding.warning(
            "network buffers",
            text,
            "Enough on one machine. For 10 Gbit/s and more: sysctl -w net.core.rmem_max=%d net.core.wmem_max=%d"
                .formatted(ENOUGH_BUFFER, ENOUGH_BUFFER))
        : Finding.ok("network buffers", text);
  }
}
