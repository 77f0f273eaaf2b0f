package io.millrace.allocation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** This machine alone, outside of any batch system. */
final class ThisMachine implements Nodes {
  private static final Path MEMORY = Path.of("/proc/meminfo");
  private static final Pattern AVAILABLE = Pattern.compile("MemAvailable: +(\\d+) kB");

  private final Optional<Instant> end;

  /**
   * @param walltime how long it may be ours from now on; null for ever
   */
  ThisMachine(Duration walltime) {
    end = Optional.ofNullable(walltime).map(Instant.now()::plus);
  }

  @Override
  public String id() {
    return "local-" + ProcessHandle.current().pid();
  }

  @Override
  public List<String> names() {
    return List.of("localhost");
  }

  @Override
  public List<String> on(String node, List<String> command) {
    return command;
  }

  /** Half of what is free: others use it, too. */
  @Override
  public int memoryMegabytes() throws IOException {
    return freeMegabytes() / 2;
  }

  static int freeMegabytes() throws IOException {
    Matcher available = AVAILABLE.matcher(Files.readString(MEMORY));
    if (!available.find()) {
      throw new IOException(MEMORY + " does not say how much memory is available");
    }
    return (int) (Long.parseLong(available.group(1)) >> 10);
  }

  @Override
  public Optional<Duration> timeLeft() {
    return end.map(e -> Duration.between(Instant.now(), e));
  }
}
