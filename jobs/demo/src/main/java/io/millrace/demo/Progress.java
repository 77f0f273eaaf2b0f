package io.millrace.demo;

import java.io.PrintStream;
import java.util.Locale;

/**
 * The progress bar: frames, GB/s, incomplete. On a terminal it is one line that changes; else a
 * line now and then.
 */
final class Progress {
  private static final int WIDTH = 30;
  private static final long LINE_EVERY_NANOS = 2_000_000_000L;

  private final PrintStream out;
  private final boolean terminal;
  private final long expectedFrames;
  private long lastBytes;
  private long lastTime = System.nanoTime();
  private long lastLine;
  private double rate;

  /**
   * @param expectedFrames frames of the scan
   * @param terminal whether the line may be drawn over
   */
  Progress(PrintStream out, boolean terminal, long expectedFrames) {
    this.out = out;
    this.terminal = terminal;
    this.expectedFrames = expectedFrames;
  }

  void show(long complete, long incomplete, long bytes) {
    long now = System.nanoTime();
    if (bytes > lastBytes) {
      rate = (bytes - lastBytes) / (double) (now - lastTime);
      lastBytes = bytes;
      lastTime = now;
    }
    if (!terminal && now - lastLine < LINE_EVERY_NANOS && lastLine != 0) {
      return;
    }
    lastLine = now;
    long frames = complete + incomplete;
    int filled = (int) Math.min(WIDTH, frames * WIDTH / Math.max(1, expectedFrames));
    out.printf(
        Locale.ROOT,
        "%s  [%s%s] %,d of %,d frames, %.2f GB/s, %,d incomplete%s",
        terminal ? "\r" : "",
        "#".repeat(filled),
        " ".repeat(WIDTH - filled),
        frames,
        expectedFrames,
        rate,
        incomplete,
        terminal ? "   " : System.lineSeparator());
    out.flush();
  }

  void end() {
    if (terminal) {
      out.println();
    }
  }
}
