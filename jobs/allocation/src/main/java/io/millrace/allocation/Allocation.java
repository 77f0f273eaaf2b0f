package io.millrace.allocation;

import io.millrace.allocation.SessionReport.State;
import io.millrace.coordination.Claim;
import io.millrace.coordination.Member;
import io.millrace.coordination.MemberState;
import io.millrace.coordination.Members;
import io.millrace.coordination.Membership;
import io.millrace.coordination.Role;
import io.millrace.coordination.Scan;
import io.millrace.coordination.Scans;
import io.millrace.coordination.Session;
import io.millrace.coordination.SessionState;
import io.millrace.coordination.Sessions;
import io.millrace.coordination.ZooKeeperConnection;
import io.millrace.parts.FlinkRest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session in a batch job, from its first process to its last.
 *
 * <ol>
 *   <li>STARTING: ZooKeeper, the session's entry there, Flink's processes, the job, its lanes
 *   <li>READY and STREAMING: as the scans come and go; what ends is started again
 *   <li>DRAINING: when somebody has drained the session, or the batch job's end is near. Scans
 *       under way end, and with the last one the job. On SIGTERM there is no time for that: the
 *       session stays as it is, for another batch job
 *   <li>ENDED or FAILED
 * </ol>
 *
 * One thread does all of it, once a second.
 */
final class Allocation {
  private static final Logger LOG = LoggerFactory.getLogger(Allocation.class);
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration REPORT_INTERVAL = Duration.ofSeconds(5);
  private static final Duration NODES_INTERVAL = Duration.ofSeconds(5);
  private static final Duration ZOOKEEPER_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration ZOOKEEPER_END = Duration.ofSeconds(5);
  private static final Duration REST_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration SUBMIT_DEADLINE = Duration.ofMinutes(2);

  /** After SIGTERM a batch system kills what is left: after 30 s as a rule, and some after 10. */
  private static final Duration TERM_GRACE = Duration.ofSeconds(4);

  /** Before the end of the batch job, for ending the processes. */
  private static final Duration LAST_CALL = Duration.ofSeconds(20);

  /** A JobManager that is started again leads after the dead one's session of ZooKeeper, 40 s. */
  private static final Duration SILENCE_DEADLINE = Duration.ofMinutes(5);

  private static final String BY_SIGTERM = "the batch job is ended by SIGTERM";

  private static final String RESUMABLE =
      "its job is kept as of its last checkpoint, and so is the rest by producers that retain: 'millrace session start --resume' goes on with both";

  private final AllocationPlan plan;
  private final Nodes nodes;
  private final Path root;
  private final FlinkOnNodes flink;
  private final Sigterm sigterm;
  private final GuardPost guard;

  private NodeProcess ownZooKeeper;
  private ZooKeeperConnection zooKeeper;
  private Claim claim;
  private Membership membership;
  private Members members;
  private Sessions sessions;
  private Scans scans;
  private FlinkRest rest;
  private final SessionReport.Draft known;
  private Instant reported = Instant.EPOCH;
  private Instant lookedAtNodes = Instant.EPOCH;
  private final List<String> lost = new ArrayList<>();
  private boolean submitted;
  private boolean drained;
  private boolean openedHere;
  private boolean jobHasEnded;
  private boolean runsElsewhere;

  /**
   * @param root the repository, whose scripts start the processes
   */
  Allocation(AllocationPlan plan, Nodes nodes, Path root, Sigterm sigterm) {
    this.plan = plan;
    this.nodes = nodes;
    this.root = root;
    this.sigterm = sigterm;
    this.flink = new FlinkOnNodes(plan, nodes, root);
    // Its own ZooKeeper is lost with the first node.
    this.guard = new GuardPost(plan, nodes, root, !plan.zooKeeper().isEmpty());
    this.known = new SessionReport.Draft(plan.session(), plan.batchJob(), nodes.id(), now());
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }

  /**
   * Runs the session to its end.
   *
   * @return how it has ended
   */
  State run() throws InterruptedException {
    State end = State.FAILED;
    String reason = "what watches it has ended by a fault of its own, which is in the log";
    try {
      Files.createDirectories(plan.folder().resolve("log"));
      Files.createDirectories(plan.output());
      start();
      reason = supervise();
      end = reason.isEmpty() ? State.ENDED : State.FAILED;
    } catch (IOException | IllegalArgumentException e) {
      reason = e.getMessage();
    } finally {
      try {
        // First, since a batch system that ends a job gives it little time.
        leave(end, reason);
        flink.stop(!sigterm.received());
        guard.end();
        disconnect();
        LOG.info("session {} is over: {}", plan.session(), end);
      } finally {
        sigterm.over();
      }
    }
    return end;
  }

  // ---- Starting --------------------------------------------------------------------------------

  private void start() throws IOException, InterruptedException {
    Instant deadline = now().plus(plan.startTimeout());
    Optional<Duration> left = nodes.timeLeft();
    List<String> names = nodes.names();
    LOG.info(
        "session {} on {} nodes: {}; {}",
        plan.session(),
        names.size(),
        String.join(", ", names),
        left.map(d -> "for " + d.toMinutes() + " min").orElse("without an end"));
    known.endsBy = left.map(d -> now().plus(d)).orElse(null);
    InetAddress address = AddressChoice.choose(plan.interfaces(), AddressChoice.here());
    joinSession(address);

    tell(State.STARTING, "Flink starts on %d nodes".formatted(names.size()));
    int restPort = freePort(address);
    flink.configure(address, restPort, known.zooKeeper);
    flink.startJobManager(names.get(0));
    flink.startTaskManagers(names);
    String dashboard = "http://%s:%d".formatted(address.getHostAddress(), restPort);
    known.dashboard = dashboard;
    known.taskManagersWanted = flink.wanted();
    rest = new FlinkRest(List.of(dashboard), Duration.ZERO, REST_TIMEOUT);

    await(deadline, this::awaitsTaskManagers);
    await(deadline, this::awaitsJob);
    await(deadline, this::awaitsLanes);
  }

  /** The session's entry in ZooKeeper, and this allocation's place among its members. */
  private void joinSession(InetAddress address) throws IOException, InterruptedException {
    String at = plan.zooKeeper();
    if (at.isEmpty()) {
      at = startZooKeeper(address);
    }
    known.zooKeeper = at;
    LOG.info("connecting to ZooKeeper at {}", at);
    zooKeeper = ZooKeeperConnection.open(at, ZOOKEEPER_TIMEOUT);
    Member member = Member.starting(Role.ALLOCATION, nodes.id(), plan.session(), Map.of());
    // Nothing is written before: two batch jobs would take each other's files, and lead two jobs.
    runsElsewhere = true;
    claim = Claim.allocation(zooKeeper, member);
    runsElsewhere = false;
    membership = Membership.join(zooKeeper, member, ZOOKEEPER_TIMEOUT);
    members = new Members(zooKeeper);
    sessions = new Sessions(zooKeeper);
    scans = new Scans(zooKeeper, plan.session());
    SessionState state =
        sessions.find(plan.session()).map(Session::state).orElse(SessionState.CREATED);
    if (state == SessionState.CLOSED) {
      throw new IOException(
          "session %s was closed before; a session is started under a name of its own"
              .formatted(plan.session()));
    }
    if (state == SessionState.CREATED) {
      sessions.open(plan.session());
      openedHere = true;
    }
    // Its last scans were under way when an earlier batch job ended: this one is for them alone.
    drained = state == SessionState.DRAINING;
  }

  private String startZooKeeper(InetAddress address) throws IOException {
    int port = freePort(address);
    String host = address.getHostAddress();
    ownZooKeeper =
        new NodeProcess(
            "ZooKeeper",
            "this node",
            List.of(
                root.resolve("scripts/millrace").toString(),
                "zookeeper",
                "--host",
                host,
                "--port",
                Integer.toString(port),
                "--data",
                plan.folder().resolve("zookeeper").toString()),
            plan.folder().resolve("log/zookeeper.log"));
    ownZooKeeper.tend();
    return host + ":" + port;
  }

  private static int freePort(InetAddress address) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, address)) {
      return socket.getLocalPort();
    }
  }

  /** What is waited for; empty when it is there. */
  private interface Awaited {
    String get() throws IOException, InterruptedException;
  }

  private void await(Instant deadline, Awaited awaited) throws IOException, InterruptedException {
    while (true) {
      String reason = awaited.get();
      if (reason.isEmpty()) {
        return;
      }
      tell(State.STARTING, reason);
      if (now().isAfter(deadline)) {
        throw new IOException(
            "not ready after %d s: %s".formatted(plan.startTimeout().toSeconds(), reason));
      }
      Optional<String> drain = drained && !sigterm.received() ? Optional.empty() : drainReason();
      if (drain.isPresent()) {
        throw new IOException("ended while it started (%s): %s".formatted(drain.get(), reason));
      }
      Thread.sleep(TICK.toMillis());
      tend();
    }
  }

  private void countTaskManagers() throws IOException, InterruptedException {
    known.taskManagers = rest.taskManagers();
    known.taskManagersWanted = flink.wanted();
  }

  private String awaitsTaskManagers() throws InterruptedException {
    try {
      countTaskManagers();
      return known.taskManagers >= known.taskManagersWanted
          ? ""
          : "%d of %d TaskManagers are registered"
              .formatted(known.taskManagers, known.taskManagersWanted);
    } catch (IOException e) {
      return "the JobManager does not answer yet";
    }
  }

  /** Submits it, but for one that was there before this allocation: that goes on. */
  private String awaitsJob() throws IOException, InterruptedException {
    List<String> running;
    try {
      running = rest.unfinishedJobs();
    } catch (IOException e) {
      return "the JobManager does not answer";
    }
    if (!running.isEmpty()) {
      known.job = running.get(0);
      return "";
    }
    if (submitted) {
      return "the counting job is submitted, and not there; see %s/log".formatted(plan.folder());
    }
    tell(State.STARTING, "submitting the counting job");
    submitted = true;
    LOG.info("{}", flink.client(jobArguments()).output(SUBMIT_DEADLINE).strip());
    return "the counting job is submitted";
  }

  private List<String> jobArguments() {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "run",
                "--detached",
                "--parallelism",
                Integer.toString(plan.mostLanes()),
                root.resolve("jobs/counting/target/millrace-counting.jar").toString(),
                "--session=" + plan.session(),
                "--zookeeper=" + known.zooKeeper,
                "--output=" + plan.output(),
                // The start has a deadline of its own, which says more.
                "--wait=" + plan.startTimeout().plusMinutes(1).toSeconds() + "s"));
    arguments.addAll(plan.jobOptions());
    return arguments;
  }

  private String awaitsLanes() throws IOException, InterruptedException {
    String state;
    try {
      state = jobState();
    } catch (IOException e) {
      return "the JobManager does not answer";
    }
    if (drained) {
      return ""; // It ends with its scans, perhaps now.
    }
    if (FlinkRest.hasEnded(state)) {
      jobHasEnded = true;
      throw new IOException(failure(state));
    }
    List<Member> aggregators =
        members.of(plan.session(), Role.AGGREGATOR).stream()
            .filter(m -> m.state().isAtWork())
            .toList();
    if (aggregators.isEmpty()) {
      return "there is no aggregator yet; start it: scripts/millrace aggregator --session %s --zookeeper %s --lanes %d"
          .formatted(
              plan.session(), known.zooKeeper, plan.lanesPerNode() * known.taskManagersWanted);
    }
    int wanted = Integer.parseInt(aggregators.get(0).offers().getOrDefault(Member.LANES, "1"));
    long there = lanesThere();
    return there >= wanted
        ? ""
        : "%d of %d lanes are connected (the job is %s)".formatted(there, wanted, state);
  }

  private long lanesThere() {
    return members.of(plan.session(), Role.LANE).stream()
        .filter(m -> m.state().isAtWork())
        .map(Member::name)
        .distinct()
        .count();
  }

  // ---- Running ---------------------------------------------------------------------------------

  /**
   * Looks once a second, until the job has ended.
   *
   * @return what went wrong; empty if nothing did
   */
  private String supervise() throws IOException, InterruptedException {
    Instant answered = now();
    Instant drainDeadline = null;
    boolean toldToEnd = false;
    while (true) {
      tend();
      Optional<String> drain = drainDeadline == null ? drainReason() : Optional.empty();
      if (drain.isPresent() || (sigterm.received() && !toldToEnd)) {
        toldToEnd = sigterm.received();
        drainDeadline = drain(drain.orElse(BY_SIGTERM));
      }
      try {
        String state = jobState();
        countTaskManagers();
        answered = now();
        if (FlinkRest.hasEnded(state)) {
          jobHasEnded = true;
          return state.equals("FINISHED") ? "" : failure(state);
        }
        tellRunning(state, drainDeadline);
      } catch (IOException e) {
        if (now().isAfter(answered.plus(SILENCE_DEADLINE))) {
          return "Flink has not answered for %d s: %s"
              .formatted(SILENCE_DEADLINE.toSeconds(), e.getMessage());
        }
        tell(known.last().state(), "Flink does not answer");
      }
      if (sigterm.received() && flink.hasNoJobManager()) {
        return "the batch job was ended by SIGTERM, which its processes got too";
      }
      if (drainDeadline != null && now().isAfter(drainDeadline)) {
        return giveUp();
      }
      Thread.sleep(TICK.toMillis());
    }
  }

  private void tellRunning(String jobState, Instant drainDeadline) {
    List<Scan> underWay;
    try {
      underWay = scans.underWay();
    } catch (IOException e) {
      tell(known.last().state(), "ZooKeeper does not answer: " + e.getMessage());
      return;
    }
    List<String> reasons = new ArrayList<>();
    if (!lost.isEmpty()) {
      reasons.add("lost: " + String.join(", ", lost));
    }
    if (known.taskManagers < known.taskManagersWanted) {
      reasons.add("%d of %d TaskManagers".formatted(known.taskManagers, known.taskManagersWanted));
    }
    if (!jobState.equals("RUNNING")) {
      reasons.add("the job is " + jobState);
    }
    if (members.of(plan.session(), Role.AGGREGATOR).isEmpty()) {
      reasons.add("there is no aggregator any more; start it again");
    }
    State state = underWay.isEmpty() ? State.READY : State.STREAMING;
    if (drainDeadline != null) {
      state = State.DRAINING;
      reasons.add(
          underWay.isEmpty()
              ? "no scan is under way"
              : "waiting for %d scans%s"
                  .formatted(
                      underWay.size(),
                      drainDeadline.equals(Instant.MAX) ? "" : " until " + drainDeadline));
    }
    tell(state, String.join("; ", reasons));
  }

  private String jobState() throws IOException, InterruptedException {
    return rest.jobState(known.job);
  }

  private String failure(String state) throws InterruptedException {
    try {
      return "the counting job is %s: %s"
          .formatted(state, String.join("; ", rest.failure(known.job)));
    } catch (IOException e) {
      return "the counting job is " + state;
    }
  }

  /** As many TaskManagers as somebody has asked for, on as many of the nodes that there are. */
  private void scale(List<String> names) throws IOException, InterruptedException {
    Path file = plan.folder().resolve(SessionOrders.NODES);
    if (known.last().state() == State.DRAINING || !Files.exists(file)) {
      return;
    }
    String asked = Files.readString(file).strip();
    if (!asked.matches("[1-9]\\d{0,3}")) {
      LOG.error("the file {} says '{}', which is no number of nodes", file, asked);
      return;
    }
    List<String> used = names.subList(0, Math.min(names.size(), Integer.parseInt(asked)));
    flink.stopTaskManagersBut(used);
    flink.startTaskManagers(used);
  }

  /** Starts again what has ended, and lets go of nodes that have died. */
  private void tend() throws IOException, InterruptedException {
    if (sigterm.received()) {
      return; // What ends now was told to.
    }
    if (now().isAfter(lookedAtNodes.plus(NODES_INTERVAL))) {
      lookedAtNodes = now();
      try {
        List<String> names = nodes.names();
        lost.addAll(flink.dropAllBut(names));
        scale(names);
        guard.place(names);
      } catch (IOException | IllegalArgumentException e) {
        LOG.warn("the nodes are left as they are: {}", e.getMessage());
      }
    }
    if (ownZooKeeper != null) {
      ownZooKeeper.tend();
    }
    guard.tend();
    flink.tend();
  }

  // ---- Ending ----------------------------------------------------------------------------------

  /** Why it should drain now; empty if it should not. */
  private Optional<String> drainReason() {
    if (sigterm.received()) {
      return Optional.of(BY_SIGTERM);
    }
    if (Files.exists(plan.folder().resolve(SessionOrders.DRAIN))) {
      return Optional.of("the file %s is there".formatted(SessionOrders.DRAIN));
    }
    if (known.endsBy != null && now().isAfter(known.endsBy.minus(plan.drainNotice()))) {
      return Optional.of("the batch job ends at " + known.endsBy);
    }
    try {
      if (sessions.find(plan.session()).map(Session::state).orElse(SessionState.CLOSED)
          != SessionState.OPEN) {
        return Optional.of("the session was drained");
      }
    } catch (IOException e) {
      LOG.warn("ZooKeeper does not say whether the session is drained: {}", e.getMessage());
    }
    return Optional.empty();
  }

  /**
   * Takes no new scan.
   *
   * @return when the scans under way have to have ended
   */
  private Instant drain(String why) {
    LOG.info("draining: {}", why);
    tell(State.DRAINING, why);
    if (sigterm.received()) {
      // What is under way goes on in another batch job, and then there may be more.
      return now().plus(TERM_GRACE);
    }
    try {
      if (sessions.find(plan.session()).map(Session::state).orElse(SessionState.CLOSED)
          == SessionState.OPEN) {
        sessions.drain(plan.session());
      }
    } catch (IOException e) {
      LOG.error("the session cannot be drained: {}", e.getMessage());
    }
    return known.endsBy == null ? Instant.MAX : known.endsBy.minus(LAST_CALL);
  }

  /** The time is over, and the job has not ended. */
  private String giveUp() {
    String underWay;
    try {
      underWay = String.join(", ", scans.underWay().stream().map(Scan::id).toList());
    } catch (IOException e) {
      underWay = "scans that ZooKeeper does not tell";
    }
    return "the time was over with scans under way: " + (underWay.isEmpty() ? "none" : underWay);
  }

  /** Of a session whose job can go on, or whose job is not known, nothing is over yet. */
  private void leave(State end, String reason) {
    if (runsElsewhere) {
      // The report is that of the one who runs it.
      LOG.error("{}: {}", end, reason);
      return;
    }
    boolean isOver = jobHasEnded || (openedHere && known.job == null);
    try {
      if (isOver
          && sessions != null
          && sessions.find(plan.session()).map(Session::state).orElse(SessionState.CLOSED)
              != SessionState.CLOSED) {
        sessions.close(plan.session());
      }
    } catch (IOException e) {
      LOG.error("the session is not closed in ZooKeeper: {}", e.getMessage());
    }
    tell(end, isOver || sessions == null ? reason : reason + "; " + RESUMABLE);
  }

  private void disconnect() throws InterruptedException {
    if (members != null) {
      members.close();
    }
    if (membership != null) {
      membership.close();
    }
    if (claim != null) {
      claim.close();
    }
    if (zooKeeper != null) {
      zooKeeper.close();
    }
    if (ownZooKeeper != null) {
      ownZooKeeper.stop();
      ownZooKeeper.awaitEnd(ZOOKEEPER_END);
    }
  }

  // ---- Reporting -------------------------------------------------------------------------------

  private void tell(State state, String reason) {
    SessionReport last = known.last();
    boolean same = last.state() == state && last.reason().equals(reason);
    if (same && now().isBefore(reported.plus(REPORT_INTERVAL))) {
      return;
    }
    reported = now();
    if (!same) {
      LOG.info("{}{}", state, reason.isEmpty() ? "" : ": " + reason);
    }
    try {
      known.report(state, reason, reported).write(plan.folder());
    } catch (IOException e) {
      LOG.error("{} cannot be written: {}", SessionReport.FILE, e.getMessage());
    }
    if (membership != null) {
      membership.tell(memberState(state), reason);
      membership.count(
          Map.of(
              "taskManagers",
              (long) known.taskManagers,
              "taskManagersWanted",
              (long) known.taskManagersWanted,
              "restarts",
              (long) flink.restarts(),
              "lostNodes",
              (long) lost.size()));
    }
  }

  private static MemberState memberState(State state) {
    return switch (state) {
      case STARTING -> MemberState.STARTING;
      case READY -> MemberState.READY;
      case STREAMING -> MemberState.STREAMING;
      case DRAINING, ENDED -> MemberState.DRAINING;
      case FAILED -> MemberState.FAILED;
    };
  }
}
