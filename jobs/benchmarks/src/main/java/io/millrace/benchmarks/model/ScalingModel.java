package io.millrace.benchmarks.model;

/**
 * What it takes to keep up with cameras, and how much of each indivisible part that uses.
 *
 * <p>With R the bytes of pixels per second, and c the CPU-seconds for each of them,
 *
 * <pre>
 *   cores  = R c                                 and nodes = cores / usable cores of a node
 *   lanes  = R / what one socket passes on
 *   links  = R                                   and nodes = R / usable bytes per second of a node
 *   memory = R (2 checkpoint intervals + fail-over) in the producers, until it is acknowledged
 * </pre>
 *
 * <p>Costs per byte are taken to be the same at any number of nodes; {@code scripts/bench scaling}
 * measures that for as many lanes and TaskManagers as one machine has room for, and no further.
 */
record ScalingModel(Cameras cameras, Costs costs, Node node, Delivery delivery) {
  private static final double GIGA = 1e9;

  /** Cores of the compute nodes: receive, count, assemble. */
  double taskManagerCores() {
    return cameras.bytesPerSecond() / GIGA * costs.taskManager();
  }

  /** Cores at the edge of the facility. */
  double aggregatorCores() {
    return cameras.bytesPerSecond() / GIGA * costs.aggregator();
  }

  /** Cores of the receiving servers. */
  double producerCores() {
    return cameras.bytesPerSecond() / GIGA * costs.producer();
  }

  /** Compute nodes, if cores alone counted. */
  int nodesForCores() {
    return up(taskManagerCores() / (node.cores() * node.usableShare()));
  }

  /** Compute nodes, if links alone counted: the pixels, and what comes in from other tasks. */
  int nodesForLinks() {
    double incoming = cameras.bytesPerSecond() + shuffledBytesPerSecond();
    return up(incoming / (node.linkBytesPerSecond() * node.usableShare()));
  }

  /** Compute nodes. */
  int computeNodes() {
    return Math.max(nodesForCores(), nodesForLinks());
  }

  /** Nodes that relay: all that comes in goes out again, each on its own direction of the links. */
  int aggregatorNodes() {
    return Math.max(
        up(aggregatorCores() / (node.cores() * node.usableShare())),
        up(cameras.bytesPerSecond() / (node.linkBytesPerSecond() * node.usableShare())));
  }

  /** Lanes of one camera: sockets that one module's stream does not have to share with others. */
  int lanesOfOneCamera() {
    return up(cameras.bytesPerSecondOfOne() / (costs.socketBytesPerSecond() * node.usableShare()));
  }

  /** Lanes of all cameras. */
  int lanes() {
    return cameras.number() * lanesOfOneCamera();
  }

  /** Memory of all receiving servers for what is not yet acknowledged, in bytes. */
  double retainedBytes() {
    return cameras.bytesPerSecond()
        * (2 * delivery.checkpointSeconds() + delivery.failOverSeconds());
  }

  /** Memory of a compute node for sectors that wait to be counted, in bytes. */
  double slotBytesOfNode() {
    double sectorBytes = cameras.frameBytes() / cameras.modules();
    return (double) up((double) lanes() / computeNodes())
        * cameras.modules()
        * delivery.slots()
        * sectorBytes;
  }

  /** Between counting and assembly, from all tasks to all, in bytes per second. */
  double shuffledBytesPerSecond() {
    double bytesOfFrame =
        cameras.electrons() * costs.eventBytes() + cameras.modules() * costs.sectorOverheadBytes();
    return cameras.number() * cameras.framesPerSecond() * bytesOfFrame;
  }

  /** Into the file system, in bytes per second. */
  double fileBytesPerSecond() {
    return cameras.number() * fileBytesPerSecondOfOne();
  }

  private double fileBytesPerSecondOfOne() {
    return cameras.framesPerSecond()
        * (cameras.electrons() * costs.eventBytes() + costs.frameOverheadBytes());
  }

  /** Of the one socket that a module's sender has: the stream of a module by what it passes on. */
  double moduleSocketLoad() {
    return cameras.bytesPerSecondOfOne() / cameras.modules() / costs.socketBytesPerSecond();
  }

  /** Of the links of a module's receiving server, if it is such a node: what it sends. */
  double moduleLinkLoad() {
    return cameras.bytesPerSecondOfOne() / cameras.modules() / node.linkBytesPerSecond();
  }

  /** Of the one task that has a scan's account, images and file: its frames by what it manages. */
  double scanTaskLoad() {
    return cameras.framesPerSecond() * costs.scanTaskMicros() / 1e6;
  }

  /** Of one file: what is written into it by what one writer gets through. */
  double fileLoad() {
    return fileBytesPerSecondOfOne() / node.fileBytesPerSecond();
  }

  /**
   * Likelihood that the scans of two cameras meet in one task, which then has twice the work: scans
   * are spread over the tasks by a hash, like birthdays over the year.
   *
   * @param tasks that the scans are spread over
   */
  double likelihoodThatScansMeet(int tasks) {
    double apart = 1;
    for (int i = 0; i < cameras.number(); i++) {
      apart *= Math.max(0, 1 - (double) i / tasks);
    }
    return 1 - apart;
  }

  /** Least whole number that is not less, but for the last digit of its arithmetic. */
  private static int up(double number) {
    return (int) Math.ceil(number - 1e-9);
  }
}
