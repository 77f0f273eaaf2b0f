package io.millrace.gateway.people;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.server.ApiException;
import io.millrace.gateway.store.Database;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What two people do at once. */
class AccountsTest {
  private static final int ROUNDS = 20;

  @TempDir Path folder;

  /** An empty database. */
  String databaseUrl() throws Exception {
    return "sqlite:" + folder.resolve("gateway.db");
  }

  @Test
  void twoAdminsWhoDisableEachOtherLeaveOne() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (Database database = Database.open(databaseUrl())) {
      Accounts accounts = new Accounts(database);
      for (String name : List.of("ada", "bob")) {
        accounts.add(name, Role.ADMIN, "hash", Instant.now());
      }
      for (int round = 0; round < ROUNDS; round++) {
        CyclicBarrier together = new CyclicBarrier(2);
        List<Future<Boolean>> tries =
            Stream.of("ada", "bob")
                .map(name -> threads.submit(() -> disable(accounts, name, together)))
                .toList();
        int done = 0;
        for (Future<Boolean> one : tries) {
          done += one.get(60, TimeUnit.SECONDS) ? 1 : 0;
        }
        assertThat(done).as("round %d", round).isEqualTo(1);
        for (String name : List.of("ada", "bob")) {
          accounts.change(name, Role.ADMIN, false);
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static boolean disable(Accounts accounts, String name, CyclicBarrier together)
      throws Exception {
    together.await(60, TimeUnit.SECONDS);
    try {
      accounts.change(name, Role.ADMIN, true);
      return true;
    } catch (ApiException e) {
      assertThat(e.code()).isEqualTo("last-admin");
      return false;
    }
  }
}
