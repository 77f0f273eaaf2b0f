package io.millrace.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One process of the demo, with its output in a log file. */
final class Part {
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(10);
  private static final int TAIL_LINES = 15;

  private final String name;
  private final Path log;
  private final Process process;

  private Part(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  /** Starts a process. */
  static Part start(String name, Path logs, Map<String, String> environment, List<String> command)
      throws DemoFailure {
    Path log = logs.resolve(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    try {
      return new Part(name, log, builder.start());
    } catch (IOException e) {
      throw new DemoFailure(name + " cannot be started", e);
    }
  }

  String pid() {
    return Long.toString(process.pid());
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Whether it has ended by itself, and well. */
  boolean succeeded() {
    return !process.isAlive() && process.exitValue() == 0;
  }

  /** Waits for the process to end, and returns all that it printed. */
  String output(Duration deadline) throws DemoFailure, InterruptedException {
    if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
      throw failure("did not end within %d s".formatted(deadline.toSeconds()));
    }
    if (process.exitValue() != 0) {
      throw failure("failed");
    }
    return read();
  }

  /** Waits until it has printed a text. */
  void awaitOutput(String text, Duration deadline) throws DemoFailure, InterruptedException {
    long end = System.nanoTime() + deadline.toNanos();
    while (!read().contains(text)) {
      if (!process.isAlive()) {
        throw failure("failed");
      }
      if (System.nanoTime() > end) {
        throw failure("is not ready after %d s".formatted(deadline.toSeconds()));
      }
      process.waitFor(50, TimeUnit.MILLISECONDS);
    }
  }

  /** A failure of this part, with the end of its log. */
  DemoFailure failure(String what) throws DemoFailure {
    List<String> lines = read().lines().toList();
    return new DemoFailure(
        "%s %s. The end of %s:%n%s"
            .formatted(
                name,
                what,
                log,
                String.join(
                    System.lineSeparator(),
                    lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()))));
  }

  /** All that it has printed so far. */
  String read() throws DemoFailure {
    try {
      return Files.readString(log, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new DemoFailure("the log %s cannot be read".formatted(log), e);
    }
  }

  /** Ends the process and what it started; kills it if it does not listen. */
  void stop() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
