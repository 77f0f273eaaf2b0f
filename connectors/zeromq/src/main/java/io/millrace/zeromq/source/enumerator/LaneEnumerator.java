package io.millrace.zeromq.source.enumerator;

import io.millrace.detector.wire.Lanes;
import io.millrace.zeromq.source.SessionLanes;
import io.millrace.zeromq.source.split.LaneSplit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import javax.annotation.Nullable;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.util.FlinkRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each reader its lanes: lane l goes to reader {@code l mod parallelism}, so that all readers
 * have nearly equally many. The lanes are known from the start, or as soon as the session's
 * aggregator is there; a lane of a reader that failed waits for the reader to come back.
 *
 * <p>With a session, it looks now and then whether that is drained, and then tells the readers.
 */
@Internal
public final class LaneEnumerator implements SplitEnumerator<LaneSplit, LaneEnumeratorState> {
  private static final long LOOK_MILLIS = 1_000;
  private static final String JOB_ID = "<job_id>";
  private static final Logger LOG = LoggerFactory.getLogger(LaneEnumerator.class);

  private final SplitEnumeratorContext<LaneSplit> context;
  private final @Nullable SessionLanes session;
  private final TreeMap<Integer, LaneSplit> unassigned = new TreeMap<>();
  private boolean found;
  private boolean drained;

  /** Whether the last look got no answer: that is said once, and not at every look. */
  private boolean away;

  /**
   * An enumerator that has still to assign the lanes of {@code state}.
   *
   * @param session where lanes are found that are not known, and what ends the source; null if
   *     there is none
   */
  public LaneEnumerator(
      SplitEnumeratorContext<LaneSplit> context,
      LaneEnumeratorState state,
      @Nullable SessionLanes session) {
    this.context = context;
    this.session = session;
    this.found = state.found();
    state.unassigned().forEach(split -> unassigned.put(split.lane(), split));
  }

  /** The splits of lanes that were given by their address. */
  public static List<LaneSplit> splits(Lanes lanes) {
    return IntStream.range(0, lanes.lanes())
        .mapToObj(lane -> LaneSplit.plain(lane, lanes))
        .toList();
  }

  @Override
  public void start() {
    if (!found) {
      String job = context.metricGroup().getAllVariables().getOrDefault(JOB_ID, "unknown");
      context.callAsync(() -> session.find(job), this::found);
    }
    if (session != null) {
      context.callAsync(session::isDrained, this::looked, LOOK_MILLIS, LOOK_MILLIS);
    }
  }

  private void found(@Nullable Lanes lanes, @Nullable Throwable problem) {
    if (problem != null) {
      throw new FlinkRuntimeException(problem.getMessage(), problem);
    }
    found = true;
    for (int lane = 0; lane < lanes.lanes(); lane++) {
      unassigned.put(lane, LaneSplit.acknowledging(lane, lanes));
    }
    List.copyOf(context.registeredReaders().keySet()).forEach(this::addReader);
  }

  private void looked(@Nullable Boolean over, @Nullable Throwable problem) {
    if (problem != null) {
      if (!away) {
        away = true;
        LOG.warn(
            "Whether the session is drained cannot be told until ZooKeeper answers: {}",
            problem.getMessage());
      }
      return;
    }
    if (away) {
      away = false;
      LOG.info("ZooKeeper tells again whether the session is drained");
    }
    if (over && !drained) {
      LOG.info("The session is drained; the lanes end");
      drained = true;
      context
          .registeredReaders()
          .keySet()
          .forEach(subtask -> context.sendEventToSourceReader(subtask, new DrainEvent()));
    }
  }

  @Override
  public void handleSplitRequest(int subtask, @Nullable String host) {
    // Readers do not ask: they get their lanes when they register.
  }

  @Override
  public void addReader(int subtask) {
    if (!found) {
      return; // it gets its lanes when they are found
    }
    List<LaneSplit> splits =
        unassigned.values().stream()
            .filter(split -> split.lane() % context.currentParallelism() == subtask)
            .toList();
    if (!splits.isEmpty()) {
      // All at once: the reader's watermark must not get ahead of a lane that it does not know yet.
      context.assignSplits(new SplitsAssignment<>(Map.of(subtask, splits)));
      unassigned.values().removeAll(splits);
    }
    context.signalNoMoreSplits(subtask);
    if (drained) {
      context.sendEventToSourceReader(subtask, new DrainEvent());
    }
  }

  @Override
  public void addSplitsBack(List<LaneSplit> splits, int subtask) {
    splits.forEach(split -> unassigned.put(split.lane(), split));
    if (context.registeredReaders().containsKey(subtask)) {
      addReader(subtask);
    }
  }

  @Override
  public LaneEnumeratorState snapshotState(long checkpointId) {
    return new LaneEnumeratorState(found, List.copyOf(unassigned.values()));
  }

  @Override
  public void close() {
    if (session != null) {
      session.close();
    }
  }
}
