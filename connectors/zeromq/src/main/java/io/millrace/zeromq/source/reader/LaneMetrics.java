package io.millrace.zeromq.source.reader;

import io.millrace.detector.DropReason;
import java.util.Arrays;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.SourceReaderMetricGroup;

/**
 * What a lane shows of itself: bytes, sectors, dropped messages by reason, sectors in the task, and
 * the time that it did not read because the task held all its slots.
 */
final class LaneMetrics {
  private final Counter bytes;
  private final Counter sectors;
  private final Counter errors;
  private final Counter heldBackMillis;
  private final Counter[] drops;

  LaneMetrics(SourceReaderMetricGroup reader, int lane) {
    bytes = reader.getIOMetricGroup().getNumBytesInCounter();
    errors = reader.getNumRecordsInErrorsCounter();
    MetricGroup group = reader.addGroup("lane", Integer.toString(lane));
    sectors = group.counter("sectors");
    heldBackMillis = group.counter("heldBackMillis");
    MetricGroup dropped = group.addGroup("dropped");
    drops =
        Arrays.stream(DropReason.values())
            .map(reason -> dropped.counter(reason.label()))
            .toArray(Counter[]::new);
  }

  /** Shows the sectors that wait in the task, and the slots that were ever made. */
  static void showMemory(
      SourceReaderMetricGroup reader, int lane, Iterable<Pipe> pipes, SlotPool pool) {
    MetricGroup group = reader.addGroup("lane", Integer.toString(lane));
    group.gauge(
        "sectorsInTask",
        () -> {
          int taken = 0;
          for (Pipe pipe : pipes) {
            taken += pipe.taken();
          }
          return taken;
        });
    group.gauge("slotsCreated", pool::created);
  }

  void received(int payloadBytes) {
    bytes.inc(payloadBytes);
    sectors.inc();
  }

  void dropped(DropReason reason) {
    errors.inc();
    drops[reason.ordinal()].inc();
  }

  void heldBack(long millis) {
    heldBackMillis.inc(millis);
  }
}
