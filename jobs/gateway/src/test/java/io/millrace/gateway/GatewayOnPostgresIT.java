package io.millrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.gateway.store.PostgresExtension;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The same on a real PostgreSQL server. */
class GatewayOnPostgresIT extends GatewayTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  @Override
  String databaseUrl() throws Exception {
    return POSTGRES.database();
  }

  @Test
  void healthSaysThatAnotherGatewayHasTheDatabase() throws Exception {
    assertThat(anyone.get("/healthz").status()).isEqualTo(200);
    POSTGRES.takeAway(database);
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              assertThat(anyone.get("/healthz").status()).isEqualTo(503);
              assertThat(anyone.get("/healthz").code()).isEqualTo("database-taken");
            });
  }
}
