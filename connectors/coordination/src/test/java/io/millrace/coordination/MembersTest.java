package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // a raw session of ZooKeeper may be interrupted when it closes
class MembersTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Map<String, String> OFFERS = Map.of("producers", "tcp://edge:5560");

  @TempDir Path data;
  private ZooKeeperNode server;
  private ZooKeeperConnection zooKeeper;
  private ZooKeeperConnection watcher;
  private Members members;

  @BeforeEach
  void start() throws IOException {
    server = ZooKeeperNode.start("127.0.0.1", 0, data);
    zooKeeper = ZooKeeperConnection.open("127.0.0.1:" + server.port(), TIMEOUT);
    watcher = ZooKeeperConnection.open("127.0.0.1:" + server.port(), TIMEOUT);
    members = new Members(watcher);
  }

  @AfterEach
  void stop() {
    members.close();
    watcher.close();
    zooKeeper.close();
    server.close();
  }

  private Membership join(Role role, String name, String session) throws IOException {
    return Membership.join(zooKeeper, Member.starting(role, name, session, OFFERS), TIMEOUT);
  }

  private static ZooKeeper session(ZooKeeperConnection connection) throws Exception {
    return connection.client().getZookeeperClient().getZooKeeper();
  }

  /** As if it had expired: another client takes the session over, and closes it. */
  private void endSession(ZooKeeper session) throws Exception {
    CountDownLatch connected = new CountDownLatch(1);
    try (ZooKeeper other =
        new ZooKeeper(
            zooKeeper.address(),
            10_000,
            event -> connected.countDown(),
            session.getSessionId(),
            session.getSessionPasswd())) {
      assertThat(connected.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  private Member only() {
    return await().atMost(TIMEOUT).until(members::all, all -> all.size() == 1).get(0);
  }

  @Test
  void whoJoinsIsSeenWithEverythingItTells() throws IOException {
    try (Membership aggregator = join(Role.AGGREGATOR, "edge", "s")) {
      assertThat(only()).isEqualTo(aggregator.member());
      aggregator.tell(MemberState.STALLED, "lane 2 takes nothing");
      aggregator.count(Map.of("sectors", 7L));
      await().atMost(TIMEOUT).until(() -> only().equals(aggregator.member()));
      assertThat(only().state()).isEqualTo(MemberState.STALLED);
      assertThat(only().reason()).isEqualTo("lane 2 takes nothing");
      assertThat(only().counters()).isEqualTo(Map.of("sectors", 7L));
      assertThat(only().offers()).isEqualTo(OFFERS);
      assertThat(only().pid()).isEqualTo(ProcessHandle.current().pid());
    }
    await().atMost(TIMEOUT).until(() -> members.all().isEmpty());
  }

  @Test
  void whoVanishesWithoutAWordIsGoneSoon() throws IOException {
    join(Role.PRODUCER, "module-0", "s");
    only();
    zooKeeper.close();
    await().atMost(TIMEOUT).until(() -> members.all().isEmpty());
  }

  @Test
  void aLostSessionOfZooKeeperIsReplaced() throws Exception {
    try (Membership producer = join(Role.PRODUCER, "module-0", "s")) {
      only();
      long lost = session(zooKeeper).getSessionId();
      endSession(session(zooKeeper));
      await().atMost(TIMEOUT).until(() -> session(zooKeeper).getSessionId() != lost);
      producer.tell(MemberState.STREAMING);
      await()
          .atMost(TIMEOUT)
          .until(
              () ->
                  members.all().size() == 1
                      && members.all().get(0).state() == MemberState.STREAMING);
    }
  }

  @Test
  void aRestartedServerKnowsThemAgain() throws IOException {
    int port = server.port();
    try (Membership producer = join(Role.PRODUCER, "module-0", "s")) {
      only();
      server.close();
      producer.tell(MemberState.STREAMING); // nobody listens, and nobody waits
      server = ZooKeeperNode.start("127.0.0.1", port, data);
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  members.all().size() == 1
                      && members.all().get(0).state() == MemberState.STREAMING);
    }
  }

  @Test
  void oneIsAwaited() throws Exception {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    CompletableFuture<Member> found =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return members.await("s", Role.AGGREGATOR, TIMEOUT, told::add);
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    assertThat(told.poll(TIMEOUT.toSeconds(), TimeUnit.SECONDS))
        .startsWith("waiting for the aggregator of session s");
    Member failed =
        Member.starting(Role.AGGREGATOR, "failed", "s", Map.of())
            .in(MemberState.FAILED, "a port is in use");
    try (Membership stranger = join(Role.AGGREGATOR, "other", "t");
        Membership useless = Membership.join(zooKeeper, failed, TIMEOUT)) {
      await().atMost(TIMEOUT).until(() -> members.all().size() == 2);
      assertThat(found).isNotDone();
      try (Membership edge = join(Role.AGGREGATOR, "edge", "s")) {
        await().atMost(TIMEOUT).until(() -> members.all().size() == 3);
        assertThat(found).as("it only starts").isNotDone();
        edge.tell(MemberState.READY);
        assertThat(found.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(edge.member());
      }
      assertThat(members.all()).contains(stranger.member(), useless.member());
    }
  }

  @Test
  void nobodyInTimeIsAnError() {
    assertThatThrownBy(
            () -> members.await("s", Role.AGGREGATOR, Duration.ofMillis(200), text -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("session s has no aggregator");
  }

  @Test
  void whoHasFailedIsSeenWithItsReasonUntilItsConnectionGoes() throws IOException {
    try (ZooKeeperConnection failing = ZooKeeperConnection.open(zooKeeper.address(), TIMEOUT)) {
      Membership edge =
          Membership.join(failing, Member.starting(Role.AGGREGATOR, "edge", "s", OFFERS), TIMEOUT);
      edge.tell(MemberState.STREAMING);
      edge.fail("port 5560 is in use", TIMEOUT);
      await().atMost(TIMEOUT).until(() -> only().state() == MemberState.FAILED);
      assertThat(only().reason()).isEqualTo("port 5560 is in use");
    }
    await().atMost(TIMEOUT).until(() -> members.all().isEmpty());
  }

  @Test
  void contentThatNobodyUnderstandsIsLeftOut() throws Exception {
    zooKeeper
        .client()
        .create()
        .creatingParentsIfNeeded()
        .forPath("/millrace/members/x", new byte[] {1});
    try (Membership edge = join(Role.AGGREGATOR, "edge", "s")) {
      assertThat(only()).isEqualTo(edge.member());
    }
  }

  @Test
  void whatANewerWriterAddsIsIgnored() throws Exception {
    Member member = Member.starting(Role.LANE, "lane-0", "s", Map.of());
    String json =
        new String(member.write(), StandardCharsets.UTF_8)
            .replaceFirst("\\{", "{\"colour\":\"blue\",");
    assertThat(Member.read(json.getBytes(StandardCharsets.UTF_8))).isEqualTo(member);
  }

  /**
   * In one process, as lanes of two jobs in a TaskManager, and those of a job that starts again.
   */
  @Test
  void anotherSessionAndAnotherStartAreOtherMembers() throws Exception {
    Member first = Member.starting(Role.LANE, "lane-0", "s", Map.of());
    Member restarted = startedLater(first);
    try (Membership lane = Membership.join(zooKeeper, first, TIMEOUT);
        Membership other = join(Role.LANE, "lane-0", "t")) {
      await().atMost(TIMEOUT).until(() -> members.all().size() == 2);
      try (Membership next = Membership.join(watcher, restarted, TIMEOUT)) {
        await().atMost(TIMEOUT).until(() -> members.all().size() == 3);
        lane.close();
        await().atMost(TIMEOUT).until(() -> members.all().size() == 2);
        assertThat(members.of("s", Role.LANE)).containsExactly(next.member());
        assertThat(members.of("t", Role.LANE)).containsExactly(other.member());
      }
    }
  }

  private static Member startedLater(Member member) {
    return await()
        .atMost(TIMEOUT)
        .until(
            () -> Member.starting(member.role(), member.name(), member.session(), Map.of()),
            later -> later.started().isAfter(member.started()));
  }
}
