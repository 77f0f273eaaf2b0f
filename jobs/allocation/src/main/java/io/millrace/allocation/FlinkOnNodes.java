package io.millrace.allocation;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes of a Flink cluster on the nodes: a JobManager on the first, a TaskManager on each.
 */
final class FlinkOnNodes {
  private static final Logger LOG = LoggerFactory.getLogger(FlinkOnNodes.class);
  private static final Duration CONFIGURE_DEADLINE = Duration.ofMinutes(2);
  private static final Duration CLEAN_DEADLINE = Duration.ofSeconds(20);
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(15);

  private final AllocationPlan plan;
  private final Nodes nodes;
  private final String flink;
  private final Map<String, NodeProcess> taskManagers = new LinkedHashMap<>();
  private final Map<String, Set<String>> folders = new LinkedHashMap<>();
  private NodeProcess jobManager;
  private int memory;
  private int restartsBefore;

  /**
   * @param root the repository, whose scripts start the processes
   */
  FlinkOnNodes(AllocationPlan plan, Nodes nodes, Path root) {
    this.plan = plan;
    this.nodes = nodes;
    this.flink = root.resolve("scripts/flink").toString();
  }

  private Path conf() {
    return plan.folder().resolve("conf");
  }

  /** Writes the configuration that all processes read. */
  void configure(InetAddress address, int restPort, String zooKeeper)
      throws IOException, InterruptedException {
    String host = address.getHostAddress();
    List<String> command =
        new ArrayList<>(
            List.of(
                flink,
                "configure",
                "--conf",
                conf().toString(),
                "--zookeeper",
                zooKeeper,
                "--ha-dir",
                plan.folder().resolve("ha").toString(),
                // Another batch job of the session, or the same one put back to the queue, goes on
                // with its job.
                "--cluster-id",
                plan.session()));
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("jobmanager.rpc.address", host);
    settings.put("jobmanager.bind-host", host);
    settings.put("rest.address", host);
    settings.put("rest.bind-address", host);
    settings.put("rest.port", Integer.toString(restPort));
    if (address.isLoopbackAddress()) {
      settings.put("taskmanager.host", host);
      settings.put("taskmanager.bind-host", host);
    } else {
      // A TaskManager finds the address itself by which it reaches the JobManager.
      command.addAll(List.of("--without", "taskmanager.host"));
      settings.put("taskmanager.bind-host", "0.0.0.0");
    }
    settings.put("taskmanager.numberOfTaskSlots", Integer.toString(plan.lanesPerNode()));
    // Given for the whole process, so the heap is what is left.
    command.addAll(List.of("--without", "taskmanager.memory.task.heap.size"));
    // The job runs on the nodes that are there: when one goes with fewer, when one comes with more.
    settings.put("jobmanager.scheduler", "adaptive");
    settings.put("jobmanager.adaptive-scheduler.submission.resource-wait-timeout", "1 min");
    settings.put("jobmanager.adaptive-scheduler.submission.resource-stabilization-timeout", "2 s");
    settings.put("jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling", "5 s");
    settings.put("jobmanager.adaptive-scheduler.executing.resource-stabilization-timeout", "3 s");
    settings.forEach((key, value) -> command.addAll(List.of("-D", key + "=" + value)));
    new Command(command).output(CONFIGURE_DEADLINE);
  }

  /** Starts a JobManager on the first node. */
  void startJobManager(String node) {
    jobManager = process("JobManager", "jobmanager", node, Map.of());
    jobManager.tend();
  }

  /** Starts a TaskManager on each of these nodes that has none. */
  void startTaskManagers(Collection<String> names) throws IOException {
    if (memory == 0) {
      // Once: where nobody grants it, what is free is less when something runs.
      memory = nodes.memoryMegabytes();
    }
    for (String name : names) {
      if (taskManagers.containsKey(name)) {
        continue;
      }
      boolean first = jobManager != null && name.equals(jobManager.node());
      MemoryPlan share = MemoryPlan.of(memory, plan.mostMemory(), plan.lanesPerNode(), first);
      LOG.info("a TaskManager on {} has {} MB of {} MB", name, share.megabytes(), memory);
      NodeProcess taskManager =
          process(
              "TaskManager",
              "taskmanager",
              name,
              Map.of(
                  "taskmanager.memory.process.size",
                  share.megabytes() + "m",
                  "taskmanager.memory.task.off-heap.size",
                  share.offHeapMegabytes() + "m"));
      taskManagers.put(name, taskManager);
      taskManager.tend();
    }
  }

  /** Ends the TaskManagers of all nodes but these. */
  void stopTaskManagersBut(Collection<String> names) throws InterruptedException {
    List<String> leaving = new ArrayList<>(taskManagers.keySet());
    leaving.removeAll(names);
    List<NodeProcess> stopped = new ArrayList<>();
    for (String name : leaving) {
      LOG.info("the TaskManager on {} leaves", name);
      NodeProcess stops = taskManagers.remove(name);
      restartsBefore += stops.starts() - 1;
      stopped.add(stops);
    }
    stop(stopped);
  }

  private NodeProcess process(
      String title, String role, String node, Map<String, String> settings) {
    String name = role + "-" + node;
    folders.computeIfAbsent(node, n -> new LinkedHashSet<>()).add(local(name).toString());
    List<String> command =
        new ArrayList<>(
            List.of(
                flink,
                "process",
                role,
                "--conf",
                conf().toString(),
                "--local",
                local(name).toString(),
                "--name",
                name));
    settings.forEach((key, value) -> command.addAll(List.of("-D", key + "=" + value)));
    return new NodeProcess(
        title, node, nodes.on(node, command), plan.folder().resolve("log").resolve(name + ".out"));
  }

  /** For one process. */
  private Path local(String name) {
    return plan.local().resolve("millrace-" + nodes.id() + "-" + name);
  }

  /** Flink's client, with its arguments. */
  Command client(List<String> arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                flink,
                "process",
                "client",
                "--conf",
                conf().toString(),
                "--local",
                local("client").toString(),
                "--"));
    command.addAll(arguments);
    return new Command(command);
  }

  /** Starts again what has ended, on the nodes that are there. */
  void tend() {
    if (jobManager != null) {
      jobManager.tend();
    }
    for (NodeProcess taskManager : taskManagers.values()) {
      taskManager.tend();
    }
  }

  /**
   * Lets go of the nodes that are not there any more.
   *
   * @return their names
   */
  List<String> dropAllBut(Collection<String> present) {
    List<String> lost = new ArrayList<>(taskManagers.keySet());
    lost.removeAll(present);
    for (String node : lost) {
      LOG.warn("the node {} is lost; the session goes on without it", node);
      NodeProcess gone = taskManagers.remove(node);
      restartsBefore += gone.starts() - 1;
      gone.stop();
      folders.remove(node);
    }
    return lost;
  }

  /** Whether there is no JobManager, and none yet again. */
  boolean hasNoJobManager() {
    return jobManager == null || !jobManager.isAlive();
  }

  /** How often a process was started again, also of those that are not there any more. */
  int restarts() {
    int restarts = restartsBefore + (jobManager == null ? 0 : jobManager.starts() - 1);
    for (NodeProcess taskManager : taskManagers.values()) {
      restarts += taskManager.starts() - 1;
    }
    return restarts;
  }

  /** How many TaskManagers there should be. */
  int wanted() {
    return taskManagers.size();
  }

  /**
   * Ends all processes.
   *
   * @param clean whether to remove what they have on the nodes' disks
   */
  void stop(boolean clean) throws InterruptedException {
    List<NodeProcess> all = new ArrayList<>(taskManagers.values());
    if (jobManager != null) {
      all.add(jobManager);
    }
    stop(all);
    if (clean) {
      clean();
    }
  }

  /** With one deadline for all. */
  private static void stop(List<NodeProcess> processes) throws InterruptedException {
    processes.forEach(NodeProcess::stop);
    long deadline = System.nanoTime() + STOP_DEADLINE.toNanos();
    for (NodeProcess process : processes) {
      process.awaitEnd(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
    }
  }

  /** They would do it themselves, but srun does not wait for that when it is told to end. */
  private void clean() throws InterruptedException {
    for (Map.Entry<String, Set<String>> ofNode : folders.entrySet()) {
      List<String> remove = new ArrayList<>(List.of("rm", "-rf", "--"));
      remove.addAll(ofNode.getValue());
      try {
        new Command(nodes.on(ofNode.getKey(), remove)).output(CLEAN_DEADLINE);
      } catch (IOException e) {
        LOG.warn("on {} is left {}: {}", ofNode.getKey(), ofNode.getValue(), e.getMessage());
      }
    }
  }
}
