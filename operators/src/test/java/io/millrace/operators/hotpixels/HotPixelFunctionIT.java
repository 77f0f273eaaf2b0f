package io.millrace.operators.hotpixels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.coordination.PixelMasks;
import io.millrace.coordination.ZooKeeperNode;
import io.millrace.detector.Calibration;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.Drops;
import io.millrace.detector.HotPixelList;
import io.millrace.detector.HotPixelList.HotPixel;
import io.millrace.detector.IntList;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanRecord;
import io.millrace.detector.ScanReport;
import io.millrace.detector.ScanReport.EndedBy;
import io.millrace.detector.Thresholds;
import io.millrace.operators.calibration.CalibrationSettings;
import io.millrace.operators.calibration.ThresholdFit;
import io.millrace.operators.counting.Frames;
import io.millrace.operators.ledger.Counters;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.groups.OperatorMetricGroup;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HotPixelFunctionIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final DetectorDescription DETECTOR = Frames.grid(8, 8, 4, 1);

  @TempDir Path data;
  private ZooKeeperNode zookeeper;
  private Counters counters;
  private KeyedOneInputStreamOperatorTestHarness<Long, ScanRecord, ScanRecord> harness;

  @BeforeEach
  void start() throws Exception {
    zookeeper = ZooKeeperNode.start("127.0.0.1", 0, data);
    open(true);
  }

  @AfterEach
  void stop() throws Exception {
    harness.close();
    zookeeper.close();
  }

  private void open(boolean masking) throws Exception {
    Counters registered = new Counters();
    counters = registered;
    harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(new HotPixelFunction(DETECTOR, settings(masking))) {
              @Override
              public OperatorMetricGroup getMetricGroup() {
                return registered.group();
              }
            },
            ScanRecord::scan,
            Types.LONG);
    harness.open();
  }

  private CalibrationSettings settings(boolean maskHotPixels) {
    return new CalibrationSettings(
        new ThresholdFit(1, 4.5, 175),
        "127.0.0.1:" + zookeeper.port(),
        "session",
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        null,
        null,
        maskHotPixels,
        "uncounted",
        Duration.ofSeconds(15));
  }

  private PixelMasks masks() throws Exception {
    return settings(true)
        .connectMasks(harness.getOperator().getRuntimeContext().getJobInfo().getJobId().toString());
  }

  /** Frames in which these pixels fire. */
  private void send(long scan, int frames, int... pixels) throws Exception {
    CountedFrame frame = new CountedFrame(IntList.of(pixels));
    frame.scan = scan;
    for (int i = 0; i < frames; i++) {
      harness.processElement(frame, scan);
    }
  }

  /** Ends a scan in which some pixels were masked; returns what was found in it. */
  private HotPixelList end(long scan, Integer... masked) throws Exception {
    ScanReport report =
        new ScanReport(
            scan,
            new ScanGeometry(1, 1),
            1,
            1,
            0,
            0,
            new long[4],
            0,
            0,
            0,
            new Drops(),
            EndedBy.ANNOUNCED,
            Instant.EPOCH,
            Instant.EPOCH,
            Calibration.given(scan, new Thresholds(1, 2), null).masking(List.of(masked)));
    harness.processElement(report, scan);
    List<ScanRecord> out = harness.extractOutputValues();
    assertThat(out).last().isInstanceOf(ScanReport.class);
    return (HotPixelList) out.get(out.size() - 2);
  }

  private static List<Integer> pixels(HotPixelList list) {
    return list.pixels().stream().map(HotPixel::index).toList();
  }

  @Test
  void hotPixelsComeBetweenTheLastFrameAndTheReport() throws Exception {
    send(7, 30, 10);
    send(8, 100, 5);
    send(7, 90, 10, 60);
    assertThat(harness.extractOutputValues())
        .hasSize(220)
        .allMatch(record -> record instanceof CountedFrame);
    HotPixelList found = end(7);
    assertThat(found)
        .isEqualTo(new HotPixelList(7, List.of(new HotPixel(10, 1), new HotPixel(60, 0.75f))));
    assertThat(pixels(end(8))).as("a scan has its own").containsExactly(5);
    send(7, 100, 1);
    assertThat(pixels(end(7))).as("nothing is kept after the report").containsExactly(1);
  }

  @Test
  void whatIsFoundIsMaskedTogetherWithWhatWasMasked() throws Exception {
    try (PixelMasks masks = masks()) {
      send(7, 100, 10, 60);
      end(7);
      await().atMost(TIMEOUT).until(() -> masks.latest().equals(List.of(10, 60)));
      // Masked pixels do not fire any more.
      send(8, 100, 30);
      end(8, 10, 60);
      await().atMost(TIMEOUT).until(() -> masks.latest().equals(List.of(10, 30, 60)));
      // This scan was calibrated before; it must not unmask what others found.
      send(9, 100, 10, 40);
      end(9, 10);
      await().atMost(TIMEOUT).until(() -> masks.latest().equals(List.of(10, 30, 40, 60)));
    }
  }

  @Test
  void aMaskThatCannotBeSharedDoesNotCostTheScan() throws Exception {
    zookeeper.close();
    send(7, 100, 10);
    assertThat(pixels(end(7))).containsExactly(10);
    send(8, 100, 30);
    assertThat(pixels(end(8))).containsExactly(30);
  }

  @Test
  void theSearchIsOnWhileTheScanRunsAndCountsAPixelOnce() throws Exception {
    harness.close();
    zookeeper.close(); // Without masking nobody asks for it.
    open(false);
    send(7, 999, 10);
    assertThat(counters.get("hotPixels")).isZero();
    send(7, 1, 10);
    assertThat(counters.get("hotPixels")).isEqualTo(1);
    send(7, 999, 10, 60);
    assertThat(counters.get("hotPixels")).isEqualTo(1);
    send(7, 1, 10, 60);
    assertThat(counters.get("hotPixels")).isEqualTo(2);
    send(7, 100, 30);
    assertThat(pixels(end(7))).containsExactly(10, 30, 60);
    assertThat(counters.get("hotPixels")).isEqualTo(3);
  }
}
