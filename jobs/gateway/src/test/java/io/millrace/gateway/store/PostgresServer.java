package io.millrace.gateway.store;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A real PostgreSQL server of Debian's package, in a folder and at a port of its own. */
public final class PostgresServer implements AutoCloseable {
  private static final int LAST_PORT = 32_768;
  private static int nextPort = LAST_PORT - 700;

  private static final Path VERSIONS = Path.of("/usr/lib/postgresql");
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String USER = "millrace";

  private final Path folder;
  private final Process server;
  private final int port;
  private int databases;

  private PostgresServer(Path folder, Process server, int port) {
    this.folder = folder;
    this.server = server;
    this.port = port;
  }

  /** Starts one; the server takes no root, so root lends it to nobody. */
  public static PostgresServer start() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("millrace-postgres");
    boolean root = System.getProperty("user.name").equals("root");
    if (root) {
      run(List.of("chown", "nobody", folder.toString()));
    }
    List<String> initdb = new ArrayList<>();
    if (root) {
      initdb.addAll(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"));
    }
    List<String> postgres = new ArrayList<>(initdb);
    Path data = folder.resolve("data");
    initdb.addAll(
        List.of(
            programs().resolve("initdb").toString(),
            "--pgdata=" + data,
            "--username=" + USER,
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C"));
    run(initdb);
    int port = freePort();
    postgres.addAll(
        List.of(
            programs().resolve("postgres").toString(),
            "-D",
            data.toString(),
            "-p",
            Integer.toString(port),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=" + folder));
    Process server =
        new ProcessBuilder(postgres)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    PostgresServer started = new PostgresServer(folder, server, port);
    Awaitility.await().atMost(PATIENCE).until(started::answers);
    return started;
  }

  /** Below those that the kernel hands out, so that nobody connects from it meanwhile. */
  private static synchronized int freePort() throws IOException {
    while (nextPort < LAST_PORT) {
      try (ServerSocket socket =
          new ServerSocket(nextPort++, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException e) {
        continue; // somebody else's
      }
    }
    throw new IOException("no free port below " + LAST_PORT);
  }

  private static Path programs() throws IOException {
    try (Stream<Path> versions = Files.list(VERSIONS)) {
      return versions
          .map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("postgres")))
          .max(Comparator.naturalOrder())
          .orElseThrow(() -> new IOException("install Debian's package postgresql"));
    }
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException(command + ": " + printed);
    }
  }

  private boolean answers() {
    if (!server.isAlive()) {
      throw new IllegalStateException("PostgreSQL has ended with " + server.exitValue());
    }
    try (Connection connection = DriverManager.getConnection("jdbc:" + url())) {
      return connection.isValid(1);
    } catch (SQLException e) {
      return false;
    }
  }

  private String url() {
    return "postgresql://127.0.0.1:%d/postgres?user=%s".formatted(port, USER);
  }

  /** A new and empty database, for {@link Database#open}. */
  public String database() throws SQLException {
    String name = "d" + databases++;
    try (Connection connection = DriverManager.getConnection("jdbc:" + url());
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    }
    return "postgresql://%s@127.0.0.1:%d/%s".formatted(USER, port, name);
  }

  @Override
  public void close() throws IOException {
    server.destroy();
    try {
      if (!server.waitFor(30, TimeUnit.SECONDS)) {
        server.destroyForcibly();
      }
    } catch (InterruptedException e) {
      server.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
