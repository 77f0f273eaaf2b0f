package io.millrace.gateway.people;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.store.Database;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
  @TempDir Path folder;

  private final TestClock clock = new TestClock();
  private Database database;
  private AuditLog audit;

  @BeforeEach
  void open() {
    database = Database.open("sqlite:" + folder.resolve("gateway.db"));
    audit = new AuditLog(database, clock);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void add(String detail) {
    audit.add("ada", "192.0.2.1", "login", detail, 200);
  }

  @Test
  void whatIsOldIsRemovedAndNumbersGoOn() {
    add("old");
    clock.pass(Duration.ofDays(2));
    add("new");
    assertThat(audit.removeOlder(Duration.ofDays(3))).isZero();
    assertThat(audit.removeOlder(Duration.ofDays(1))).isEqualTo(1);
    assertThat(audit.last(9, 99)).extracting(AuditLog.Entry::detail).containsExactly("new");
    clock.pass(Duration.ofDays(2));
    assertThat(audit.removeOlder(Duration.ofDays(1))).as("the last one stays").isZero();
    add("newest");
    assertThat(audit.last(9, 99)).extracting(AuditLog.Entry::id).containsExactly(3L, 2L);
  }
}
