package io.millrace.ingest.console;

import java.util.Set;

/**
 * The log of the operator's commands: ours only. ZooKeeper's client and Curator would tell of every
 * attempt to connect, with a stack trace, between the lines that matter.
 */
public final class ConsoleLog {
  /** Read by log4j2.properties: the level of ZooKeeper's client and of Curator. */
  private static final String LEVEL = "millrace.log.zookeeper";

  private static final Set<String> COMMANDS =
      Set.of("status", "session", "scan", "doctor", "allocation");

  private ConsoleLog() {}

  /**
   * Silences ZooKeeper's client if an operator's command is about to run. Has no effect any more
   * when something has been logged.
   *
   * @param args of the program
   */
  public static void quieten(String[] args) {
    if (args.length > 0 && COMMANDS.contains(args[0]) && System.getProperty(LEVEL) == null) {
      System.setProperty(LEVEL, "off");
    }
  }
}
