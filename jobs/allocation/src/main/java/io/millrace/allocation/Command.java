package io.millrace.allocation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A program that is run to its end, for what it prints. No shell is between. */
record Command(List<String> words) {
  private static final int TAIL_CHARACTERS = 2_000;
  private static final Pattern STACK_TRACE =
      Pattern.compile("\\s+(at [\\w.$/<>@-]+\\(|\\.\\.\\. \\d+ (more|common))");

  static Command of(String... words) {
    return new Command(List.of(words));
  }

  /**
   * Runs it.
   *
   * @return its standard output
   * @throws IOException if it cannot be run, fails, or does not end in time; with what it said
   */
  String output(Duration deadline) throws IOException, InterruptedException {
    // Files, because nobody has to empty them while the program runs.
    Path out = Files.createTempFile("millrace", ".out");
    Path err = Files.createTempFile("millrace", ".err");
    try {
      Process process =
          new ProcessBuilder(words)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
      boolean ended;
      try {
        ended = process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS);
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      if (!ended) {
        throw new IOException(
            "'%s' has not ended within %d s".formatted(name(), deadline.toSeconds()));
      }
      if (process.exitValue() != 0) {
        throw new IOException(
            "'%s' has failed with exit status %d: %s"
                .formatted(
                    name(), process.exitValue(), tail(err).isEmpty() ? tail(out) : tail(err)));
      }
      return Files.readString(out, StandardCharsets.UTF_8);
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    }
  }

  private String name() {
    return String.join(" ", words);
  }

  /** Without stack traces: who reads it starts sessions, and the messages between them say why. */
  private static String tail(Path file) throws IOException {
    String text =
        new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !STACK_TRACE.matcher(line).lookingAt())
            .collect(Collectors.joining("\n"))
            .strip();
    return text.substring(Math.max(0, text.length() - TAIL_CHARACTERS));
  }
}
