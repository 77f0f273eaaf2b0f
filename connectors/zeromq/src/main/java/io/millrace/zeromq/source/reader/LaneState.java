package io.millrace.zeromq.source.reader;

import io.millrace.detector.DropReason;
import io.millrace.detector.SectorHeader;
import io.millrace.zeromq.source.split.LanePosition;
import io.millrace.zeromq.source.split.LanePosition.Heard;
import io.millrace.zeromq.source.split.LanePosition.OpenScan;
import io.millrace.zeromq.source.split.LaneSplit;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntConsumer;

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
  private final IntConsumer finished;
  private final EndedScans ended;
  private final TreeMap<Long, Counts> open = new TreeMap<>();
  private final Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
  private final long epoch;
  private final Module[] modules;
  private long endedUpTo;

  /** What has come of a module's messages that can be sent again. */
  private static final class Module {
    long sender;
    long next = 1;
    Unfinished unfinished;

    /** Those that a checkpoint has as unfinished, and that have not come again. */
    final TreeSet<Long> missing = new TreeSet<>();
  }

  /**
   * Of a lane that stands where its split says.
   *
   * @param epoch of the lane's reader
   * @param finished told the module when the task is done with a message that could be sent again
   */
  LaneState(LaneSplit split, long epoch, IntConsumer finished) {
    this.split = split;
    this.epoch = epoch;
    this.finished = finished;
    modules = new Module[split.endpoints().size()];
    for (int m = 0; m < modules.length; m++) {
      Heard heard = split.position().heard(m);
      modules[m] = new Module();
      modules[m].sender = heard.sender();
      modules[m].next = heard.next();
      modules[m].unfinished = unfinished(m);
      modules[m].missing.addAll(heard.unfinished());
    }
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

  private Unfinished unfinished(int module) {
    return new Unfinished(() -> finished.accept(module));
  }

  private Counts counts(long scan) {
    Counts counts = open.get(scan);
    if (counts == null) {
      counts = new Counts(split.endpoints().size());
      open.put(scan, counts);
    }
    return counts;
  }

  void received(Slot sector) {
    SectorHeader header = sector.header();
    if (sector.sender() != 0) {
      came(header.module, sector.sender(), sector.number());
      sector.begin(modules[header.module].unfinished);
    }
    if (sector.again()) {
      return; // it was counted when it came first, and its scan may have ended since
    }
    Counts counts = counts(header.scan);
    counts.width = header.width;
    counts.height = header.height;
    counts.received[header.module]++;
  }

  private void cameAndWent(int module, long sender, long number) {
    if (sender != 0) {
      came(module, sender, number);
      finished.accept(module);
    }
  }

  private void came(int module, long sender, long number) {
    Module m = modules[module];
    if (sender != m.sender) {
      m.sender = sender;
      m.unfinished = unfinished(module);
      m.missing.clear();
      m.next = number; // the first one that was taken
    }
    if (number >= m.next) {
      m.next = number + 1;
    } else {
      m.missing.remove(number);
    }
  }

  void announced(Announced announced) {
    cameAndWent(announced.module(), announced.sender(), announced.number());
    counts(announced.scan()).announced[announced.module()] = announced.count();
  }

  void dropped(Dropped dropped) {
    cameAndWent(dropped.module(), dropped.sender(), dropped.number());
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

  /** Acknowledges what the task is done with. */
  void acknowledge(int module, LaneVoice voice) {
    Module m = modules[module];
    voice.acknowledge(module, m.sender, m.unfinished.lowest(m.next) - 1);
  }

  /** By module, what has come of the messages that can be sent again. */
  private List<Heard> heard() {
    return Arrays.stream(modules)
        .map(
            m -> {
              TreeSet<Long> all = new TreeSet<>(m.missing);
              all.addAll(m.unfinished.all());
              return new Heard(m.sender, m.next, List.copyOf(all));
            })
        .toList();
  }

  /** The lane as it stands now. */
  LaneSplit split() {
    return new LaneSplit(
        split.lane(),
        split.endpoints(),
        split.statuses(),
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
            drops,
            epoch,
            heard()));
  }
}
