package io.millrace.gateway.distiller;

import io.millrace.gateway.store.PostgresServer;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The same on a real PostgreSQL server. */
class DistillerPublisherOnPostgresIT extends DistillerPublisherTest {
  private static PostgresServer server;

  @BeforeAll
  static void startServer() throws Exception {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stopServer() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  @Override
  String databaseUrl() throws Exception {
    return server.database();
  }
}
