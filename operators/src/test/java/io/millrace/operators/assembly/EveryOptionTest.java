package io.millrace.operators.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.detector.Calibration;
import io.millrace.detector.Centroids;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorPlacement;
import io.millrace.detector.Thresholds;
import io.millrace.operators.counting.Corrections;
import io.millrace.operators.counting.Frames;
import io.millrace.operators.counting.Oracle;
import io.millrace.operators.counting.ReferenceCounter;
import io.millrace.operators.counting.RowDark;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * With dark, gain, bad pixels, row dark and all their combinations, counting sector by sector gives
 * the events of the assembled frame, and their centroids to the last bit.
 */
class EveryOptionTest {
  private int combinations;

  private static boolean hasWholeHalfRows(DetectorDescription detector) {
    int middle = detector.columns() / 2;
    for (SectorPlacement s : detector.sectors()) {
      boolean left = s.column() == 0 || s.column() == middle;
      boolean right = s.endColumn() == middle || s.endColumn() == detector.columns();
      if (!left || !right) {
        return false;
      }
    }
    return true;
  }

  private void holds(
      String as,
      byte[] frame,
      DetectorDescription detector,
      Corrections corrections,
      Calibration calibration,
      int mask) {
    // What is missing has no electrons, also where a negative dark would make some of zeros.
    List<Integer> missing = new ArrayList<>();
    for (int m = 0; m < detector.modules(); m++) {
      SectorPlacement s = detector.sector(m);
      for (int p = 0; (mask >>> m & 1) == 0 && p < s.pixels(); p++) {
        int row = s.row() + p / s.columns();
        missing.add(row * detector.columns() + s.column() + p % s.columns());
      }
    }
    Corrections present = corrections.masking(missing, detector.pixels());
    ReferenceCounter reference = new ReferenceCounter(detector.rows(), detector.columns(), present);
    int[] events = reference.count(frame, calibration).toArray();
    String which = "%s, mask %d, %s, %s".formatted(as, mask, calibration.thresholds(), detector);
    CountedFrame counted = new CountedFrame();
    for (boolean centroids : new boolean[] {true, false}) {
      new SeamResolver(detector, centroids)
          .resolve(
              Frames.count(frame, detector, corrections, calibration, centroids, mask), counted);
      assertThat(counted.events.toArray()).as(which).isEqualTo(events);
      assertThat(values(counted.centroids))
          .as(which)
          .isEqualTo(centroids ? values(reference.centroids(frame, calibration)) : new float[0]);
    }
    combinations++;
  }

  private static float[] values(Centroids centroids) {
    return Arrays.copyOf(centroids.array(), Centroids.FIELDS * centroids.size());
  }

  @Test
  void anyFrameAnyDetectorAnyCorrectionAnySectorMissing() {
    for (long seed = 0; seed < 6000; seed++) {
      Random random = new Random(seed);
      int rows = 1 + random.nextInt(40);
      int columns = (rows == 1 ? 2 : 1) + random.nextInt(40);
      List<DetectorDescription> detectors = Frames.detectors(rows, columns);
      DetectorDescription detector =
          Frames.shuffled(detectors.get(random.nextInt(detectors.size())), random);
      any(seed, random, detector, Frames.random(random, rows * columns));
    }
    assertThat(combinations).isGreaterThan(6000);
  }

  /** Sums that single precision rounds, and words that many blocks and half-rows share. */
  @Test
  void longRowsOfLargeValues() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      int rows = 4 * (1 + random.nextInt(2));
      int columns = 2 * (300 + random.nextInt(300));
      int[] values = new int[rows * columns];
      int floor = random.nextInt(0xff00);
      for (int p = 0; p < values.length; p++) {
        values[p] = floor + random.nextInt(random.nextInt(100) == 0 ? 0x10000 - floor : 64);
      }
      any(seed, random, Frames.grid(rows, columns, 4, 1), Frames.bytes(values));
    }
    assertThat(combinations).isGreaterThan(200);
  }

  private void any(long seed, Random random, DetectorDescription detector, byte[] frame) {
    int pixels = detector.pixels();
    Corrections corrections = Frames.corrections(random, pixels);
    if (corrections.rowDark() != null && !hasWholeHalfRows(detector)) {
      corrections = corrections.withoutRowDark();
    }
    Thresholds thresholds = Frames.thresholds(random);
    if (corrections.gain() != null && thresholds.background() < 0) {
      // Negative values are noise: see Discriminator.
      thresholds = new Thresholds(0, Math.max(1, thresholds.xray()));
    }
    List<Integer> hot = random.nextInt(3) == 0 ? List.of(random.nextInt(pixels)) : List.of();
    Calibration calibration =
        Calibration.given(1, thresholds, 100 * random.nextDouble()).masking(hot);
    for (int mask : new int[] {detector.completeMask(), random.nextInt(1 << detector.modules())}) {
      holds("seed " + seed, frame, detector, corrections, calibration, mask);
    }
  }

  @Test
  void wholeFramesOfTheProgramInUse() {
    Oracle.Stack stack = Oracle.frames("frames");
    int pixels = stack.rows() * stack.columns();
    int cases = 0;
    for (Map.Entry<String, JsonNode> named : Oracle.json("frames/cases.json").properties()) {
      JsonNode c = named.getValue();
      if (named.getKey().equals("dark_true_wrap_no_xray")) {
        continue; // It wraps where we saturate; see ReferenceCounterTest.
      }
      RowDark rowDark = c.get("use_mean").asBoolean() ? RowDark.MEAN : RowDark.MEDIAN;
      Corrections corrections =
          new Corrections(
              Oracle.map(c.get("dark"), pixels),
              Oracle.map(c.get("gain"), pixels),
              null,
              c.get("row_dark").asBoolean() ? rowDark : null);
      Oracle.Events expected = Oracle.events("frames/" + named.getKey() + ".ev.gz");
      Calibration calibration =
          Calibration.given(1, expected.thresholds(), c.get("optimized_mean").asDouble());
      for (int across = 1; across <= 2; across++) {
        DetectorDescription detector = Frames.grid(stack.rows(), stack.columns(), 4, across);
        CountedFrame counted = new CountedFrame();
        SeamResolver seams = new SeamResolver(detector, false);
        for (int f = 0; f < expected.frames().size(); f++) {
          seams.resolve(
              Frames.count(
                  stack.frames().get(f),
                  detector,
                  corrections,
                  calibration,
                  false,
                  detector.completeMask()),
              counted);
          assertThat(counted.events.toArray())
              .as("%s, frame %d in %s", named.getKey(), f, detector.name())
              .isEqualTo(expected.frames().get(f));
        }
      }
      cases++;
    }
    assertThat(cases).isPositive();
  }
}
