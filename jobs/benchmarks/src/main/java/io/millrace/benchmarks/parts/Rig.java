package io.millrace.benchmarks.parts;

import io.millrace.detector.Thresholds;
import io.millrace.detector.wire.Lanes;
import io.millrace.parts.FlinkCluster;
import io.millrace.parts.JobManagers;
import io.millrace.parts.Part;
import io.millrace.parts.Parts;
import io.millrace.parts.Ports;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is set up to measure: real processes on this machine, in a run folder, at ports from a first
 * one on. Closing it, or Ctrl-C, stops them all.
 *
 * <pre>
 *   {@link #bare}       producer ─▶ bare pull
 *   {@link #relayed}    producer ─▶ aggregator ─▶ bare pull, a thread a lane
 *   {@link #counted}    producer ─▶ aggregator ─▶ TaskManagers ─▶ counted file
 *   {@link #acknowledged}  the same, and back to the producer what a checkpoint has
 *   {@link #live}       as counted, and the job tells a gateway of the scan while it runs
 * </pre>
 *
 * Each route has processes of its own, so that all stay warm while they take turns.
 */
public final class Rig implements AutoCloseable {
  private static final Duration START_DEADLINE = Duration.ofSeconds(60);
  private static final int MODULES = Simulation.CAMERA.modules();

  /** Ports for what readers tell. */
  private static final int STATUSES = 1;

  /** The last so many of a job's checkpoints its JobManager can tell of. */
  private static final int CHECKPOINTS_TOLD = 1_000;

  // As scripts/millrace has it.
  private static final List<String> JVM_OPTIONS =
      List.of("-XX:+UseParallelGC", "-XX:MaxDirectMemorySize=2g");

  private final Path root;
  private final Parts parts;
  private final Path logs;
  private int nextPort;

  /**
   * @param root the repository; everything has to be built
   * @param run the run folder
   * @param firstPort from which on ports are taken
   */
  public Rig(Path root, Path run, int firstPort) throws RunFailure {
    this.root = root;
    this.parts = new Parts(root, run);
    this.logs = run.resolve("log");
    this.nextPort = firstPort;
    Runtime.getRuntime().addShutdownHook(new Thread(this::interrupt, "stop"));
  }

  /** The rig of a command, in a run folder of its own. */
  public static Rig here(int firstPort) throws RunFailure {
    String runs =
        System.getenv().getOrDefault("MILLRACE_RUN", root().resolve(".millrace").toString());
    return in(Path.of(runs), firstPort);
  }

  /** The same, its run folder in a folder of the user's. */
  public static Rig in(Path folder, int firstPort) throws RunFailure {
    return new Rig(
        root(),
        folder.toAbsolutePath().resolve("bench-" + ProcessHandle.current().pid()),
        firstPort);
  }

  private static Path root() {
    return Path.of(System.getProperty("millrace.root", ".")).toAbsolutePath().normalize();
  }

  /** The processes. */
  public Parts parts() {
    return parts;
  }

  /** The limit: a producer, and a bare pull in the place of the aggregator. */
  public Route bare(String name) throws RunFailure, InterruptedException {
    int port = ports(MODULES);
    BareReceiver receiver = bareReceiver(name, "bind", new Lanes("127.0.0.1", port, 1, MODULES));
    return new Route(
        this,
        name,
        Destination.port(port),
        List.of(receiver.jvm()),
        receiver,
        List.of(receiver::stop));
  }

  /** The same with an aggregator between them. */
  public Route relayed(String name, int lanes) throws RunFailure, InterruptedException {
    int port = ports(MODULES);
    Lanes at = lanes(lanes);
    Part aggregator = aggregator(name, port, at, List.of());
    BareReceiver receiver = bareReceiver(name, "connect", at);
    return new Route(
        this,
        name,
        Destination.port(port),
        List.of(jvm(Jvm.AGGREGATOR, aggregator), receiver.jvm()),
        receiver,
        List.of(aggregator::stop, receiver::stop));
  }

  /**
   * The whole way, to the counted file: a Flink cluster and a job of its own.
   *
   * @param lanes number of lanes; as many slots, spread evenly
   * @param taskManagers how many
   * @param thresholds that the job counts with
   * @param inspection of each file, before it is removed and after its time was taken
   */
  public Route counted(
      String name, int lanes, int taskManagers, Thresholds thresholds, Inspection inspection)
      throws RunFailure, InterruptedException {
    return counted(name, lanes, taskManagers, thresholds, inspection, List.of(), List.of());
  }

  /**
   * The same with one TaskManager, and a job that tells of its scans while they run.
   *
   * @param gateway to which it tells them; empty: to an address where nobody listens
   */
  public Route live(
      String name,
      int lanes,
      Thresholds thresholds,
      Inspection inspection,
      Optional<GatewayPart> gateway)
      throws RunFailure, InterruptedException {
    String address = gateway.isPresent() ? gateway.get().live() : "tcp://127.0.0.1:" + ports(1);
    return counted(
        name,
        lanes,
        1,
        thresholds,
        inspection,
        List.of("--live=" + address),
        gateway.stream().map(GatewayPart::jvm).toList());
  }

  /**
   * A gateway that knows of scans by what jobs tell it alone; its database is in the run folder.
   */
  public GatewayPart gateway(String name) throws RunFailure, InterruptedException {
    String live = "tcp://127.0.0.1:" + ports(1);
    Path database = parts.run().resolve(file(name) + ".db");
    // Without machines, in whose output folders it would find scans of others.
    Path machines = parts.run().resolve(file(name) + "-machines");
    try {
      Files.createDirectories(machines);
    } catch (IOException e) {
      throw new RunFailure("%s cannot be made".formatted(machines), e);
    }
    Part part =
        parts.start(
            file(name),
            Map.of("MILLRACE_JAVA_OPTS", String.join(" ", Jvm.options(logs))),
            List.of(
                parts.script("millrace"),
                "gateway",
                "--listen=127.0.0.1:" + ports(1),
                "--database=sqlite:" + database,
                "--machines=" + machines,
                "--live-listen=" + live));
    return GatewayPart.await(part, jvm(Jvm.GATEWAY, part), live);
  }

  private Route counted(
      String name,
      int lanes,
      int taskManagers,
      Thresholds thresholds,
      Inspection inspection,
      List<String> jobOptions,
      List<Jvm> viewers)
      throws RunFailure, InterruptedException {
    int port = ports(MODULES);
    Lanes at = lanes(lanes);
    Part aggregator = aggregator(name, port, at, List.of());
    Path output = output(name);
    FlinkCluster cluster =
        cluster(
            name,
            JobManagers.one(ports(1)),
            taskManagers,
            (lanes + taskManagers - 1) / taskManagers,
            List.of());
    List<String> options =
        new ArrayList<>(List.of("--lanes-at=" + at.endpoint(0, 0), "--lanes=" + lanes));
    options.addAll(jobOptions);
    CountedFiles files = count(cluster, options, lanes, output, thresholds, inspection);
    return new Route(
        this,
        name,
        Destination.port(port),
        and(and(jvms(cluster), jvm(Jvm.AGGREGATOR, aggregator)), viewers.toArray(Jvm[]::new)),
        files,
        List.of(cluster::stop, aggregator::stop));
  }

  /**
   * The same so that nothing is lost if a process dies: in a session, with a ZooKeeper of its own,
   * the producer keeps each sector until a checkpoint has it, and the job takes one each second.
   *
   * @param lanes number of lanes; as many slots, of one TaskManager
   * @param thresholds that the job counts with
   * @param inspection of each file, before it is removed and after its time was taken
   */
  public Route acknowledged(String name, int lanes, Thresholds thresholds, Inspection inspection)
      throws RunFailure, InterruptedException {
    int zooKeeperPort = ports(1);
    // Behind the modules' ports, and behind those of the lanes, is one for what readers tell.
    int port = ports(MODULES + STATUSES);
    Lanes at = new Lanes("127.0.0.1", ports(lanes * MODULES + STATUSES), lanes, MODULES);
    String quorum = "127.0.0.1:" + zooKeeperPort;
    List<String> session = List.of("--zookeeper=" + quorum, "--session=bench");
    // The first, so that it is the last to stop: the others take their leave of it.
    Path data = parts.run().resolve(file(name) + "-zookeeper");
    Part zooKeeper =
        millrace(
            data.getFileName().toString(),
            List.of("zookeeper", "--port=" + zooKeeperPort, "--data=" + data),
            List.of());
    Part aggregator = aggregator(name, port, at, session);
    Path output = output(name);
    FlinkCluster cluster =
        cluster(
            name,
            new JobManagers(ports(1), 1, quorum),
            1,
            lanes,
            List.of("-D", "web.checkpoints.history=" + CHECKPOINTS_TOLD));
    CountedFiles files = count(cluster, session, lanes, output, thresholds, inspection);
    return new Route(
        this,
        name,
        Destination.session(session),
        and(jvms(cluster), jvm(Jvm.AGGREGATOR, aggregator), jvm(Jvm.ZOOKEEPER, zooKeeper)),
        files,
        List.of(cluster::stop, aggregator::stop, zooKeeper::stop));
  }

  /** The folder for a route's counted files, which is gone in the end. */
  private Path output(String name) throws RunFailure {
    Path output = parts.run().resolve(file(name) + "-counted");
    // Before the cluster is started, so that in the end it comes after the cluster.
    parts.afterwards(new Scratch(output)::remove);
    try {
      return Files.createDirectories(output);
    } catch (IOException e) {
      throw new RunFailure("the folder %s cannot be made".formatted(output), e);
    }
  }

  private FlinkCluster cluster(
      String name, JobManagers jobManagers, int taskManagers, int slots, List<String> more)
      throws RunFailure, InterruptedException {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--task-managers",
                Integer.toString(taskManagers),
                "-D",
                "taskmanager.numberOfTaskSlots=" + slots));
    options.addAll(more);
    FlinkCluster cluster =
        FlinkCluster.start(
            parts,
            file(name) + "-flink",
            jobManagers,
            Map.of("MILLRACE_JAVA_OPTS", String.join(" ", Jvm.options(logs))),
            options);
    cluster.awaitStart();
    return cluster;
  }

  /**
   * Starts the counting job.
   *
   * @param options that tell it where its lanes are, and others
   */
  private CountedFiles count(
      FlinkCluster cluster,
      List<String> options,
      int lanes,
      Path output,
      Thresholds thresholds,
      Inspection inspection)
      throws RunFailure, InterruptedException {
    List<String> arguments = new ArrayList<>(options);
    arguments.addAll(
        List.of(
            "--output=" + output,
            "--background=" + thresholds.background(),
            "--xray=" + thresholds.xray()));
    String job =
        cluster.submit(
            lanes, root.resolve("jobs/counting/target/millrace-counting.jar"), arguments);
    try {
      return new CountedFiles(output, cluster, job, inspection);
    } catch (IOException e) {
      throw new RunFailure("the folder %s cannot be watched".formatted(output), e);
    }
  }

  private List<Jvm> jvms(FlinkCluster cluster) throws RunFailure {
    List<Jvm> jvms = new ArrayList<>();
    cluster
        .processes()
        .forEach(
            (role, pid) ->
                jvms.add(
                    Jvm.of(
                        role.startsWith("taskmanager") ? Jvm.TASK_MANAGER : Jvm.JOB_MANAGER,
                        pid,
                        logs)));
    return jvms;
  }

  private static List<Jvm> and(List<Jvm> jvms, Jvm... others) {
    return Stream.concat(jvms.stream(), Stream.of(others)).toList();
  }

  private Part aggregator(String name, int port, Lanes lanes, List<String> session)
      throws RunFailure, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "aggregator",
                "--listen=tcp://127.0.0.1:" + port,
                "--lane-address=" + lanes.endpoint(0, 0),
                "--lanes=" + lanes.lanes(),
                "--camera=" + Simulation.CAMERA.name()));
    arguments.addAll(session);
    return millrace(file(name) + "-aggregator", arguments, List.of());
  }

  /**
   * A producer that writes raw files.
   *
   * @param firstScan number of its first scan, on which its frames depend
   */
  public WarmProducer writer(String name, Simulation simulation, Path directory, long firstScan)
      throws RunFailure, InterruptedException {
    return producer(name, simulation, Destination.files(directory), firstScan);
  }

  WarmProducer producer(String name, Simulation simulation, Destination destination, long firstScan)
      throws RunFailure, InterruptedException {
    List<String> command = new ArrayList<>(List.of("producer", "--acquire"));
    command.addAll(simulation.options());
    command.addAll(List.of("--scan-number=" + firstScan, "--camera=" + Simulation.CAMERA.name()));
    command.addAll(destination.options());
    Part part =
        millrace(
            "%s-producer-%d".formatted(file(name), firstScan), command, destination.jvmOptions());
    return new WarmProducer(part, jvm(Jvm.PRODUCER, part), simulation, firstScan);
  }

  /** A program of the benchmarks' own; it says {@code ready} when it is. */
  public Part program(String name, Class<?> main, List<String> arguments)
      throws RunFailure, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(JVM_OPTIONS);
    command.addAll(Jvm.options(logs));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    Part part = parts.start(file(name), command);
    part.awaitOutput("ready", START_DEADLINE);
    return part;
  }

  private BareReceiver bareReceiver(String name, String how, Lanes lanes)
      throws RunFailure, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(how));
    for (int lane = 0; lane < lanes.lanes(); lane++) {
      arguments.add(String.join(",", lanes.endpoints(lane)));
    }
    Part part = program(name + "-pull", BarePull.class, arguments);
    return new BareReceiver(part, jvm(Jvm.RECEIVER, part));
  }

  private Part millrace(String name, List<String> arguments, List<String> jvmOptions)
      throws RunFailure, InterruptedException {
    List<String> command = new ArrayList<>(List.of(parts.script("millrace")));
    command.addAll(arguments);
    List<String> all = new ArrayList<>(Jvm.options(logs));
    all.addAll(jvmOptions);
    Part part = parts.start(name, Map.of("MILLRACE_JAVA_OPTS", String.join(" ", all)), command);
    part.awaitOutput("ready", START_DEADLINE);
    return part;
  }

  private Jvm jvm(String role, Part part) {
    return Jvm.of(role, part.pid(), logs);
  }

  private Lanes lanes(int n) throws RunFailure {
    return new Lanes("127.0.0.1", ports(n * MODULES), n, MODULES);
  }

  /** Takes the next ports, and returns the first of them. */
  private int ports(int n) throws RunFailure {
    int first = nextPort;
    nextPort += n;
    new Ports().take("--first-port", first, n).requireFree();
    return first;
  }

  /** A name as it may stand in the name of a file. */
  private static String file(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
  }

  /** Ctrl-C, SIGTERM, or the end of this process after all is stopped. */
  private void interrupt() {
    if (!parts.isClosed()) {
      System.err.println("bench: interrupted; stopping what was started");
      close();
    }
  }

  /** Stops everything. */
  @Override
  public void close() {
    parts.close();
  }
}
