package io.millrace.zeromq.source.enumerator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.coordination.SessionAddress;
import io.millrace.coordination.Sessions;
import io.millrace.coordination.ZooKeeperConnection;
import io.millrace.coordination.ZooKeeperNode;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.wire.Lanes;
import io.millrace.zeromq.source.SessionLanes;
import io.millrace.zeromq.source.split.LaneSplit;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.api.connector.source.mocks.MockSplitEnumeratorContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SuppressWarnings("try") // closing the mocked context may be interrupted
class LaneEnumeratorTest {
  @ParameterizedTest
  @CsvSource({"1,1", "4,1", "4,4", "5,2", "7,3", "2,5"})
  void everyLaneGoesToOneReaderInWhateverOrderTheyRegister(int lanes, int parallelism)
      throws Exception {
    for (int seed = 0; seed < 20; seed++) {
      try (MockSplitEnumeratorContext<LaneSplit> context =
          new MockSplitEnumeratorContext<>(parallelism)) {
        LaneEnumerator enumerator = new LaneEnumerator(context, allOf(lanes), null);
        List<Integer> readers = new ArrayList<>(IntStream.range(0, parallelism).boxed().toList());
        Collections.shuffle(readers, new Random(seed));
        for (int reader : readers) {
          register(context, enumerator, reader);
        }
        assertThat(assigned(context))
            .as("seed %d", seed)
            .containsExactlyInAnyOrderElementsOf(
                IntStream.range(0, lanes).mapToObj(l -> l % parallelism + ":" + l).toList());
        assertThat(enumerator.snapshotState(1).unassigned()).as("seed %d", seed).isEmpty();
        for (int reader : readers) {
          assertThat(context.hasNoMoreSplits(reader)).isTrue();
        }
      }
    }
  }

  @Test
  void aReaderGetsAllItsLanesAtOnce() throws Exception {
    try (MockSplitEnumeratorContext<LaneSplit> context = new MockSplitEnumeratorContext<>(1)) {
      register(context, new LaneEnumerator(context, allOf(3), null), 0);
      assertThat(context.getSplitsAssignmentSequence()).hasSize(1);
    }
  }

  @Test
  void theLanesOfAFailedReaderWaitForItsReturn() throws Exception {
    try (MockSplitEnumeratorContext<LaneSplit> context = new MockSplitEnumeratorContext<>(2)) {
      LaneEnumerator enumerator = new LaneEnumerator(context, allOf(4), null);
      register(context, enumerator, 0);
      register(context, enumerator, 1);
      context.unregisterReader(1);
      enumerator.addSplitsBack(List.of(split(1), split(3)), 1);
      assertThat(enumerator.snapshotState(1).unassigned()).containsExactly(split(1), split(3));
      assertThat(assigned(context)).hasSize(4);

      register(context, enumerator, 1);
      assertThat(assigned(context))
          .containsExactlyInAnyOrder("0:0", "0:2", "1:1", "1:3", "1:1", "1:3");
      assertThat(enumerator.snapshotState(2).unassigned()).isEmpty();
    }
  }

  @Test
  void aReaderThatIsBackAlreadyGetsItsLanesAtOnce() throws Exception {
    try (MockSplitEnumeratorContext<LaneSplit> context = new MockSplitEnumeratorContext<>(1)) {
      LaneEnumerator enumerator = new LaneEnumerator(context, allOf(2), null);
      register(context, enumerator, 0);
      enumerator.addSplitsBack(List.of(split(1)), 0);
      assertThat(assigned(context)).containsExactlyInAnyOrder("0:0", "0:1", "0:1");
    }
  }

  @Test
  void afterARestoreOnlyWhatNobodyHasIsAssigned() throws Exception {
    LaneEnumeratorState state;
    try (MockSplitEnumeratorContext<LaneSplit> context = new MockSplitEnumeratorContext<>(2)) {
      LaneEnumerator enumerator = new LaneEnumerator(context, allOf(4), null);
      register(context, enumerator, 1);
      state = enumerator.snapshotState(1);
    }
    try (MockSplitEnumeratorContext<LaneSplit> context = new MockSplitEnumeratorContext<>(2)) {
      LaneEnumerator enumerator = new LaneEnumerator(context, state, null);
      register(context, enumerator, 0);
      register(context, enumerator, 1);
      assertThat(assigned(context)).containsExactlyInAnyOrder("0:0", "0:2");
    }
  }

  /** It looks every second; a night without ZooKeeper must not fill the log. */
  @Test
  void aZooKeeperThatIsAwayIsSaidOnceAndSoIsItsReturn(@TempDir Path data) throws Exception {
    ZooKeeperNode server = ZooKeeperNode.start("127.0.0.1", 0, data);
    int port = server.port();
    server.close();
    SessionAddress address = new SessionAddress("127.0.0.1:" + port, "s", Duration.ofMillis(300));
    try (MockSplitEnumeratorContext<LaneSplit> context = new MockSplitEnumeratorContext<>(1);
        LoggedLines logged = LoggedLines.of(LaneEnumerator.class);
        LaneEnumerator enumerator =
            new LaneEnumerator(
                context,
                allOf(1),
                new SessionLanes(address, DetectorDescription.load("4d-camera")))) {
      enumerator.start();
      for (int look = 0; look < 3; look++) {
        look(context);
      }
      assertThat(logged.lines())
          .singleElement()
          .asString()
          .contains("WARN")
          .contains("cannot be told until ZooKeeper answers: no ZooKeeper at 127.0.0.1:" + port);
      server = ZooKeeperNode.start("127.0.0.1", port, data);
      try (ZooKeeperConnection zooKeeper =
          ZooKeeperConnection.open(address.zooKeeper(), Duration.ofSeconds(20))) {
        new Sessions(zooKeeper).open("s");
      }
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                look(context);
                return logged.lines().size() > 1;
              });
      look(context);
      assertThat(logged.lines()).hasSize(2);
      assertThat(logged.lines().get(1)).contains("INFO").contains("tells again");
    } finally {
      server.close();
    }
  }

  private static void look(MockSplitEnumeratorContext<LaneSplit> context) throws Exception {
    try {
      context.runPeriodicCallable(0);
    } catch (Exception e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static LaneEnumeratorState allOf(int lanes) {
    return LaneEnumeratorState.of(
        IntStream.range(0, lanes).mapToObj(LaneEnumeratorTest::split).toList());
  }

  private static LaneSplit split(int lane) {
    return LaneSplit.plain(lane, Lanes.at("tcp://h:5600", 10, 4));
  }

  private static void register(
      MockSplitEnumeratorContext<LaneSplit> context, LaneEnumerator enumerator, int reader) {
    context.registerReader(new ReaderInfo(reader, "host"));
    enumerator.addReader(reader);
  }

  /** Every assignment that was ever made, as {@code reader:lane}. */
  private static List<String> assigned(MockSplitEnumeratorContext<LaneSplit> context) {
    List<String> assigned = new ArrayList<>();
    for (SplitsAssignment<LaneSplit> assignment : context.getSplitsAssignmentSequence()) {
      Map<Integer, List<LaneSplit>> byReader = assignment.assignment();
      byReader.forEach(
          (reader, splits) -> splits.forEach(split -> assigned.add(reader + ":" + split.lane())));
    }
    return assigned;
  }
}
