package io.millrace.operators.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.Calibration;
import io.millrace.detector.Centroids;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.CountedSector;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.ScanKey;
import io.millrace.detector.ScanNotice;
import io.millrace.detector.SectorDrop;
import io.millrace.detector.Thresholds;
import io.millrace.operators.counting.Corrections;
import io.millrace.operators.counting.Frames;
import io.millrace.operators.counting.ReferenceCounter;
import io.millrace.operators.ledger.Counters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.metrics.groups.OperatorMetricGroup;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AssemblyFunctionTest {
  private static final DetectorDescription QUARTERS = Frames.grid(8, 4, 4, 1);
  private static final long TIMEOUT = 5_000;
  private static final long U32 = 0xffff_ffffL;

  private Counters counters;
  private KeyedOneInputStreamOperatorTestHarness<Tuple2<Long, Integer>, CountedSector, CountedFrame>
      assembly;

  @BeforeEach
  void open() throws Exception {
    open(QUARTERS, false);
  }

  @AfterEach
  void close() throws Exception {
    assembly.close();
  }

  private void open(DetectorDescription detector, boolean centroids) throws Exception {
    Counters registered = new Counters();
    counters = registered;
    AssemblyFunction function =
        new AssemblyFunction(detector, Duration.ofMillis(TIMEOUT), centroids);
    assembly =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(function) {
              @Override
              public OperatorMetricGroup getMetricGroup() {
                return registered.group();
              }
            },
            AssemblyFunction.key(),
            AssemblyFunction.KEY);
    assembly.setup(Types.GENERIC(CountedFrame.class).createSerializer(new SerializerConfigImpl()));
    assembly.open();
  }

  /** A sector without events, of a scan of 5 x 5 positions. */
  private static CountedSector sector(long scan, long frame, int module) {
    CountedSector sector = new CountedSector();
    sector.header.set(scan, frame, 5, 5, 1, 2, 0, module);
    return sector;
  }

  private void send(long scan, long frame, int... modules) throws Exception {
    for (int module : modules) {
      assembly.processElement(sector(scan, frame, module), scan);
    }
  }

  private List<CountedFrame> frames() {
    return assembly.extractOutputValues();
  }

  private List<String> masks() {
    return frames().stream()
        .map(f -> "%d/%d %s".formatted(f.scan, f.frame, Integer.toBinaryString(f.mask)))
        .toList();
  }

  private List<ScanNotice> drops() {
    Queue<StreamRecord<ScanNotice>> side = assembly.getSideOutput(AssemblyFunction.DROPS);
    return side == null ? List.of() : side.stream().map(StreamRecord::getValue).toList();
  }

  @Test
  void anyInterleavingGivesTheFramesOfTheDefinition() throws Exception {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      int rows = 2 + random.nextInt(14);
      int columns = 2 + random.nextInt(14);
      List<DetectorDescription> all = Frames.detectors(rows, columns);
      DetectorDescription detector = Frames.shuffled(all.get(random.nextInt(all.size())), random);
      Thresholds thresholds = Frames.thresholds(random);
      ReferenceCounter reference = new ReferenceCounter(rows, columns, Corrections.NONE);
      Map<Long, int[]> expected = new HashMap<>();
      List<CountedSector> sectors = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        long number = random.nextInt(200);
        byte[] pixels = Frames.random(random, rows * columns);
        if (!expected.containsKey(number)) {
          expected.put(number, reference.count(pixels, thresholds).toArray());
          for (CountedSector sector :
              Frames.count(pixels, detector, thresholds, detector.completeMask())) {
            int position = (int) number;
            sector.header.set(
                3, number, 20, 10, position % 20, position / 20, 1, sector.header.module);
            sectors.add(sector);
          }
        }
      }
      Collections.shuffle(sectors, random);

      close();
      open(detector, false);
      for (CountedSector sector : sectors) {
        assembly.processElement(sector, 3);
      }
      assertThat(frames())
          .as("seed %d", seed)
          .extracting(frame -> frame.frame)
          .containsExactlyInAnyOrderElementsOf(expected.keySet());
      for (CountedFrame frame : frames()) {
        String as = "seed %d, frame %d, %s".formatted(seed, frame.frame, detector);
        assertThat(frame.events.toArray()).as(as).containsExactly(expected.get(frame.frame));
        assertThat(frame.mask).as(as).isEqualTo(detector.completeMask());
        assertThat(frame.scan).as(as).isEqualTo(3);
        assertThat(frame.position()).as(as).isEqualTo((int) frame.frame);
        assertThat(frame.width).as(as).isEqualTo(20);
        assertThat(frame.height).as(as).isEqualTo(10);
      }
      assembly.processWatermark(3);
      assertThat(frames()).as("seed %d, after the end", seed).hasSize(expected.size());
      assertThat(drops()).as("seed %d", seed).isEmpty();
    }
  }

  @Test
  void eventsLeaveWithTheirCentroids() throws Exception {
    close();
    open(QUARTERS, true);
    Random random = new Random(1);
    byte[] pixels = Frames.random(random, QUARTERS.pixels());
    Calibration calibration = Calibration.given(1, new Thresholds(28.5, 435), null);
    for (CountedSector sector :
        Frames.count(pixels, QUARTERS, Corrections.NONE, calibration, true, 0b1111)) {
      assembly.processElement(sector, 1);
    }
    Centroids expected =
        new ReferenceCounter(QUARTERS.rows(), QUARTERS.columns(), Corrections.NONE)
            .centroids(pixels, calibration);
    assertThat(expected.size()).isPositive();
    assertThat(frames()).hasSize(1);
    Centroids centroids = frames().get(0).centroids;
    assertThat(centroids.size()).isEqualTo(frames().get(0).events.size());
    assertThat(centroids.array()).startsWith(Arrays.copyOf(expected.array(), 3 * expected.size()));
  }

  @Test
  void aFrameLeavesWithItsLastSector() throws Exception {
    send(7, 3, 2, 0, 3);
    assertThat(frames()).isEmpty();
    send(7, 3, 1);
    assertThat(masks()).containsExactly("7/3 1111");
  }

  @Test
  void incompleteFramesLeaveWhenTheScanHasEnded() throws Exception {
    send(7, 3, 0, 3);
    send(7, 1, 2);
    send(7, 2, 0, 1, 2, 3);
    send(7, 100, 1, 2, 3);
    assembly.processWatermark(6);
    assertThat(masks()).containsExactly("7/2 1111");
    assembly.processWatermark(7);
    assertThat(masks()).containsExactlyInAnyOrder("7/2 1111", "7/1 100", "7/3 1001", "7/100 1110");
    assertThat(counters.get("framesTimedOut")).isZero();
    passTime(10 * TIMEOUT);
    assembly.processWatermark(8);
    assertThat(frames()).hasSize(4);
  }

  @Test
  void incompleteFramesLeaveAfterSilence() throws Exception {
    passTime(1_000);
    send(7, 3, 0, 3);
    send(7, 70, 0);
    passTime(1_000 + TIMEOUT - 1);
    assertThat(frames()).isEmpty();
    passTime(1_000 + TIMEOUT);
    assertThat(masks()).containsExactlyInAnyOrder("7/3 1001", "7/70 1");
    assertThat(counters.get("framesTimedOut")).isEqualTo(2);
    passTime(10 * TIMEOUT);
    assembly.processWatermark(7);
    assertThat(frames()).hasSize(2);
  }

  @Test
  void aBlockThatGetsSectorsIsNotSilent() throws Exception {
    send(7, 3, 0);
    long now = 0;
    for (int other = 4; other < 10; other++) {
      now += TIMEOUT - 1;
      passTime(now);
      send(7, other, 0, 1, 2, 3);
      assertThat(frames()).as("after %d ms", now).hasSize(other - 3);
    }
    passTime(now + TIMEOUT - 1);
    assertThat(masks()).doesNotContain("7/3 1");
    passTime(now + TIMEOUT);
    assertThat(masks()).hasSize(7).last().isEqualTo("7/3 1");
  }

  @Test
  void nothingIsConcludedFromATimerThatABusyTaskMissed() throws Exception {
    send(7, 3, 0, 3);
    assembly.setProcessingTime(3 * TIMEOUT); // the ledger held this task up
    assertThat(frames()).as("what waits in the input has not been read").isEmpty();
    send(7, 3, 1, 2);
    assertThat(masks()).containsExactly("7/3 1111");
    send(7, 4, 0);
    passTime(3 * TIMEOUT + TIMEOUT);
    assertThat(masks()).containsExactly("7/3 1111", "7/4 1");
  }

  @Test
  void silenceIsAwaitedAgainForFramesThatComeLater() throws Exception {
    send(7, 3, 0);
    passTime(TIMEOUT);
    passTime(3 * TIMEOUT);
    send(7, 4, 0, 1);
    passTime(4 * TIMEOUT - 1);
    assertThat(masks()).containsExactly("7/3 1");
    passTime(4 * TIMEOUT);
    assertThat(masks()).containsExactly("7/3 1", "7/4 11");
  }

  @Test
  void aSectorOfAFrameThatHasLeftIsLateOrADuplicate() throws Exception {
    send(7, 3, 0, 3);
    passTime(TIMEOUT);
    send(7, 3, 1);
    assertThat(drops()).containsExactly(new SectorDrop(7, DropReason.LATE));
    send(7, 3, 3);
    send(7, 4, 0, 1, 2, 3, 2);
    send(7, 5, 1, 1);
    assertThat(drops().subList(1, 4))
        .containsOnly(new SectorDrop(7, DropReason.DUPLICATE))
        .hasSize(3);
    assertThat(counters.get("late")).isEqualTo(1);
    assertThat(counters.get("duplicate")).isEqualTo(3);
    assertThat(masks()).containsExactly("7/3 1001", "7/4 1111");
  }

  @Test
  void aSectorThatContradictsIsDropped() throws Exception {
    send(7, 3, 0);
    CountedSector elsewhere = sector(7, 3, 1);
    elsewhere.header.x++;
    assembly.processElement(elsewhere, 7);
    CountedSector larger = sector(7, 4, 1);
    larger.header.height++;
    assembly.processElement(larger, 7);
    assertThat(drops())
        .containsExactly(
            new SectorDrop(7, DropReason.INCONSISTENT_POSITION),
            new SectorDrop(7, DropReason.INCONSISTENT_SCAN_SIZE));
    assertThat(counters.get("inconsistent-position")).isEqualTo(1);
    assertThat(counters.get("inconsistent-scan-size")).isEqualTo(1);
    send(7, 3, 1, 2, 3);
    assertThat(masks()).containsExactly("7/3 1111");
  }

  @Test
  void nothingIsKeptOfAScanThatHasEnded() throws Exception {
    send(7, 3, 0, 1, 2, 3);
    send(7, 200, 0, 1);
    send(8, 3, 0);
    int all = assembly.numKeyedStateEntries();
    assembly.processWatermark(7);
    assertThat(assembly.numKeyedStateEntries()).as("of scan 8").isEqualTo(all / 3);
    assembly.processWatermark(8);
    assertThat(assembly.numKeyedStateEntries()).isZero();
    passTime(TIMEOUT);
    assertThat(assembly.numKeyedStateEntries()).isZero();
    assertThat(assembly.numProcessingTimeTimers()).isZero();
    assertThat(assembly.numEventTimeTimers()).isZero();
  }

  @Test
  void scansWithTheSameFrameNumbersDoNotMix() throws Exception {
    send(7, 3, 0, 1);
    send(8, 3, 2, 3);
    assertThat(frames()).isEmpty();
    send(8, 3, 0);
    assembly.processWatermark(7);
    assertThat(masks()).containsExactly("7/3 11");
    send(8, 3, 1);
    assertThat(masks()).containsExactly("7/3 11", "8/3 1111");
    assertThat(drops()).isEmpty();
  }

  @Test
  void eachBlockOfEachScanHasAKeyOfItsOwn() throws Exception {
    long[] scans = {
      0, 1, 2, 63, 64, 1L << 31, (1L << 31) - 1, U32 - 1, U32, ScanKey.of(1, 0), ScanKey.of(64, 2)
    };
    long[] blocks = {0, 1, 2, 63, 64, 1L << 25, (1L << 25) - 1, U32 / 64 - 1, U32 / 64};
    Map<Tuple2<Long, Integer>, String> keys = new HashMap<>();
    for (long scan : scans) {
      for (long block : blocks) {
        Tuple2<Long, Integer> key = AssemblyFunction.key().getKey(sector(scan, block * 64, 0));
        assertThat(AssemblyFunction.key().getKey(sector(scan, block * 64 + 63, 1))).isEqualTo(key);
        assertThat(keys.put(key, "scan %d, block %d".formatted(scan, block)))
            .as("the other with key %s of scan %d, block %d", key, scan, block)
            .isNull();
      }
    }
  }

  @Test
  void theLargestNumbersAreNumbersLikeOthers() throws Exception {
    send(U32, U32, 0, 1, 2, 3);
    send(U32, U32 - 1, 0, 1);
    send(U32 - 1, U32, 3);
    assembly.processWatermark(U32 - 1);
    assembly.processWatermark(U32);
    assertThat(masks())
        .containsExactly(
            "%d/%d 1111".formatted(U32, U32),
            "%d/%d 1000".formatted(U32 - 1, U32),
            "%d/%d 11".formatted(U32, U32 - 1));
    assertThat(assembly.numKeyedStateEntries()).isZero();
  }

  /** Lets time pass for a task that listens: in steps that are shorter than its patience. */
  private void passTime(long until) throws Exception {
    for (long now = assembly.getProcessingTime(); now < until; ) {
      now = Math.min(until, now + 100);
      assembly.setProcessingTime(now);
    }
  }
}
