package io.millrace.counting;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;

/** ZooKeeper as it runs at a facility: a server that stands alone, or an ensemble, by process. */
final class ZooKeeperServers implements AutoCloseable {
  private final Path directory;
  private final int[] ports;
  private final int firstQuorumPort;
  private final TrialProcess[] servers;
  private int logs;

  private ZooKeeperServers(Path directory, int n) throws IOException {
    this.directory = Files.createDirectories(directory);
    int first = TrialPorts.free(3 * n);
    this.ports = IntStream.range(first, first + n).toArray();
    this.firstQuorumPort = first + n;
    this.servers = new TrialProcess[n];
  }

  /** Servers that are not started yet, with their data and logs in a directory. */
  static ZooKeeperServers of(int n, Path directory) throws IOException {
    ZooKeeperServers servers = new ZooKeeperServers(directory, n);
    for (int i = 0; i < n; i++) {
      servers.configure(i);
    }
    return servers;
  }

  /** The connect string. */
  String address() {
    return IntStream.of(ports).mapToObj(p -> "127.0.0.1:" + p).collect(Collectors.joining(","));
  }

  private void configure(int i) throws IOException {
    Path data = Files.createDirectories(directory.resolve("data" + i));
    List<String> lines = new ArrayList<>();
    lines.add("tickTime=2000");
    lines.add("initLimit=10");
    lines.add("syncLimit=5");
    lines.add("dataDir=" + data);
    lines.add("clientPort=" + ports[i]);
    lines.add("clientPortAddress=127.0.0.1");
    if (ports.length > 1) {
      Files.writeString(data.resolve("myid"), Integer.toString(i));
      for (int j = 0; j < ports.length; j++) {
        int quorum = firstQuorumPort + 2 * j;
        lines.add("server.%d=127.0.0.1:%d:%d".formatted(j, quorum, quorum + 1));
      }
    }
    Files.write(directory.resolve("zoo%d.cfg".formatted(i)), lines);
  }

  /** Starts all, and waits until they answer. */
  ZooKeeperServers start() throws IOException {
    for (int i = 0; i < servers.length; i++) {
      launch(i);
    }
    await("all servers serve")
        .atMost(TrialProcess.DEADLINE)
        .until(() -> IntStream.of(ports).allMatch(p -> mode(p).isPresent()));
    return this;
  }

  /** Starts one, and does not wait for it. */
  void launch(int i) throws IOException {
    servers[i] =
        TrialProcess.start(
            directory.resolve("log" + logs++),
            QuorumPeerMain.class.getName(),
            List.of(directory.resolve("zoo%d.cfg".formatted(i)).toString()));
  }

  TrialProcess server(int i) {
    return servers[i];
  }

  /** Which one has a mode, such as {@code leader} or {@code follower}; the first, if several. */
  int indexOf(String mode) {
    return IntStream.range(0, ports.length)
        .filter(i -> mode(ports[i]).filter(mode::equals).isPresent())
        .findFirst()
        .orElseThrow(() -> new AssertionError("no server is a " + mode));
  }

  /** What a server says it is; empty if it serves nobody. */
  private static Optional<String> mode(int port) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(2_000);
      socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return answer
          .lines()
          .filter(line -> line.startsWith("Mode: "))
          .map(line -> line.substring("Mode: ".length()))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    for (TrialProcess server : servers) {
      if (server != null) {
        server.close();
      }
    }
  }
}
