package io.millrace.chaos;

import io.millrace.coordination.Members;
import io.millrace.coordination.Role;
import io.millrace.coordination.Scans;
import io.millrace.coordination.ZooKeeperConnection;
import io.millrace.parts.FlinkCluster;
import io.millrace.parts.FlinkRest;
import io.millrace.parts.JobManagers;
import io.millrace.parts.Part;
import io.millrace.parts.Parts;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The whole system as processes, and what is done to them.
 *
 * <p>The aggregator listens at {@value #BEHIND}, and tells everybody that it is at {@value
 * #BEFORE}, where {@link Forwarder}s lead to it: one from the producers, one to the lanes.
 *
 * <p>Life: made, with nothing running; started; closed, by whoever comes first, also in the middle
 * of its start.
 */
final class RunningSystem implements AutoCloseable {
  private static final String BEFORE = "127.0.0.1";
  private static final String BEHIND = "127.0.0.2";
  private static final Duration START_DEADLINE = Duration.ofSeconds(90);
  private static final Duration WRITE_DEADLINE = Duration.ofMinutes(5);
  private static final Duration STATUS_DEADLINE = Duration.ofSeconds(60);
  private static final Duration REST_TIMEOUT = Duration.ofSeconds(2);

  private final Settings settings;
  private final Path run;
  private final Parts parts;
  private final JobManagers jobManagers;
  private final Supervisor supervisor = new Supervisor();
  private final Set<Long> paused = ConcurrentHashMap.newKeySet();
  private final Map<Victim, KeptPart> members = new ConcurrentHashMap<>();
  private final Deque<Runnable> ends = new ArrayDeque<>();

  /**
   * Behind the ports of the modules, and behind those of the lanes, is one for what readers tell.
   */
  private static final int STATUSES = 1;

  private Forwarder fromProducers;
  private Forwarder toLanes;
  private KeptCluster flink;
  private String job;
  private FlinkRest rest;
  private FrameWatch frames;
  private ZooKeeperConnection zooKeeper;
  private boolean closed;

  /**
   * Makes the run folder, and starts nothing.
   *
   * @param run for all that the parts keep, and their logs
   */
  RunningSystem(Settings settings, Path run) throws RunFailure {
    this.settings = settings;
    this.run = run;
    this.parts = new Parts(settings.root(), run);
    this.jobManagers =
        new JobManagers(settings.restPort(), Settings.JOB_MANAGERS, settings.zookeeper());
  }

  /** Starts all but the producer, and waits until the job runs. */
  void start() throws RunFailure, InterruptedException {
    int modules = settings.detector().modules();
    fromProducers = forwarder(settings.producerPort(), modules + STATUSES);
    toLanes = forwarder(settings.lanePort(), Settings.LANES * modules + STATUSES);
    keep(
        Victim.ZOOKEEPER,
        "zookeeper",
        List.of("--port=" + settings.zookeeperPort(), "--data=" + run.resolve("zookeeper")));
    keep(Victim.AGGREGATOR, "aggregator", aggregatorOptions());
    FlinkCluster cluster =
        FlinkCluster.start(
            parts,
            "",
            jobManagers,
            Map.of(),
            List.of(
                "--task-managers",
                Integer.toString(Settings.TASK_MANAGERS),
                // Killed more often than anywhere else, where so many failures have another reason.
                "-D",
                "restart-strategy.failure-rate.max-failures-per-interval=1000"));
    cluster.awaitStart();
    flink = new KeptCluster(cluster);
    supervisor.keep(flink);
    part(Victim.ZOOKEEPER).awaitOutput("ready", START_DEADLINE);
    part(Victim.AGGREGATOR).awaitOutput("ready", START_DEADLINE);
    job =
        cluster.submit(
            Settings.LANES,
            settings.root().resolve("jobs/counting/target/millrace-counting.jar"),
            jobOptions());
    rest = new FlinkRest(jobManagers.addresses(), Duration.ZERO, REST_TIMEOUT);
    try {
      zooKeeper = ZooKeeperConnection.open(settings.zookeeper(), START_DEADLINE);
      atEnd(zooKeeper::close);
    } catch (IOException e) {
      throw new RunFailure("ZooKeeper does not answer", e);
    }
    Members everybody = new Members(zooKeeper);
    atEnd(everybody::close);
    frames =
        new FrameWatch(
            new FlinkRest(jobManagers.addresses(), Duration.ZERO, REST_TIMEOUT),
            job,
            settings.output(),
            () -> sectors(everybody));
    atEnd(frames::close);
    frames.start();
  }

  private static long sectors(Members everybody) {
    return everybody.all().stream()
        .filter(member -> member.role() == Role.LANE)
        .mapToLong(lane -> lane.counters().getOrDefault("sectors", 0L))
        .sum();
  }

  private Forwarder forwarder(int firstPort, int ports) throws RunFailure {
    Forwarder forwarder = new Forwarder(BEFORE, BEHIND, firstPort, ports);
    atEnd(forwarder::close);
    return forwarder;
  }

  private synchronized void atEnd(Runnable end) {
    ends.push(end);
  }

  private void keep(Victim victim, String name, List<String> options) throws RunFailure {
    List<String> command = new ArrayList<>(List.of(parts.script("millrace"), victim.toString()));
    command.addAll(options);
    KeptPart part = new KeptPart(parts, name, command);
    members.put(victim, part);
    supervisor.keep(part);
  }

  private Part part(Victim victim) {
    return members.get(victim).part();
  }

  private List<String> aggregatorOptions() {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--listen=tcp://%s:%d".formatted(BEHIND, settings.producerPort()),
                "--lane-address=tcp://%s:%d".formatted(BEHIND, settings.lanePort()),
                "--advertise=" + BEFORE,
                "--lanes=" + Settings.LANES,
                "--announce-timeout=" + seconds(settings.patience())));
    options.addAll(inSession());
    options.addAll(settings.aggregator());
    return options;
  }

  private List<String> jobOptions() {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--output=" + settings.output(),
                "--background=" + settings.thresholds().background(),
                "--xray=" + settings.thresholds().xray(),
                "--scans=0",
                "--scan-timeout=" + seconds(settings.patience()),
                "--retained-timeout=" + seconds(settings.patience())));
    options.addAll(inSession());
    options.addAll(settings.job());
    return options;
  }

  private List<String> inSession() {
    return List.of("--zookeeper=" + settings.zookeeper(), "--session=" + Settings.SESSION);
  }

  private static String seconds(Duration duration) {
    return duration.toSeconds() + "s";
  }

  private List<String> camera(long scan) {
    return List.of(
        "--simulate=" + settings.scan(), "--scan-number=" + scan, "--seed=" + settings.seed());
  }

  /** Takes a scan as the producer will, and writes it to a directory. */
  SentScan write(long scan, Path directory) throws RunFailure, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of(parts.script("millrace"), "producer", "--write=" + directory));
    command.addAll(camera(scan));
    parts.start("camera", command).output(WRITE_DEADLINE);
    try {
      return new SentScan(settings.detector(), settings.thresholds(), directory);
    } catch (IOException e) {
      throw new RunFailure("the frames in %s cannot be read".formatted(directory), e);
    }
  }

  /** Starts the producer of a scan. */
  void send(long scan) throws RunFailure {
    List<String> options = new ArrayList<>(camera(scan));
    options.addAll(inSession());
    options.add("--rate=" + settings.rate());
    options.add("--stall-timeout=" + seconds(settings.patience()));
    options.addAll(settings.producer());
    keep(Victim.PRODUCER, "producer-of-%d".formatted(scan), options);
  }

  /** The scan has ended: a producer that ends now is not started again. */
  void releaseProducer() {
    KeptPart producer = members.get(Victim.PRODUCER);
    if (producer != null) {
      producer.release();
      supervisor.forget(producer);
    }
  }

  boolean producerRuns() {
    KeptPart producer = members.get(Victim.PRODUCER);
    return producer != null && producer.isAlive();
  }

  /** What counts the frames. */
  FrameWatch frames() {
    return frames;
  }

  /**
   * The session's scans, if ZooKeeper is there; who asks may wait for it for a minute, if it goes
   * away meanwhile.
   */
  Optional<Scans> scans() {
    return zooKeeper.isConnected()
        ? Optional.of(new Scans(zooKeeper, Settings.SESSION))
        : Optional.empty();
  }

  /** The JobManager that leads, by its role. */
  String leader() throws RunFailure, InterruptedException {
    return flink.cluster().leader();
  }

  /** The TaskManager that has most to do, by its role. */
  String taskManager() throws RunFailure, InterruptedException {
    try {
      return rest.busyTaskManagers().stream()
          .findFirst()
          .orElseThrow(() -> new RunFailure("no TaskManager has anything to do"));
    } catch (IOException e) {
      throw flink.cluster().notAnswering(e);
    }
  }

  /** What is not as it was at the start; empty if all parts are there and all tasks run. */
  String ailment() throws RunFailure, InterruptedException {
    for (Victim victim : List.of(Victim.ZOOKEEPER, Victim.AGGREGATOR)) {
      if (!members.get(victim).isAlive()) {
        return "the %s is not there".formatted(victim);
      }
    }
    if (!flink.isAlive()) {
      return "a process of Flink is not there";
    }
    if (!zooKeeper.isConnected()) {
      return "ZooKeeper does not answer";
    }
    try {
      if (rest.taskManagers() != Settings.TASK_MANAGERS) {
        return "the JobManager does not know of all TaskManagers, or still of one that has ended";
      }
      return rest.allTasksRun(job) ? "" : "not all tasks of the job run";
    } catch (IOException e) {
      return "Flink does not answer";
    }
  }

  /**
   * Does what a fault says, to a process; its end is seen to.
   *
   * @param role the process of Flink, or nothing for others
   * @return the process that was hit; empty if it was not there any more
   */
  Optional<Struck> strike(Fault fault, String role) throws RunFailure, InterruptedException {
    Victim victim = fault.victim();
    Struck struck =
        switch (victim) {
          case TASKMANAGER, JOBMANAGER -> new Struck(role, flink.cluster().processes().get(role));
          default -> new Struck(part(victim).name(), part(victim).pid());
        };
    boolean there =
        switch (fault.deed()) {
          case KILL -> {
            kept(victim).leaveAlone(fault.length());
            yield Signal.KILL.send(struck.pid());
          }
          case PAUSE -> pause(struck.pid(), fault.length());
          case CUT -> cut(victim == Victim.PRODUCER ? fromProducers : toLanes, fault.length());
        };
    return there ? Optional.of(struck) : Optional.empty();
  }

  /** A process that was hit. */
  record Struck(String name, long pid) {}

  private Kept kept(Victim victim) {
    return switch (victim) {
      case TASKMANAGER, JOBMANAGER -> flink;
      default -> members.get(victim);
    };
  }

  private boolean pause(long pid, Duration length) throws RunFailure, InterruptedException {
    // Noted before, so that whoever closes everything meanwhile wakes it.
    paused.add(pid);
    boolean there = Signal.STOP.send(pid);
    supervisor.later(length, () -> wake(pid));
    return there;
  }

  private void wake(long pid) throws RunFailure, InterruptedException {
    if (paused.remove(pid)) {
      Signal.CONT.send(pid);
    }
  }

  private boolean cut(Forwarder forwarder, Duration length) throws RunFailure {
    forwarder.cut();
    supervisor.later(length, forwarder::restore);
    return true;
  }

  /**
   * Writes down where everything stands: what the session says, and what all threads do, which JVMs
   * print into their logs.
   *
   * @param reason why somebody wants to know
   * @return the file
   */
  Path writeDown(String reason, long scan) throws RunFailure, InterruptedException {
    Path file = run.resolve("hang-of-scan-%d.txt".formatted(scan));
    StringBuilder text = new StringBuilder(reason).append(System.lineSeparator());
    for (Map.Entry<String, Long> process : processes().entrySet()) {
      boolean there = Signal.QUIT.send(process.getValue());
      text.append(
          "%s: process %d, %s%n"
              .formatted(
                  process.getKey(),
                  process.getValue(),
                  there ? "its threads are in its log" : "HAS ENDED"));
    }
    text.append("ailment: ").append(ailment()).append(System.lineSeparator());
    try {
      text.append("job: ").append(rest.jobState(job)).append(System.lineSeparator());
    } catch (IOException e) {
      text.append("job: ").append(e.getMessage()).append(System.lineSeparator());
    }
    List<String> command = new ArrayList<>(List.of(parts.script("millrace"), "status"));
    command.add("--zookeeper=" + settings.zookeeper());
    Part status = parts.start("status-of-scan-%d".formatted(scan), command);
    try {
      status.output(STATUS_DEADLINE);
    } catch (RunFailure e) {
      text.append("status: ended otherwise than well").append(System.lineSeparator());
    }
    text.append(status.read());
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new RunFailure("%s cannot be written".formatted(file), e);
    }
  }

  private Map<String, Long> processes() throws RunFailure {
    Map<String, Long> all = new TreeMap<>(flink.cluster().processes());
    members.values().forEach(m -> all.put(m.part().name(), m.part().pid()));
    return all;
  }

  /** Stops everything, paused or not; once, though several threads may call it. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    supervisor.close();
    for (long pid : paused) {
      try {
        wake(pid);
      } catch (RunFailure e) {
        System.err.println("chaos: " + e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    ends.forEach(Runnable::run);
    parts.close();
  }
}
