package io.millrace.allocation;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a process end its work when it gets SIGTERM, as long as a batch system waits for that: the
 * work looks whether it was {@link #received}, and says when it is {@link #over}.
 */
final class Sigterm {
  /** After some 30 s what is left is killed. */
  private static final Duration LONGEST = Duration.ofSeconds(25);

  private final CountDownLatch over = new CountDownLatch(1);
  private volatile boolean received;

  /** From now on. */
  void listen() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::receive, "sigterm"));
  }

  private void receive() {
    received = true;
    try {
      over.await(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether it is time to end. */
  boolean received() {
    return received;
  }

  /** Says that the work has ended. */
  void over() {
    over.countDown();
  }
}
