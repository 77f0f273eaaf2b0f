package io.millrace.gateway.people;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.gateway.server.ApiException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PasswordsTest {
  /** Of many at once a few work, some wait, and the others are told when to come again. */
  @Test
  void whoComesWhenManyWaitIsSentAway() throws Exception {
    Passwords passwords = new Passwords(4);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger works = new AtomicInteger();
    AtomicInteger sentAway = new AtomicInteger();
    int all = 64;
    ExecutorService threads = Executors.newFixedThreadPool(all);
    try {
      List<Future<?>> tries = new ArrayList<>();
      for (int i = 0; i < all; i++) {
        tries.add(
            threads.submit(
                () -> {
                  try {
                    passwords.one(
                        () -> {
                          works.incrementAndGet();
                          try {
                            return go.await(30, TimeUnit.SECONDS);
                          } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                          }
                        });
                  } catch (ApiException e) {
                    assertThat(e.status()).isEqualTo(503);
                    assertThat(e.retryAfter()).isPresent();
                    sentAway.incrementAndGet();
                  }
                }));
      }
      await()
          .atMost(Duration.ofSeconds(8))
          .until(() -> sentAway.get() == all - 2 - Passwords.MOST_WAITING);
      assertThat(works).hasValue(2);
      assertThatThrownBy(() -> passwords.hash("one more of them")).hasMessageContaining("10 s");
      go.countDown();
      for (Future<?> one : tries) {
        one.get(30, TimeUnit.SECONDS);
      }
      assertThat(works).hasValue(2 + Passwords.MOST_WAITING);
    } finally {
      threads.shutdownNow();
    }
  }
}
