package io.millrace.ingest.console;

import io.millrace.coordination.SessionAddress;
import io.millrace.coordination.ZooKeeperConnection;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Where ZooKeeper is, for all commands of the operator. */
final class ZooKeeperOptions {
  @Option(
      names = "--zookeeper",
      defaultValue = "127.0.0.1:2181",
      paramLabel = "HOST:PORT",
      description = "ZooKeeper; several servers of an ensemble are separated by commas")
  String address;

  @Option(
      names = "--connect-timeout",
      defaultValue = "5s",
      paramLabel = "TIME",
      description = "give up if ZooKeeper does not answer for so long")
  Duration timeout;

  /**
   * Says what is wrong with a session's name.
   *
   * @param command that was given it
   */
  void check(String session, CommandSpec command) {
    try {
      new SessionAddress(address, session, timeout);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }

  ZooKeeperConnection open() throws IOException {
    return ZooKeeperConnection.open(address, timeout);
  }
}
