package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where something was measured.
 *
 * @param processor the model
 * @param cores of the machine
 * @param usable cores that this process is bound to
 * @param jdk vendor and version
 */
public record Machine(String processor, int cores, int usable, String jdk) {
  /** This one. */
  public static Machine here() {
    List<String> lines;
    try {
      lines = Files.readAllLines(Path.of("/proc/cpuinfo"));
    } catch (IOException e) {
      lines = List.of(); // not a Linux
    }
    int usable = Runtime.getRuntime().availableProcessors();
    return new Machine(
        lines.stream()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse(System.getProperty("os.arch")),
        Math.max(usable, (int) lines.stream().filter(l -> l.startsWith("processor")).count()),
        usable,
        System.getProperty("java.vm.name") + " " + Runtime.version());
  }

  @Override
  public String toString() {
    String share =
        usable == cores
            ? cores + (cores == 1 ? " core" : " cores")
            : "bound to %s of %d cores".formatted(usable == 1 ? "one" : usable, cores);
    return "%s, %s, %s".formatted(processor, share, jdk);
  }
}
