package io.millrace.benchmarks.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.Calibration;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.IntList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.infra.Blackhole;

/** Each benchmark once, on a few frames; and that they count what they say. */
class BenchmarksTest {
  private static final int FRAMES = 2;
  private static final int ELECTRONS = 500;

  private static final Camera CAMERA = new Camera(DetectorDescription.load("4d-camera"));
  private static final byte[][][] EXPOSED = CAMERA.expose(FRAMES, ELECTRONS);

  static List<Case> keyCases() {
    return Case.all().stream().filter(Case::isKey).toList();
  }

  @ParameterizedTest
  @MethodSource("keyCases")
  void turnReadsAsManyFramesForTheKernelAsForTheLimit(Case c) {
    CountingBenchmark benchmark = new CountingBenchmark();
    benchmark.frames = FRAMES;
    benchmark.electrons = c.electrons();
    benchmark.kernel = c.kernel();
    benchmark.correction = c.correction();
    benchmark.centroids = c.centroids();
    benchmark.expose();
    CountingBenchmark.Turns turns = new CountingBenchmark.Turns();
    benchmark.turn(turns, sink());
    assertThat(turns.frames).isEqualTo(CountingBenchmark.TURN_FRAMES);
    assertThat(turns.limitNanos).isPositive();
    assertThat(turns.countNanos).isPositive();
  }

  @ParameterizedTest
  @EnumSource(Correction.class)
  void kernelsFindTheSameEvents(Correction correction) {
    List<Case> cases =
        Case.all().stream()
            .filter(c -> c.electrons() == ELECTRONS && c.correction() == correction)
            .toList();
    for (byte[][] sectors : EXPOSED) {
      IntList first = null;
      for (Case c : cases) {
        FrameCounter counter = c.kernel().counter(CAMERA, correction, c.centroids());
        int found = counter.count(sectors);
        IntList events = counter.events();
        assertThat(found).as("%s", c).isBetween(events.size(), events.size() + 20);
        // Two electrons that touch are one event or none; noise is hardly ever one.
        assertThat(events.size()).as("%s", c).isBetween(ELECTRONS * 9 / 10, ELECTRONS + 10);
        assertThat(events).as("%s", c).isEqualTo(first == null ? events : first);
        first = events;
      }
    }
  }

  /** 2 to 3 lit pixels an electron; otherwise the ratios would be those of other frames. */
  @Test
  void electronsAreAsWideAsTheyShouldBe() {
    double background = Correction.NONE.calibration().thresholds().background();
    int lit = 0;
    for (byte[][] sectors : EXPOSED) {
      for (byte[] sector : sectors) {
        for (int i = 0; i < sector.length; i += 2) {
          int value = sector[i] & 0xff | (sector[i + 1] & 0xff) << 8;
          lit += value > background ? 1 : 0;
        }
      }
    }
    assertThat((double) lit / (FRAMES * ELECTRONS)).isBetween(2.0, 3.0);
  }

  @Test
  void framesAreDistinctAndTheSameInEachRun() {
    byte[][][] again = new Camera(CAMERA.detector()).expose(FRAMES, ELECTRONS);
    assertThat(again).isDeepEqualTo(EXPOSED);
    assertThat(Arrays.deepEquals(again[0], again[1])).isFalse();
  }

  @Test
  void limitSumsAllBytes() {
    byte[] bytes = new byte[24];
    bytes[0] = 1;
    bytes[9] = 1;
    bytes[16] = 2;
    assertThat(CountingBenchmark.sum(bytes)).isEqualTo(1 + 256 + 2);
  }

  @Test
  void calibrationFindsTheNoise() throws Exception {
    CalibrationBenchmark benchmark = new CalibrationBenchmark();
    benchmark.frames = CalibrationBenchmark.SAMPLE_FRAMES;
    benchmark.electrons = ELECTRONS;
    benchmark.expose();
    Calibration found = benchmark.calibrate();
    assertThat(found.fit().sampledFrames()).isEqualTo(CalibrationBenchmark.SAMPLE_FRAMES);
    assertThat(found.level()).isBetween(Camera.LEVEL - 0.2, Camera.LEVEL + 0.2);
    assertThat(found.fit().optimizedStdDev()).isBetween(Camera.NOISE_SIGMA, 2.1);
  }

  private static Blackhole sink() {
    return new Blackhole(
        "Today's password is swordfish. I understand instantiating Blackholes directly is dangerous.");
  }
}
