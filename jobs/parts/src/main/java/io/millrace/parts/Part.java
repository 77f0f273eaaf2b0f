package io.millrace.parts;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One process, with its output in a log file. */
public final class Part {
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
      throws RunFailure {
    Path log = logs.resolve(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    try {
      return new Part(name, log, builder.start());
    } catch (IOException e) {
      throw new RunFailure(name + " cannot be started", e);
    }
  }

  /** As it was named when it was started. */
  public String name() {
    return name;
  }

  /** The process number. */
  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Whether it has ended by itself, and well. */
  public boolean succeeded() {
    return !process.isAlive() && process.exitValue() == 0;
  }

  /** Waits for the process to end, and returns all that it printed. */
  public String output(Duration deadline) throws RunFailure, InterruptedException {
    if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
      throw failure("did not end within %d s".formatted(deadline.toSeconds()));
    }
    if (process.exitValue() != 0) {
      throw failure("failed");
    }
    return read();
  }

  /**
   * Waits until it has said that it is so far: in a line, or in the message of a line of the log,
   * that begins with a word. The word elsewhere is not enough, or as a part of another: what is
   * there "already" is not ready.
   *
   * @param word such as {@code ready}
   */
  public void awaitOutput(String word, Duration deadline) throws RunFailure, InterruptedException {
    awaitLine(
        Pattern.compile("(?:\\S+ \\w+ +\\S+ - )?" + Pattern.quote(word) + "\\b"), word, deadline);
  }

  /**
   * Waits until it has printed a line; looks so often that a measurement need not wait long for it.
   *
   * @param pattern of the line's beginning, or of all of it
   * @return the first such line
   */
  public Matcher awaitLine(Pattern pattern, Duration deadline)
      throws RunFailure, InterruptedException {
    return awaitLine(pattern, pattern.pattern(), deadline);
  }

  private Matcher awaitLine(Pattern pattern, String what, Duration deadline)
      throws RunFailure, InterruptedException {
    long end = System.nanoTime() + deadline.toNanos();
    long seen = -1;
    while (true) {
      // Before the look, so that a part that has ended is read to its end.
      boolean late = System.nanoTime() > end || !process.isAlive();
      long length = log.toFile().length();
      if (length > seen) {
        seen = length;
        String printed = read();
        // What has no end yet may be half a line.
        for (String line : printed.substring(0, printed.lastIndexOf('\n') + 1).split("\n")) {
          Matcher matcher = pattern.matcher(line);
          if (matcher.lookingAt()) {
            return matcher;
          }
        }
      }
      if (late) {
        requireInTime(what, end, deadline);
      } else if (length == seen) {
        process.waitFor(2, TimeUnit.MILLISECONDS);
      }
    }
  }

  private void requireInTime(String what, long end, Duration deadline) throws RunFailure {
    if (!process.isAlive()) {
      throw failure("failed");
    }
    if (System.nanoTime() > end) {
      throw failure("has not said '%s' within %d s".formatted(what, deadline.toSeconds()));
    }
  }

  /** Writes a line to its standard input. */
  public void tell(String line) throws RunFailure {
    BufferedWriter input = process.outputWriter(StandardCharsets.UTF_8);
    try {
      input.write(line);
      input.newLine();
      input.flush();
    } catch (IOException e) {
      throw failure("does not listen any more");
    }
  }

  /** A failure of this part, with the end of its log. */
  public RunFailure failure(String what) throws RunFailure {
    List<String> lines = read().lines().toList();
    return new RunFailure(
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
  public String read() throws RunFailure {
    try {
      return Files.readString(log, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new RunFailure("the log %s cannot be read".formatted(log), e);
    }
  }

  /** Ends the process; kills it if it does not listen. */
  public void stop() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor(STOP_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
