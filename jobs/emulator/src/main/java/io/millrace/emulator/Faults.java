package io.millrace.emulator;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The troubles that were ordered, and which of them are still to come. */
final class Faults {
  /**
   * An order: what is given of it comes to pass, the rest stays as it is.
   *
   * @param status of HTTP for the next calls, instead of an answer
   * @param calls that get it; 1 if not given
   * @param path that such a call's begins with, below the API's own; every call if not given
   * @param retryAfter seconds that such an answer asks to wait
   * @param body of such an answer; FastAPI's form if not given
   * @param latencyMillis of every answer from now on
   * @param loseSubmit whether the answer to the next submit is lost, after the job was submitted
   * @param stuckTask whether the task of the next submit stays new, though its job was submitted
   * @param emptySeconds in which no job is known
   * @param revokeTokens whether all tokens are void from now on
   * @param tokenSeconds that tokens last from now on
   * @param machineStatus from now on, such as unavailable; with that, all calls for the machine
   *     fail
   * @param notes of the machine from now on
   */
  record Order(
      Integer status,
      Integer calls,
      String path,
      Integer retryAfter,
      String body,
      Integer latencyMillis,
      boolean loseSubmit,
      boolean stuckTask,
      Integer emptySeconds,
      boolean revokeTokens,
      Integer tokenSeconds,
      String machineStatus,
      @JsonProperty("notes") List<String> notes) {}

  /**
   * An answer in the place of the right one.
   *
   * @param status of HTTP
   * @param retryAfter seconds; null for none
   * @param body null for the usual one
   */
  record Failure(int status, Integer retryAfter, String body) {}

  private Failure failure;
  private int failures;
  private String path = "";
  private Duration latency = Duration.ZERO;
  private boolean loseSubmit;
  private boolean stuckTask;
  private Instant empty = Instant.MIN;
  private String machineStatus = "active";
  private List<String> notes = List.of();

  /** Takes an order, all but what it says of tokens. */
  synchronized void take(Order order) {
    if (order.status() != null) {
      failure = new Failure(order.status(), order.retryAfter(), order.body());
      failures = order.calls() == null ? 1 : order.calls();
      path = order.path() == null ? "" : order.path();
    }
    if (order.latencyMillis() != null) {
      latency = Duration.ofMillis(order.latencyMillis());
    }
    loseSubmit |= order.loseSubmit();
    stuckTask |= order.stuckTask();
    if (order.emptySeconds() != null) {
      empty = Instant.now().plusSeconds(order.emptySeconds());
    }
    if (order.machineStatus() != null) {
      machineStatus = order.machineStatus();
    }
    if (order.notes() != null) {
      notes = List.copyOf(order.notes());
    }
  }

  /** What this call fails with; counts it. */
  synchronized Optional<Failure> fail(String called) {
    if (failures == 0 || !called.startsWith(path)) {
      return Optional.empty();
    }
    failures--;
    return Optional.of(failure);
  }

  synchronized Duration latency() {
    return latency;
  }

  /** Whether this submit's answer is lost; the next one's is not. */
  synchronized boolean takeLostSubmit() {
    boolean lost = loseSubmit;
    loseSubmit = false;
    return lost;
  }

  /** Whether this submit's task is stuck; the next one's is not. */
  synchronized boolean takeStuckTask() {
    boolean stuck = stuckTask;
    stuckTask = false;
    return stuck;
  }

  /** Whether no job is known now. */
  synchronized boolean empty() {
    return Instant.now().isBefore(empty);
  }

  synchronized String machineStatus() {
    return machineStatus;
  }

  synchronized List<String> notes() {
    return notes;
  }
}
