package io.millrace.gateway.steering;

import java.time.Instant;
import java.util.Map;

/**
 * The batch job of a session, for who tells others of it.
 *
 * @param parameters of the counting job, as somebody asked for them
 * @param job its id at the facility; null while there is none that is known
 * @param state in Slurm's words, or {@code INITIALIZING} before it has it
 * @param begun when the session was asked for
 * @param changed when it entered its state
 * @param isOver whether nothing more comes of it
 */
public record SessionJob(
    String session,
    String machine,
    int nodes,
    int minutes,
    Map<String, Object> parameters,
    String job,
    String state,
    Instant begun,
    Instant changed,
    boolean isOver) {
  static SessionJob of(SteeredSession session) {
    return new SessionJob(
        session.name(),
        session.machine(),
        session.nodes(),
        session.minutes(),
        session.parameters(),
        session.job(),
        switch (session.state()) {
          case REQUESTED -> "INITIALIZING";
          case SUBMITTED, QUEUED -> "PENDING";
          case STARTING, READY, STREAMING -> "RUNNING";
          case DRAINING -> "COMPLETING";
          case ENDED -> session.wish() == Wish.CANCEL ? "CANCELLED" : "COMPLETED";
          case FAILED -> "FAILED";
        },
        session.created(),
        session.since(),
        session.state().isOver());
  }
}
