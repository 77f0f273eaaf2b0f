package io.millrace.zeromq.source.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.DropReason;
import io.millrace.detector.LaneReport;
import io.millrace.detector.SectorHeader;
import io.millrace.zeromq.source.split.LanePosition;
import io.millrace.zeromq.source.split.LaneSplit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LaneStateTest {
  private static final int MODULES = 3;
  private static final long LINGER = 0;
  private static final long TIMEOUT = 1_000;

  private final List<LaneReport> reports = new ArrayList<>();
  private long now;
  private LaneState state;
  private LaneProgress progress;

  private void start(LaneSplit split) {
    state = new LaneState(split, 1, module -> {});
    progress =
        new LaneProgress(
            7,
            MODULES,
            Set.of(),
            0,
            Duration.ofNanos(LINGER),
            Duration.ofNanos(TIMEOUT),
            split.position(),
            now);
  }

  /** Takes a message as the lane's thread does, and then emits it as the task does. */
  private void message(long scan, int module, long announced) {
    now++;
    if (announced < 0) {
      SectorHeader header = new SectorHeader().set(scan, 0, 5, 4, 1, 2, 0, module);
      DropReason reason = progress.received(header, module, DropReason.PAYLOAD_SIZE, now);
      state.dropped(new Dropped(progress.isOpen(scan) ? scan : Dropped.NO_SCAN, module, reason));
      end();
      return;
    }
    if (announced > 0) {
      if (progress.announced(scan, announced, module, now) == null) {
        state.announced(new Announced(scan, module, progress.announced(scan, module)));
      }
    } else {
      SectorHeader header = new SectorHeader().set(scan, 0, 5, 4, 1, 2, 0, module);
      if (progress.received(header, module, null, now) == null) {
        Slot slot = new Slot(new SlotPool(1, 1), new byte[1]);
        slot.header().set(header);
        state.received(slot);
      }
    }
    end();
  }

  private void end() {
    LaneReport report;
    while ((report = progress.nextEnded(now)) != null) {
      reports.add(report);
      state.ended(report.scan());
      state.reached(progress.endedUpTo());
    }
  }

  /** The messages of overlapping scans, each announced to some part before, in or behind them. */
  private static List<long[]> messages(Random random) {
    List<long[]> messages = new ArrayList<>();
    for (long scan = 1; scan <= 4; scan++) {
      for (int module = 0; module < MODULES; module++) {
        int sectors = 1 + random.nextInt(5);
        int lost = random.nextInt(8) == 0 ? 1 : 0;
        for (int i = 0; i < sectors - lost; i++) {
          int bad = random.nextInt(6) == 0 ? -1 : 0;
          insert(messages, random, new long[] {scan, module, bad});
        }
        insert(messages, random, new long[] {scan, module, sectors});
      }
    }
    return messages;
  }

  private static void insert(List<long[]> messages, Random random, long[] message) {
    int last = messages.size();
    messages.add(last - random.nextInt(Math.min(last, 20) + 1), message);
  }

  private List<LaneReport> run(List<long[]> messages, int interruptedBefore) {
    now = 0;
    reports.clear();
    start(new LaneSplit(7, List.of("a", "b", "c"), "", LanePosition.START));
    for (int i = 0; i < messages.size(); i++) {
      if (i == interruptedBefore) {
        start(state.split());
      }
      long[] m = messages.get(i);
      message(m[0], (int) m[1], m[2]);
    }
    now += TIMEOUT;
    end();
    return List.copyOf(reports);
  }

  @Test
  void aLaneThatIsInterruptedAnywhereEndsItsScansAsOneThatIsNot() {
    for (long seed = 0; seed < 30; seed++) {
      List<long[]> messages = messages(new Random(seed));
      List<LaneReport> expected = run(messages, -1);
      LanePosition end = state.split().position();
      assertThat(expected).as("seed %d", seed).hasSizeGreaterThanOrEqualTo(4);
      for (int before = 0; before < messages.size(); before++) {
        assertThat(run(messages, before))
            .as("seed %d, interrupted before message %d", seed, before)
            .isEqualTo(expected);
        assertThat(state.split().position()).isEqualTo(end);
      }
    }
  }
}
