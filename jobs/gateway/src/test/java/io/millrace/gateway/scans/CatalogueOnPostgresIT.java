package io.millrace.gateway.scans;

import io.millrace.gateway.store.PostgresExtension;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The same on a real PostgreSQL server. */
class CatalogueOnPostgresIT extends CatalogueTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  @Override
  String databaseUrl() throws Exception {
    return POSTGRES.database();
  }
}
