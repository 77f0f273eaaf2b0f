package io.millrace.allocation;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The nodes that a session has, and how something is started there. */
interface Nodes {
  /** A word for this allocation that no other has: part of names in ZooKeeper and of folders. */
  String id();

  /**
   * Their names, the one that this process runs on first. One that has died is not among them.
   *
   * @throws IOException if that cannot be found out now
   */
  List<String> names() throws IOException, InterruptedException;

  /** The command that runs another one on a node. */
  List<String> on(String node, List<String> command);

  /** How much memory each of them grants, in megabytes. */
  int memoryMegabytes() throws IOException;

  /** How long they are ours yet; empty for as long as we like. */
  Optional<Duration> timeLeft() throws IOException, InterruptedException;
}
