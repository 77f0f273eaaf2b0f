package io.millrace.gateway.facility;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/** Slurm's own programs, each run without a shell, with a deadline and a bound of its output. */
final class SlurmPrograms {
  /** More than the jobs of a big machine take. */
  private static final int MOST_OUTPUT = 16 << 20;

  private static final int LONGEST_WORDS = 400;

  /** Slurm's controller or database is not there, or too busy. */
  private static final Pattern ANOTHER_TIME =
      Pattern.compile(
          "(?i)unable to contact slurm|timed? ?out|zero bytes|connection (refused|reset)|temporarily"
              + "|communication|connect failure|unable to establish|sending persistent init|slurmdbd: .*not responding");

  private final Optional<Path> folder;
  private final Map<String, String> environment;
  private final Duration deadline;

  /**
   * @param folder where they are; empty if on the path
   * @param environment added to this process's
   * @param deadline of one program
   */
  SlurmPrograms(Optional<Path> folder, Map<String, String> environment, Duration deadline) {
    this.folder = folder;
    this.environment = Map.copyOf(environment);
    this.deadline = deadline;
  }

  /** Whether words of Slurm's mean that it does not answer now, and may another time. */
  static boolean anotherTime(String words) {
    return ANOTHER_TIME.matcher(words).find();
  }

  /**
   * What came of a program.
   *
   * @param command as it was called
   * @param status its exit status
   * @param output what it printed
   * @param words what it printed as errors, in a line
   */
  record Result(String command, int status, String output, String words) {
    boolean good() {
      return status == 0;
    }

    /** The failure, if that is one that is not expected. */
    FacilityException failure() {
      String message =
          "%s fails with status %d: %s".formatted(command, status, words.isEmpty() ? "-" : words);
      return anotherTime(words)
          ? new LostAnswer(message + "; see whether slurmctld runs (scontrol ping)")
          : new FacilityException(message);
    }
  }

  /**
   * Runs one.
   *
   * @param input for its standard input
   * @throws LostAnswer if it has not ended in time; it is killed then
   * @throws FacilityException if it is not there, or prints without an end
   */
  Result run(String input, String program, String... arguments)
      throws FacilityException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(folder.map(f -> f.resolve(program).toString()).orElse(program));
    command.addAll(List.of(arguments));
    String called = String.join(" ", command);
    ProcessBuilder builder = new ProcessBuilder(command);
    // Such variables would say otherwise than the script, or make its job a step of another one.
    builder
        .environment()
        .keySet()
        .removeIf(
            key ->
                key.startsWith("SBATCH_")
                    || key.startsWith("SQUEUE_")
                    || key.startsWith("SACCT_")
                    || key.startsWith("SINFO_")
                    || key.startsWith("SCANCEL_")
                    || key.startsWith("SLURM_") && !key.equals("SLURM_CONF"));
    builder.environment().putAll(environment);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new FacilityException(
          "%s cannot be started; see whether Slurm's programs are installed here and on the path, or say where they are ('programs' in the machine's file): %s"
              .formatted(command.get(0), e.getMessage()),
          e);
    }
    try {
      return result(called, process, input);
    } finally {
      process.destroyForcibly();
    }
  }

  private Result result(String called, Process process, String input)
      throws FacilityException, InterruptedException {
    CompletableFuture<byte[]> output = reading(process.getInputStream());
    CompletableFuture<byte[]> words = reading(process.getErrorStream());
    CompletableFuture<Void> written =
        CompletableFuture.runAsync(
            () -> write(process.getOutputStream(), input), SlurmPrograms::thread);
    long end = System.nanoTime() + deadline.toNanos();
    try {
      // Of one that does not read its input to the end, its exit status says more.
      written.get(left(end), TimeUnit.NANOSECONDS);
      byte[] printed = output.get(left(end), TimeUnit.NANOSECONDS);
      byte[] errors =
          printed.length > MOST_OUTPUT ? new byte[0] : words.get(left(end), TimeUnit.NANOSECONDS);
      if (printed.length > MOST_OUTPUT || errors.length > MOST_OUTPUT) {
        throw new FacilityException(
            "%s prints more than %d MB".formatted(called, MOST_OUTPUT >> 20));
      }
      if (!process.waitFor(left(end), TimeUnit.NANOSECONDS)) {
        throw late(called);
      }
      return new Result(
          called, process.exitValue(), text(printed), ErrorText.line(text(errors), LONGEST_WORDS));
    } catch (TimeoutException e) {
      throw late(called);
    } catch (ExecutionException e) {
      throw new FacilityException(
          "%s cannot be read: %s".formatted(called, e.getCause().getMessage()), e);
    }
  }

  private LostAnswer late(String called) {
    return new LostAnswer(
        "%s has not ended within %d s, and was killed; see whether slurmctld runs (scontrol ping)"
            .formatted(called, deadline.toSeconds()));
  }

  private static long left(long end) {
    return Math.max(0, end - System.nanoTime());
  }

  private static CompletableFuture<byte[]> reading(InputStream stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (stream) {
            return stream.readNBytes(MOST_OUTPUT + 1);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        SlurmPrograms::thread);
  }

  /** Not one of a pool, which those that wait could fill. */
  private static void thread(Runnable task) {
    Thread thread = new Thread(task, "slurm-output");
    thread.setDaemon(true);
    thread.start();
  }

  private static void write(OutputStream stream, String input) {
    try (stream) {
      stream.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It has ended, or does not want all of it.
      return;
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
