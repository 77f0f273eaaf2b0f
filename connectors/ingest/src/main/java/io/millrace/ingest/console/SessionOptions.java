package io.millrace.ingest.console;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One session, for the commands that look into one. */
final class SessionOptions {
  @Mixin ZooKeeperOptions zooKeeper;

  @Option(
      names = "--session",
      defaultValue = "default",
      paramLabel = "NAME",
      description = "name of the session")
  String session;
}
