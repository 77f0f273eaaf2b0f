package io.millrace.zeromq.source.reader;

import io.millrace.detector.DropReason;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;

/**
 * What a lane shows of itself: sectors, dropped messages by reason, sectors in the task, slots that
 * were ever made, and the time in which the lane did not read ({@code heldBackMillis}), because the
 * task held all slots or did not come back for more. Counted by the lane's thread alone, so no
 * count is lost.
 */
final class LaneMetrics {
  private final Counter sectors;
  private final Counter repeated;
  private final Counter outOfOrder;
  private final Counter skipped;
  private final Counter[] drops;
  private volatile long heldBackNanos;

  /**
   * @param away for how long the task has not come back for more, in nanoseconds; asked by others
   */
  LaneMetrics(
      SourceReaderMetricGroup reader,
      int lane,
      List<Pipe> pipes,
      SlotPool pool,
      LongSupplier away) {
    MetricGroup group = reader.addGroup("lane", Integer.toString(lane));
    sectors = group.counter("sectors");
    repeated = group.counter("repeated");
    outOfOrder = group.counter("outOfOrder");
    skipped = group.counter("skipped");
    group.gauge("heldBackMillis", () -> (heldBackNanos + away.getAsLong()) / 1_000_000);
    group.gauge("sectorsInTask", () -> pipes.stream().mapToInt(Pipe::taken).sum());
    group.gauge("slotsCreated", pool::created);
    MetricGroup dropped = group.addGroup("dropped");
    drops =
        Arrays.stream(DropReason.values())
            .map(reason -> dropped.counter(reason.label()))
            .toArray(Counter[]::new);
  }

  /** What is shown in the session, by name. */
  Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    counts.put("sectors", sectors.getCount());
    for (var counter :
        Map.of("repeated", repeated, "outOfOrder", outOfOrder, "skipped", skipped).entrySet()) {
      if (counter.getValue().getCount() > 0) {
        counts.put(counter.getKey(), counter.getValue().getCount());
      }
    }
    for (DropReason reason : DropReason.values()) {
      long dropped = drops[reason.ordinal()].getCount();
      if (dropped > 0) {
        counts.put("dropped." + reason.label(), dropped);
      }
    }
    return counts;
  }

  void received() {
    sectors.inc();
  }

  /** A message that was there already came again. */
  void repeated() {
    repeated.inc();
  }

  /** A message came behind one that is missing; it comes again after that. */
  void outOfOrder() {
    outOfOrder.inc();
  }

  /** Messages that nobody has any more were acknowledged by a reader that knew more. */
  void skipped(long messages) {
    skipped.inc(messages);
  }

  void dropped(DropReason reason) {
    drops[reason.ordinal()].inc();
  }

  /** Only one thread adds. */
  void heldBack(long nanos) {
    heldBackNanos = heldBackNanos + nanos;
  }
}
