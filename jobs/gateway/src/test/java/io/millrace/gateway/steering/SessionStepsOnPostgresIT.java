package io.millrace.gateway.steering;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.store.PostgresExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The same on a real PostgreSQL server. */
class SessionStepsOnPostgresIT extends SessionStepsTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  @Override
  String databaseUrl() throws Exception {
    return POSTGRES.database();
  }

  /** Two gateways would submit it twice. */
  @Test
  void nothingIsSubmittedOnceAnotherGatewayHasTheDatabase() throws Exception {
    POSTGRES.takeAway(database);
    assertThat(step()).isEqualTo(SteeredState.REQUESTED);
    assertThat(facility.submits).isEmpty();
  }
}
