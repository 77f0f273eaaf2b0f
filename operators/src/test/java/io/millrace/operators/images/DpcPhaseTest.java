package io.millrace.operators.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.millrace.detector.ScanGeometry;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DpcPhaseTest {
  private static final DpcPhase PLAIN = new DpcPhase(0, false);

  /** A phase of some waves, of which none is as short as two positions, and its exact slope. */
  private static final class Waves {
    final ScanGeometry geometry;
    final double[] phase;
    final double[] slopeX;
    final double[] slopeY;

    Waves(int rows, int columns, Random random) {
      geometry = ScanGeometry.withFlyback(columns, rows);
      phase = new double[geometry.positions()];
      slopeX = new double[geometry.positions()];
      slopeY = new double[geometry.positions()];
      for (int wave = 0; wave < 4; wave++) {
        int perWidth = wave(columns, random);
        int perHeight = wave(rows, random);
        if (perWidth == 0 && perHeight == 0) {
          continue; // A constant is nothing that a slope could tell.
        }
        double kx = 2 * Math.PI * perWidth / columns;
        double ky = 2 * Math.PI * perHeight / rows;
        double begin = random.nextDouble() * 2 * Math.PI;
        for (int y = 0; y < rows; y++) {
          for (int x = 0; x < columns; x++) {
            int p = geometry.position(x, y);
            phase[p] += Math.sin(kx * x + ky * y + begin);
            slopeX[p] += kx * Math.cos(kx * x + ky * y + begin);
            slopeY[p] += ky * Math.cos(kx * x + ky * y + begin);
          }
        }
      }
      for (int y = 0; y < rows; y++) {
        int flyback = geometry.position(columns, y);
        phase[flyback] = Double.NaN;
        slopeX[flyback] = 1e6;
        slopeY[flyback] = -1e6;
      }
    }

    private static int wave(int n, Random random) {
      int most = (n - 1) / 2;
      return random.nextInt(2 * most + 1) - most;
    }
  }

  @Test
  void aKnownPhaseIsFoundFromItsSlope() {
    int[][] sizes = {{8, 8}, {7, 9}, {12, 5}, {10, 16}, {1, 6}, {9, 1}, {33, 20}};
    for (long seed = 0; seed < 70; seed++) {
      int[] size = sizes[(int) seed % sizes.length];
      Waves waves = new Waves(size[0], size[1], new Random(seed));
      // A centre that is off the middle is no slope.
      double[] comX = Arrays.stream(waves.slopeX).map(v -> v + 288).toArray();
      double[] comY = Arrays.stream(waves.slopeY).map(v -> v + 290).toArray();
      assertThat(PLAIN.of(comX, comY, waves.geometry))
          .as("seed %d", seed)
          .containsExactly(waves.phase, within(1e-9));
    }
  }

  @Test
  void rotationAndFlipUndoWhatTheDetectorDid() {
    for (long seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      Waves waves = new Waves(9, 8, random);
      double degrees = 720 * random.nextDouble() - 360;
      boolean flip = random.nextBoolean();
      double cos = Math.cos(Math.toRadians(degrees));
      double sin = Math.sin(Math.toRadians(degrees));
      double[] comX = new double[waves.phase.length];
      double[] comY = new double[waves.phase.length];
      for (int p = 0; p < comX.length; p++) {
        comX[p] = cos * waves.slopeX[p] + sin * waves.slopeY[p];
        comY[p] = (flip ? -1 : 1) * (cos * waves.slopeY[p] - sin * waves.slopeX[p]);
      }
      assertThat(new DpcPhase(degrees, flip).of(comX, comY, waves.geometry))
          .as("seed %d", seed)
          .containsExactly(waves.phase, within(1e-9));
    }
  }

  /** A shift to the right, rotated by 90 degrees, is one downwards: the phase rises there. */
  @Test
  void theRotationIsClockwise() {
    ScanGeometry geometry = ScanGeometry.withFlyback(1, 4);
    double flyback = 0;
    double[] comX = {2, flyback, 0, flyback, -2, flyback, 0, flyback};
    double[] comY = new double[8];
    double most = 4 / Math.PI;
    double none = Double.NaN;
    double[] phase = new DpcPhase(90, false).of(comX, comY, geometry);
    assertThat(phase)
        .containsExactly(new double[] {0, none, most, none, 0, none, -most, none}, within(1e-12));
    assertThat(new DpcPhase(90, false).of(comY, comX, geometry))
        .as("a shift downwards has become one to the left")
        .containsExactly(new double[] {0, none, 0, none, 0, none, 0, none}, within(1e-12));
    assertThat(new DpcPhase(0, true).of(comY, comX, geometry))
        .as("flipped")
        .containsExactly(new double[] {0, none, -most, none, 0, none, most, none}, within(1e-12));
  }

  /** Any centre of mass, also one that is no slope, with shortest waves and gaps. */
  @Test
  void itIsItsFormula() {
    for (int rows = 1; rows <= 7; rows++) {
      for (int columns = 1; columns <= 7; columns++) {
        long seed = 10 * rows + columns;
        Random random = new Random(seed);
        ScanGeometry geometry = ScanGeometry.withFlyback(columns, rows);
        double[] comX = com(geometry, random);
        double[] comY = com(geometry, random);
        assertThat(PLAIN.of(comX, comY, geometry))
            .as("seed %d", seed)
            .containsExactly(formula(comX, comY, geometry), within(1e-11));
      }
    }
  }

  private static double[] com(ScanGeometry geometry, Random random) {
    return random
        .doubles(geometry.positions(), 280, 290)
        .map(v -> v > 289 ? Double.NaN : v)
        .toArray();
  }

  /** Re sum_k (kx F(cx) + ky F(cy)) / (2 pi i k^2) e^(2 pi i k x) / N, term by term. */
  private static double[] formula(double[] comX, double[] comY, ScanGeometry geometry) {
    int rows = geometry.height();
    int columns = geometry.width() - 1;
    double meanX = mean(comX, geometry);
    double meanY = mean(comY, geometry);
    double[] phase = new double[geometry.positions()];
    Arrays.fill(phase, Double.NaN);
    for (int p = 0; p < rows * columns; p++) {
      double sum = 0;
      for (int k = 1; k < rows * columns; k++) {
        double kx =
            (k % columns * 2 < columns ? k % columns : k % columns - columns) / (double) columns;
        double ky = (k / columns * 2 < rows ? k / columns : k / columns - rows) / (double) rows;
        for (int j = 0; j < rows * columns; j++) {
          int at = geometry.position(j % columns, j / columns);
          double cx = Double.isNaN(comX[at]) ? 0 : comX[at] - meanX;
          double cy = Double.isNaN(comY[at]) ? 0 : comY[at] - meanY;
          double angle =
              2 * Math.PI * (kx * (p % columns - j % columns) + ky * (p / columns - j / columns));
          // Re (e^(i angle) / i) is the sine.
          sum += (kx * cx + ky * cy) / (2 * Math.PI * (kx * kx + ky * ky)) * Math.sin(angle);
        }
      }
      phase[geometry.position(p % columns, p / columns)] = sum / (rows * columns);
    }
    return phase;
  }

  private static double mean(double[] com, ScanGeometry geometry) {
    double sum = 0;
    int n = 0;
    for (int p = 0; p < com.length; p++) {
      if (p % geometry.width() < geometry.width() - 1 && !Double.isNaN(com[p])) {
        sum += com[p];
        n++;
      }
    }
    return n == 0 ? 0 : sum / n;
  }

  @Test
  void withoutElectronsThereIsNoPhase() {
    double[] none = new double[6];
    Arrays.fill(none, Double.NaN);
    assertThat(PLAIN.of(none, none, new ScanGeometry(3, 2)))
        .containsExactly(0, 0, Double.NaN, 0, 0, Double.NaN);
    assertThat(PLAIN.of(none, none, new ScanGeometry(1, 6))).as("flyback only").isEqualTo(none);
  }

  @Test
  void aRotationIsANumber() {
    assertThatThrownBy(() -> new DpcPhase(Double.NaN, false)).hasMessageContaining("NaN degrees");
  }
}
