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
record Machine(String processor, int cores, int usable, String jdk) {
  /** This one. */
  static Machine here() {
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
    return "%s, %s of %d cores, %s"
        .formatted(processor, usable == 1 ? "bound to one" : "not bound to one", cores, jdk);
  }
}
