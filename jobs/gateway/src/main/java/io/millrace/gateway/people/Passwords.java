package io.millrace.gateway.people;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.millrace.gateway.server.ApiException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Hashes passwords with bcrypt, which takes a processor a quarter of a second: so only a few at a
 * time, and who tries many keeps only themselves busy.
 */
final class Passwords {
  private static final int SHORTEST = 10;

  /** bcrypt takes no more, and would not tell two apart that differ behind it. */
  private static final int MOST_BYTES = 72;

  private static final int AT_A_TIME = 2;

  /** Who waits holds a thread, of which others have need. */
  static final int MOST_WAITING = 16;

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final int cost;
  private final String nobodys;
  private final Semaphore busy = new Semaphore(AT_A_TIME, true);
  private final Semaphore within = new Semaphore(AT_A_TIME + MOST_WAITING);

  /**
   * @param cost of a hash: 2^cost rounds
   */
  Passwords(int cost) {
    this.cost = cost;
    this.nobodys = BCrypt.withDefaults().hashToString(cost, Secrets.password().toCharArray());
  }

  /**
   * Checks whether a password is one that may be chosen.
   *
   * @throws ApiException if it is too short or too long
   */
  static void check(String password) {
    if (password == null
        || password.codePointCount(0, password.length()) < SHORTEST
        || password.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
      throw new ApiException(
          400,
          "bad-password",
          "a password has at least %d characters, and at most %d bytes"
              .formatted(SHORTEST, MOST_BYTES));
    }
  }

  /** What is kept of a password. */
  String hash(String password) {
    return one(() -> BCrypt.withDefaults().hashToString(cost, password.toCharArray()));
  }

  /**
   * Whether it is that password. It takes as long when there is no hash, so that nobody learns
   * which accounts there are.
   *
   * @param hash null if there is no such account
   */
  boolean matches(String password, String hash) {
    if (password == null || password.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
      return false;
    }
    String compared = hash == null ? nobodys : hash;
    boolean same = one(() -> BCrypt.verifyer().verify(password.toCharArray(), compared).verified);
    return same && hash != null;
  }

  <T> T one(Supplier<T> work) {
    if (!within.tryAcquire()) {
      throw busy();
    }
    try {
      return inTurn(work);
    } finally {
      within.release();
    }
  }

  private static ApiException busy() {
    return new ApiException(
        503, "busy", "too many people log in at this moment; try again in 10 s", PATIENCE);
  }

  /** A few at a time, in the order in which they came. */
  private <T> T inTurn(Supplier<T> work) {
    try {
      if (!busy.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw busy();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException(503, "stopping", "the gateway is being stopped");
    }
    try {
      return work.get();
    } finally {
      busy.release();
    }
  }
}
