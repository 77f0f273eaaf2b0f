package io.millrace.zeromq.source.reader;

import io.millrace.detector.DropReason;
import io.millrace.detector.SectorHeader;
import io.millrace.zeromq.source.split.LanePosition;
import io.millrace.zeromq.source.split.LanePosition.OpenScan;
import io.millrace.zeromq.source.split.LaneSplit;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a lane stands for the task: behind the last record that was emitted, while the lane's
 * thread is already further. It is what goes into a checkpoint.
 */
final class LaneState {
  private static final class Counts {
    int width;
    int height;
    final long[] announced;
    final long[] received;

    Counts(int modules) {
      announced = new long[modules];
      Arrays.fill(announced, LanePosition.NOT_ANNOUNCED);
      received = new long[modules];
    }
  }

  private final LaneSplit split;
  private final EndedScans ended;
  private final TreeMap<Long, Counts> open = new TreeMap<>();
  private final Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
  private long endedUpTo;

  /** Of a lane that stands where its split says. */
  LaneState(LaneSplit split) {
    this.split = split;
    LanePosition position = split.position();
    ended = new EndedScans(position.endedCount(), position.ended());
    endedUpTo = position.endedUpTo();
    drops.putAll(position.drops());
    for (OpenScan scan : position.open()) {
      Counts counts = counts(scan.scan());
      counts.width = scan.width();
      counts.height = scan.height();
      Arrays.setAll(counts.announced, m -> scan.announced().get(m));
      Arrays.setAll(counts.received, m -> scan.received().get(m));
    }
  }

  private Counts counts(long scan) {
    Counts counts = open.get(scan);
    if (counts == null) {
      counts = new Counts(split.endpoints().size());
      open.put(scan, counts);
    }
    return counts;
  }

  void received(SectorHeader header) {
    Counts counts = counts(header.scan);
    counts.width = header.width;
    counts.height = header.height;
    counts.received[header.module]++;
  }

  void announced(Announced announced) {
    counts(announced.scan()).announced[announced.module()] = announced.count();
  }

  void dropped(Dropped dropped) {
    if (dropped.scan() != Dropped.NO_SCAN) {
      counts(dropped.scan()).received[dropped.module()]++;
    }
    drops.merge(dropped.reason(), 1L, Long::sum);
  }

  /** Its report has told of all that was dropped. */
  void ended(long scan) {
    drops.clear();
    open.remove(scan);
    ended.add(scan);
  }

  void reached(long scan) {
    endedUpTo = scan;
  }

  /** The lane as it stands now. */
  LaneSplit split() {
    return new LaneSplit(
        split.lane(),
        split.endpoints(),
        new LanePosition(
            ended.count(),
            endedUpTo,
            ended.last(),
            open.entrySet().stream()
                .map(
                    scan ->
                        new OpenScan(
                            scan.getKey(),
                            scan.getValue().width,
                            scan.getValue().height,
                            Arrays.stream(scan.getValue().announced).boxed().toList(),
                            Arrays.stream(scan.getValue().received).boxed().toList()))
                .toList(),
            drops));
  }
}
