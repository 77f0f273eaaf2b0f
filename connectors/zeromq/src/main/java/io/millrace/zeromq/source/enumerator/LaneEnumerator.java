package io.millrace.zeromq.source.enumerator;

import io.millrace.zeromq.source.split.LaneSplit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.annotation.Nullable;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;

/**
 * Gives each reader its lanes: lane l goes to reader {@code l mod parallelism}, so that all readers
 * have nearly equally many. The lanes are known from the start; a lane of a reader that failed
 * waits for the reader to come back.
 */
@Internal
public final class LaneEnumerator implements SplitEnumerator<LaneSplit, LaneEnumeratorState> {
  private final SplitEnumeratorContext<LaneSplit> context;
  private final TreeMap<Integer, LaneSplit> unassigned = new TreeMap<>();

  /** An enumerator that has still to assign the lanes of {@code state}. */
  public LaneEnumerator(SplitEnumeratorContext<LaneSplit> context, LaneEnumeratorState state) {
    this.context = context;
    state.unassigned().forEach(split -> unassigned.put(split.lane(), split));
  }

  @Override
  public void start() {}

  @Override
  public void handleSplitRequest(int subtask, @Nullable String host) {
    // Readers do not ask: they get their lanes when they register.
  }

  @Override
  public void addReader(int subtask) {
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
    return new LaneEnumeratorState(List.copyOf(unassigned.values()));
  }

  @Override
  public void close() {}
}
