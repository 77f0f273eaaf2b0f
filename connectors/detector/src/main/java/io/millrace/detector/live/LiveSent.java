package io.millrace.detector.live;

import java.time.Instant;

/**
 * A live message on its way.
 *
 * @param session name of the session: letters, digits, dots, dashes and underscores, at most 200
 * @param publisher random name of who sends; another one after a restart
 * @param sequence counts the messages of a publisher from 0; a gap says how many were lost
 * @param sent when, by the sender's clock
 * @param message what is told
 */
public record LiveSent(
    String session, String publisher, long sequence, Instant sent, LiveMessage message) {

  /**
   * @throws IllegalArgumentException if a name or the number is not as described
   */
  public LiveSent {
    if (!session.matches("[A-Za-z0-9._-]{1,200}")) {
      throw new IllegalArgumentException(
          "session '%s' has to be of 1 to 200 letters, digits, dots, dashes and underscores"
              .formatted(session));
    }
    if (!publisher.matches("[A-Za-z0-9._-]{1,200}")) {
      throw new IllegalArgumentException(
          "publisher '%s' has to be of 1 to 200 letters, digits, dots, dashes and underscores"
              .formatted(publisher));
    }
    if (sequence < 0) {
      throw new IllegalArgumentException("message %d: they count from 0".formatted(sequence));
    }
  }
}
