package io.millrace.operators;

/**
 * Tells the silence of senders from the absence of the listener.
 *
 * <p>A task that was busy or held up finds its timers due before it has read what waits in its
 * input. Nothing may be concluded from such a timer: silence only counts while somebody listens.
 */
public final class Silence {
  /** A timer of a task that listens fires within this time. */
  private static final long PROMPT_MILLIS = 250;

  private Silence() {}

  /**
   * Whether a processing-time timer fired so late that the task cannot have listened before.
   *
   * @param timer when the timer was due
   * @param now the time now
   */
  public static boolean wasMissed(long timer, long now) {
    return now - timer > PROMPT_MILLIS;
  }
}
