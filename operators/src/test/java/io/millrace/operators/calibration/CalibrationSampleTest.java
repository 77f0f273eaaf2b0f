package io.millrace.operators.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.operators.counting.Frames;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CalibrationSampleTest {
  /** The histogram of a sector whose pixel tells which it is. */
  private static PixelHistogram histogram(long frame, int module) {
    PixelHistogram histogram = new PixelHistogram();
    histogram.add(Frames.bytes((int) (frame * 2 + module)));
    return histogram;
  }

  private static void add(CalibrationSample sample, long frame, int... modules) {
    for (int module : modules) {
      sample.add(frame, module, histogram(frame, module));
    }
  }

  @Test
  void itIsReadyWhenTheVeryFirstFramesAreComplete() {
    CalibrationSample sample = new CalibrationSample(2, 2);
    add(sample, 1, 0, 1);
    add(sample, 2, 0, 1);
    assertThat(sample.isReady()).as("frame 0 may come through a slower lane").isFalse();
    assertThat(sample.completeFrames()).isEqualTo(2);
    add(sample, 0, 0);
    assertThat(sample.isReady()).isFalse();
    add(sample, 0, 0, 1, 1);
    assertThat(sample.isReady()).isTrue();
    PixelHistogram pixels = sample.histogram();
    assertThat(pixels.first()).isZero();
    assertThat(pixels.counts()).containsExactly(1, 1, 1, 1);
  }

  @Test
  void itDoesNotDependOnWhichLaneIsFaster() {
    for (int faster = 0; faster < 2; faster++) {
      CalibrationSample sample = new CalibrationSample(2, 4);
      for (long frame = faster; frame < 20; frame += 2) {
        add(sample, frame, 0, 1);
        assertThat(sample.isReady()).as("lane %d alone", faster).isFalse();
      }
      for (long frame = 1 - faster; !sample.isReady(); frame += 2) {
        add(sample, frame, 0, 1);
        assertThat(frame).as("lane %d faster", faster).isLessThan(4);
      }
      assertThat(sample.histogram().first()).isZero();
      assertThat(sample.histogram().counts()).hasSize(8);
    }
  }

  @Test
  void fewerFramesThanAskedCanBeUsed() {
    CalibrationSample sample = new CalibrationSample(2, 5);
    add(sample, 0, 0);
    add(sample, 1, 0, 1);
    assertThat(sample.isReady()).isFalse();
    assertThat(sample.completeFrames()).isEqualTo(1);
    assertThat(sample.heldFrames()).isEqualTo(2);
    assertThat(sample.histogram().first()).isEqualTo(2);
    assertThat(sample.histogram().pixels()).isEqualTo(2);
  }

  @Test
  void inAnyOrderItIsTheFirstCompleteFrames() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      List<long[]> arriving = new ArrayList<>();
      PixelHistogram expected = new PixelHistogram();
      int complete = 0;
      for (long frame = 0; frame < 30; frame++) {
        int mask = random.nextInt(4) == 0 ? random.nextInt(4) : 3;
        for (int module = 0; module < 2; module++) {
          if ((mask >>> module & 1) != 0) {
            arriving.add(new long[] {frame, module});
            if (mask == 3 && complete < 8) {
              expected.add(histogram(frame, module));
            }
          }
        }
        complete += mask == 3 ? 1 : 0;
      }
      Collections.shuffle(arriving, random);
      CalibrationSample sample = new CalibrationSample(2, 8);
      arriving.forEach(s -> add(sample, s[0], (int) s[1]));
      assertThat(sample.completeFrames()).as("seed %d", seed).isEqualTo(8);
      assertThat(sample.heldFrames()).as("seed %d", seed).isLessThan(30);
      PixelHistogram found = sample.histogram();
      assertThat(found.first()).as("seed %d", seed).isEqualTo(expected.first());
      assertThat(found.counts()).as("seed %d", seed).isEqualTo(expected.counts());
    }
  }

  @Test
  void noFramesCannotBeWanted() {
    assertThatThrownBy(() -> new CalibrationSample(4, 0)).hasMessageContaining("not 0");
  }
}
