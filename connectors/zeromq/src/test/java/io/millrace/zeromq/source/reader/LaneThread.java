package io.millrace.zeromq.source.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.LaneRecord;
import io.millrace.detector.LaneReport;
import io.millrace.detector.Sector;
import io.millrace.sockets.CurveKeys;
import io.millrace.zeromq.source.split.LaneSplit;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.testutils.MetricListener;
import org.apache.flink.runtime.metrics.groups.InternalSourceReaderMetricGroup;

/**
 * A {@link LaneSplitReader} in a thread of its own, as Flink runs it. What it fetches is taken by
 * the test, in the part of the task thread.
 */
final class LaneThread implements AutoCloseable {
  private static final long DEADLINE_SECONDS = 20;

  private final MetricListener metrics = new MetricListener();
  private final BlockingQueue<LaneRecord> records = new LinkedBlockingQueue<>();
  private final Queue<Dropped> dropped = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean draining = new AtomicBoolean();
  private final AtomicInteger fetches = new AtomicInteger();
  private final LaneSplitReader reader;
  private final LaneVoice voice;
  private final Thread thread;
  private volatile boolean stopping;
  private volatile boolean finished;
  private volatile Throwable failure;

  LaneThread(
      DetectorDescription detector,
      Set<Long> scans,
      int boundedAfter,
      Configuration options,
      LaneSplit split,
      Optional<CurveKeys> curve,
      ScanKeys keys,
      LongSupplier clock) {
    voice = new LaneVoice(split, 1, curve);
    reader =
        new LaneSplitReader(
            InternalSourceReaderMetricGroup.mock(metrics.getMetricGroup()),
            detector,
            scans,
            boundedAfter,
            options,
            draining::get,
            null,
            curve,
            position -> keys,
            lane -> voice,
            clock);
    thread = new Thread(() -> run(split), "lane");
    thread.start();
  }

  private void run(LaneSplit split) {
    try {
      reader.handleSplitsChanges(new SplitsAddition<>(List.of(split)));
      while (!stopping && !finished) {
        RecordsWithSplitIds<LaneRecord> batch = reader.fetch();
        fetches.incrementAndGet();
        if (batch.nextSplit() != null) {
          LaneRecord record;
          while ((record = batch.nextRecordFromSplit()) != null) {
            if (record instanceof Dropped one) {
              dropped.add(one);
            } else if (!(record instanceof Announced)) {
              records.add(record);
            }
          }
          assertThat(batch.nextSplit()).isNull();
        }
        finished = batch.finishedSplits().contains(split.splitId());
        batch.recycle();
      }
    } catch (Throwable e) {
      failure = e;
    } finally {
      reader.close();
      voice.close();
    }
  }

  /** The end of a scan: its report, and behind it the watermark. */
  record End(LaneReport report, long watermark) {}

  /** The next record; fails if none comes. */
  LaneRecord take() {
    try {
      LaneRecord record = records.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
      return record != null ? record : fail("no record came; the lane's failure: " + failure);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The next record, which has to be a sector; it is not released. */
  Sector takeSector() {
    return (Sector) take();
  }

  /** The next two records, which have to be the end of a scan. */
  End takeEnd() {
    return new End((LaneReport) take(), takeReached());
  }

  /** The next record, which has to be a watermark. */
  long takeReached() {
    return ((Reached) take()).scan();
  }

  /** Records that nobody has taken. */
  int waiting() {
    return records.size();
  }

  /** How often a fetch has returned. */
  int fetches() {
    return fetches.get();
  }

  /** Whether the lane has told that it ends. */
  boolean finished() {
    return finished;
  }

  boolean alive() {
    return thread.isAlive();
  }

  /** As if the session had been drained. */
  void drain() {
    draining.set(true);
  }

  void wakeUp() {
    reader.wakeUp();
  }

  long dropped(DropReason reason) {
    return counter("dropped", reason.label());
  }

  /** What was handed to the task of messages that were dropped. */
  List<Dropped> dropped() {
    return List.copyOf(dropped);
  }

  long sectors() {
    return counter("sectors");
  }

  long repeated() {
    return counter("repeated");
  }

  long skipped() {
    return counter("skipped");
  }

  long outOfOrder() {
    return counter("outOfOrder");
  }

  long heldBackMillis() {
    return this.<Long>gauge("heldBackMillis").getValue();
  }

  int sectorsInTask() {
    return this.<Integer>gauge("sectorsInTask").getValue();
  }

  long slotsCreated() {
    return this.<Long>gauge("slotsCreated").getValue();
  }

  private long counter(String... name) {
    return metrics.getCounter(named(name)).map(Counter::getCount).orElse(-1L);
  }

  private <T> Gauge<T> gauge(String name) {
    return metrics.<T>getGauge(named(name)).orElseThrow();
  }

  private static String[] named(String... name) {
    String[] path = new String[name.length + 2];
    path[0] = "lane";
    path[1] = "0";
    System.arraycopy(name, 0, path, 2, name.length);
    return path;
  }

  /** Ends the lane as Flink does, and fails if it had failed. */
  @Override
  public void close() {
    stopping = true;
    reader.wakeUp();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    assertThat(thread.isAlive()).as("the lane's thread still runs").isFalse();
    assertThat(failure).isNull();
  }
}
