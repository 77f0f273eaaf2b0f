package io.millrace.ingest;

import io.millrace.coordination.ZooKeeperNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace zookeeper}: a ZooKeeper for the demo, and for sites that have none. */
@Command(
    name = "zookeeper",
    description = "Runs one ZooKeeper server until it gets SIGTERM.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "1:the port is in use, or the directory cannot be written",
      "2:an option is unknown or has an impossible value",
      "143:ended by SIGTERM, as it should"
    })
final class ZooKeeperCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperCommand.class);

  @Option(names = "--host", defaultValue = "127.0.0.1", description = "address to listen on")
  private String host;

  @Option(names = "--port", defaultValue = "2181", description = "port to listen on")
  private int port;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "directory for its log and snapshots")
  private Path data;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ZooKeeperNode node = ZooKeeperNode.start(host, port, data);
    Runtime.getRuntime().addShutdownHook(new Thread(node::close, "close"));
    LOG.info("ready: ZooKeeper at {}:{}", host, node.port());
    // SIGTERM ends the process while this thread still waits.
    new CountDownLatch(1).await();
    return 0;
  }
}
