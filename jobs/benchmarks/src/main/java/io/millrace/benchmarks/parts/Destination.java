package io.millrace.benchmarks.parts;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where a producer's sectors go, and whether it keeps them.
 *
 * @param options of the producer
 * @param jvmOptions of its JVM, besides those that all have
 */
record Destination(List<String> options, List<String> jvmOptions) {
  /**
   * For a module. A checkpoint each second, what is sent while it is made and until the producer
   * hears of it: less than two seconds of 0.25 GB.
   */
  private static final String RETAIN_MEMORY = "512M";

  /** For all modules of the camera, and a part that the producer leaves for other buffers. */
  private static final String DIRECT_MEMORY = "3g";

  /** An aggregator, or what is in its place, with the first module at this port. */
  static Destination port(int port) {
    return new Destination(List.of("--aggregator=tcp://127.0.0.1:" + port), List.of());
  }

  /** Raw files in a directory. */
  static Destination files(Path directory) {
    return new Destination(List.of("--write=" + directory), List.of());
  }

  /** The aggregator of a session; each sector is kept until a checkpoint has it. */
  static Destination session(List<String> session) {
    List<String> retained = List.of("--retain=memory", "--retain-memory=" + RETAIN_MEMORY);
    return new Destination(
        Stream.concat(session.stream(), retained.stream()).toList(),
        List.of("-XX:MaxDirectMemorySize=" + DIRECT_MEMORY));
  }
}
