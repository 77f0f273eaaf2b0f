package io.millrace.demo;

import io.millrace.parts.Part;
import io.millrace.parts.Parts;
import io.millrace.parts.RunFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** The page that shows the scan while it runs. */
final class Gateway {
  private static final Duration START_DEADLINE = Duration.ofSeconds(90);
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Pattern READY = Pattern.compile("gateway: (http\\S+)");
  private static final Pattern PASSWORD =
      Pattern.compile("gateway: log in as admin with the one-time password ([^\\s,]+)");

  private final Part part;
  private final String live;
  private String entrance;

  private Gateway(Part part, String live) {
    this.part = part;
    this.live = live;
  }

  /**
   * Starts it. Nothing of what it knows outlives the demo.
   *
   * @param run folder for its database
   * @param output folder of the counted files
   */
  static Gateway start(
      Parts parts, Path run, Path output, int port, int livePort, int zookeeperPort)
      throws RunFailure {
    String live = "tcp://127.0.0.1:" + livePort;
    return new Gateway(
        parts.start(
            "gateway",
            List.of(
                parts.script("millrace"),
                "gateway",
                "--listen=127.0.0.1:" + port,
                "--database=sqlite:" + run.resolve("gateway.db"),
                "--machine=local",
                "--zookeeper=127.0.0.1:" + zookeeperPort,
                "--live-listen=" + live,
                "--results=" + output.toAbsolutePath())),
        live);
  }

  /** Where the job tells of its scans. */
  String live() {
    return live;
  }

  /** Waits until it answers. */
  void awaitStart() throws RunFailure, InterruptedException {
    String address = part.awaitLine(READY, START_DEADLINE).group(1);
    String password = part.awaitLine(PASSWORD, START_DEADLINE).group(1);
    entrance = "%s ; sign in as admin with %s".formatted(address, password);
  }

  /** Where it is, and how to get in. */
  String entrance() {
    return entrance;
  }

  /**
   * Waits until this process is interrupted.
   *
   * @throws RunFailure if the page has ended by itself
   */
  void stayUp() throws RunFailure, InterruptedException {
    while (part.isAlive()) {
      Thread.sleep(LOOK.toMillis());
    }
    throw part.failure("has ended");
  }
}
