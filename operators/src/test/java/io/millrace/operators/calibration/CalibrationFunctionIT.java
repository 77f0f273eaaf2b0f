package io.millrace.operators.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.millrace.coordination.Calibrations;
import io.millrace.coordination.PixelMasks;
import io.millrace.coordination.ZooKeeperNode;
import io.millrace.detector.Calibration;
import io.millrace.detector.CalibrationFailure;
import io.millrace.detector.CalibrationOutcome;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SampleHistogram;
import io.millrace.detector.ScanNotice;
import io.millrace.detector.Thresholds;
import io.millrace.operators.counting.Frames;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class CalibrationFunctionIT {
  private static final DetectorDescription DETECTOR = Frames.grid(8, 4, 2, 1);
  private static final long QUIET = 1_000;
  private static final long TIMEOUT = 30_000;

  @TempDir static Path data;
  private static ZooKeeperNode zookeeper;

  private Calibrations counter;
  private KeyedOneInputStreamOperatorTestHarness<Long, SectorHistogram, ScanNotice> calibration;

  @BeforeAll
  static void startZooKeeper() throws IOException {
    zookeeper = ZooKeeperNode.start("127.0.0.1", 0, data);
  }

  @AfterAll
  static void stopZooKeeper() {
    zookeeper.close();
  }

  @BeforeEach
  void open(TestInfo test) throws Exception {
    CalibrationSettings settings = settings(test.getTestMethod().orElseThrow().getName());
    calibration = harness(settings);
    calibration.open();
    counter = settings.connect(job());
  }

  @AfterEach
  void close() throws Exception {
    calibration.close();
    counter.close();
  }

  private static CalibrationSettings settings(String session) {
    return settings(session, null, null, false);
  }

  private static CalibrationSettings settings(
      String session, Thresholds given, Double level, boolean maskHotPixels) {
    return new CalibrationSettings(
        new ThresholdFit(3, 4.5, 10),
        "127.0.0.1:" + zookeeper.port(),
        session,
        Duration.ofMillis(QUIET),
        Duration.ofMillis(TIMEOUT),
        given,
        level,
        maskHotPixels,
        "uncounted",
        Duration.ofSeconds(15));
  }

  private static KeyedOneInputStreamOperatorTestHarness<Long, SectorHistogram, ScanNotice> harness(
      CalibrationSettings settings) throws Exception {
    KeyedOneInputStreamOperatorTestHarness<Long, SectorHistogram, ScanNotice> harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(new CalibrationFunction(DETECTOR, settings)),
            SectorHistogram::scan,
            Types.LONG);
    harness.setup(Types.GENERIC(ScanNotice.class).createSerializer(new SerializerConfigImpl()));
    return harness;
  }

  /** Noise around a mean in ADU, with a standard deviation of 2. */
  private static PixelHistogram noise(int mean) {
    long[] counts = new long[21];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = Math.round(1e6 * Math.exp(-(i - 10) * (i - 10) / 8.0));
    }
    return new PixelHistogram(mean - 10, counts);
  }

  private void send(long scan, long frame, int module, int mean) throws Exception {
    calibration.processElement(new SectorHistogram(scan, frame, module, noise(mean)), scan);
  }

  /** Both sectors of a frame. */
  private void sendFrame(long scan, long frame, int mean) throws Exception {
    send(scan, frame, 1, mean);
    send(scan, frame, 0, mean);
  }

  private CalibrationOutcome awaitOutcome(long scan) {
    return await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> counter.find(scan), Optional::isPresent)
        .orElseThrow();
  }

  private Calibration awaitPublished(long scan) {
    return (Calibration) awaitOutcome(scan);
  }

  @Test
  void publishedWhenTheSampleIsComplete() throws Exception {
    send(7, 2, 1, 20);
    sendFrame(7, 0, 20);
    sendFrame(7, 1, 20);
    send(7, 2, 0, 20);
    Calibration published = awaitPublished(7);
    assertThat(published.scan()).isEqualTo(7);
    assertThat(published.fit().requestedFrames()).isEqualTo(3);
    assertThat(published.fit().sampledFrames()).as("not sooner").isEqualTo(3);
    assertThat(published.fit().optimizedMean()).isCloseTo(20, within(0.01));
    assertThat(published.fit().optimizedStdDev()).isCloseTo(2, within(0.01));
    assertThat(published.thresholds().background()).isCloseTo(20 + 4.5 * 2, within(0.05));
    assertThat(published.thresholds().xray()).isCloseTo(20 + 10 * 2, within(0.05));
  }

  @Test
  void theHistogramThatWasFittedGoesOn() throws Exception {
    for (int frame = 0; frame < 3; frame++) {
      sendFrame(7, frame, 20);
    }
    long[] sum = Arrays.stream(noise(20).counts()).map(n -> 6 * n).toArray();
    assertThat(calibration.extractOutputValues())
        .usingRecursiveFieldByFieldElementComparator()
        .containsExactly(new SampleHistogram(7, 10, sum));
    assertThat(awaitPublished(7).fit().pixels()).isEqualTo(Arrays.stream(sum).sum());
  }

  @Test
  void aScanThatCannotBeCalibratedStopsNoOther() throws Exception {
    PixelHistogram dark = new PixelHistogram(0, new long[] {1000});
    for (int frame = 0; frame < 3; frame++) {
      for (int module = 0; module < 2; module++) {
        calibration.processElement(new SectorHistogram(7, frame, module, dark), 7);
      }
      sendFrame(8, frame, 20);
    }
    assertThat(awaitOutcome(7))
        .isInstanceOfSatisfying(
            CalibrationFailure.class,
            failure ->
                assertThat(failure.reason())
                    .contains("all pixels have the same value", "is the dark too high")
                    .contains("3 of 3 frames, 6,000 pixels"));
    assertThat(awaitPublished(8).fit().mean()).isCloseTo(20, within(0.01));
    assertThat(calibration.extractOutputValues())
        .hasSize(2)
        .first()
        .isEqualTo(counter.find(7).orElseThrow());
    passTime(10 * TIMEOUT);
    assertThat(calibration.extractOutputValues()).as("only once").hasSize(2);
  }

  @Test
  void laterHistogramsAreIgnored() throws Exception {
    for (int frame = 0; frame < 3; frame++) {
      sendFrame(7, frame, 20);
    }
    Calibration published = awaitPublished(7);
    for (int frame = 3; frame < 9; frame++) {
      sendFrame(7, frame, 500);
    }
    send(7, 9, 0, 500);
    // An open sample would be published at quiet, or fail at the time-out.
    passTime(QUIET);
    passTime(10 * TIMEOUT);
    assertThat(calibration.numProcessingTimeTimers()).isZero();
    assertThat(counter.publish(Calibration.given(7, new Thresholds(1, 2), null)))
        .isEqualTo(published);
    assertThat(calibration.extractOutputValues()).as("the histogram").hasSize(1);
  }

  @Test
  void fewerFramesWillDoAfterQuiet() throws Exception {
    sendFrame(7, 0, 20);
    send(7, 1, 0, 900);
    passTime(QUIET - 1);
    sendFrame(7, 2, 20);
    passTime(2 * QUIET - 2);
    sendFrame(8, 0, 20);
    passTime(2 * QUIET - 1);
    Calibration published = awaitPublished(7);
    assertThat(published.fit().sampledFrames()).as("not sooner").isEqualTo(2);
    assertThat(published.fit().max()).as("of complete frames").isEqualTo(30);
  }

  @Test
  void withoutACompleteFrameTheScanFailsAtTheTimeout() throws Exception {
    for (int frame = 0; frame < 5; frame++) {
      send(7, frame, 1, 20);
    }
    passTime(TIMEOUT - 1);
    assertThat(calibration.extractOutputValues()).isEmpty();
    passTime(TIMEOUT);
    assertThat(awaitOutcome(7))
        .isEqualTo(
            new CalibrationFailure(
                7,
                "within 30 s none of its first 5 frames got all 2 sectors. Is a module silent?"
                    + " Or give the thresholds"));
    assertThat(calibration.extractOutputValues()).containsExactly(awaitOutcome(7));
  }

  @Test
  void atTheTimeoutTheFramesThatAreCompleteWillDo() throws Exception {
    // Frame 0 never gets its second sector, and slow senders are never quiet.
    send(7, 0, 1, 900);
    long frame = 1;
    for (long now = 0; now < TIMEOUT; now += QUIET / 2) {
      passTime(now);
      sendFrame(7, frame++, 20);
    }
    passTime(TIMEOUT + QUIET);
    assertThat(awaitPublished(7).fit().sampledFrames()).isEqualTo(3);
  }

  @Test
  void scansHaveSamplesOfTheirOwn() throws Exception {
    for (int frame = 0; frame < 3; frame++) {
      sendFrame(7, frame, 20);
      sendFrame(8, frame, 100);
    }
    assertThat(awaitPublished(7).fit().mean()).isCloseTo(20, within(0.01));
    assertThat(awaitPublished(8).fit().mean()).isCloseTo(100, within(0.01));
  }

  @Test
  void whatWasPublishedBeforeHolds() throws Exception {
    Calibration before = Calibration.given(7, new Thresholds(1, 2), null);
    counter.publish(before);
    for (int frame = 0; frame < 3; frame++) {
      sendFrame(7, frame, 20);
    }
    assertThat(awaitPublished(7)).isEqualTo(before);
    assertThat(calibration.extractOutputValues()).as("another fit's histogram").isEmpty();
  }

  @Test
  void aFailureThatWasPublishedBeforeHolds() throws Exception {
    CalibrationFailure before = new CalibrationFailure(7, "no pixels");
    counter.publish(before);
    for (int frame = 0; frame < 3; frame++) {
      sendFrame(7, frame, 20);
    }
    assertThat(awaitOutcome(7)).isEqualTo(before);
    assertThat(calibration.extractOutputValues()).containsExactly(before);
  }

  @Test
  void theHotPixelsThatAreKnownByThenAreMasked() throws Exception {
    use(settings("masked", null, null, true));
    try (PixelMasks masks = settings("masked", null, null, true).connectMasks(job())) {
      for (int frame = 0; frame < 3; frame++) {
        sendFrame(7, frame, 20);
      }
      assertThat(awaitPublished(7).maskedPixels()).isEmpty();
      masks.publish(7, List.of(3, 17));
      AtomicLong scan = new AtomicLong(7);
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () -> {
                scan.incrementAndGet();
                for (int frame = 0; frame < 3; frame++) {
                  sendFrame(scan.get(), frame, 20);
                }
                assertThat(awaitPublished(scan.get()).maskedPixels()).containsExactly(3, 17);
              });
      assertThat(awaitPublished(scan.get()).fit()).isEqualTo(awaitPublished(7).fit());
      assertThat(awaitPublished(7).maskedPixels()).as("what is published holds").isEmpty();
    }
  }

  @Test
  void givenThresholdsArePublishedAsSoonAsAScanBegins() throws Exception {
    Thresholds given = new Thresholds(28.5, 435);
    use(settings("given", given, 20.5, true));
    send(7, 40, 1, 20);
    assertThat(awaitPublished(7)).isEqualTo(Calibration.given(7, given, 20.5));
    send(7, 41, 1, 20);
    assertThat(calibration.numProcessingTimeTimers()).isZero();
  }

  /** ZooKeeper would fill up in a session that runs for ever. */
  @Test
  void scansOfLongAgoAreForgotten() throws Exception {
    use(settings("forgets", new Thresholds(28.5, 435), 20.5, false));
    int more = 3;
    int last = CalibrationFunction.REMEMBERED_SCANS + more - 1;
    for (int scan = 0; scan <= last; scan++) {
      send(scan, 0, 0, 20);
    }
    awaitPublished(last);
    for (long scan = 0; scan < more; scan++) {
      long gone = scan;
      await().atMost(Duration.ofSeconds(20)).until(() -> counter.find(gone).isEmpty());
    }
    for (int scan = more; scan <= last; scan++) {
      assertThat(counter.find(scan)).as("scan %d", scan).isPresent();
    }
  }

  private void use(CalibrationSettings settings) throws Exception {
    close();
    calibration = harness(settings);
    calibration.open();
    counter = settings.connect(job());
  }

  private String job() {
    return calibration.getOperator().getRuntimeContext().getJobInfo().getJobId().toString();
  }

  @Test
  void itClosesWithoutHavingOpened() throws Exception {
    calibration.close();
    calibration = harness(settings("no name"));
    assertThatThrownBy(calibration::open).hasMessageContaining("no name");
    assertThatCode(calibration.getOperator()::close).doesNotThrowAnyException();
  }

  /** Lets time pass for a task that listens: in steps that are shorter than its patience. */
  private void passTime(long until) throws Exception {
    for (long now = calibration.getProcessingTime(); now < until; ) {
      now = Math.min(until, now + 100);
      calibration.setProcessingTime(now);
    }
  }
}
