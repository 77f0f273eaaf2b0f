package io.millrace.chaos;

import io.millrace.parts.RunFailure;
import java.time.Duration;

/** Something that is started again whenever it has ended. */
interface Kept {
  /** Starts again what has ended, if it may. Never waits for it. */
  void tend() throws RunFailure;

  /** Starts nothing again for a while. */
  void leaveAlone(Duration length);
}
