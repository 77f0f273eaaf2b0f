package io.millrace.gateway.people;

import io.millrace.gateway.store.PostgresExtension;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The same on a real PostgreSQL server. */
class AccountsOnPostgresIT extends AccountsTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  @Override
  String databaseUrl() throws Exception {
    return POSTGRES.database();
  }
}
