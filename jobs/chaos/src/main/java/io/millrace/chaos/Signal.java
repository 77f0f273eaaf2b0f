package io.millrace.chaos;

import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** What a process is told from outside, and cannot refuse. */
enum Signal {
  KILL,
  STOP,
  CONT,
  /** To a JVM: print what all threads do, and go on. */
  QUIT;

  private static final long DEADLINE_SECONDS = 10;

  /**
   * Sends it, with the shell's own kill: Java knows no others than TERM and KILL.
   *
   * @return false if there is no such process
   */
  boolean send(long pid) throws RunFailure, InterruptedException {
    try {
      Process kill =
          new ProcessBuilder(
                  "bash", "-c", "kill -s \"$0\" \"$1\" 2>/dev/null", name(), Long.toString(pid))
              .start();
      if (!kill.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
        kill.destroyForcibly();
        throw new RunFailure("process %d could not be sent %s".formatted(pid, this));
      }
      return kill.exitValue() == 0;
    } catch (IOException e) {
      throw new RunFailure("process %d could not be sent %s".formatted(pid, this), e);
    }
  }
}
