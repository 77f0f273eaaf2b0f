package io.millrace.operators.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FourierTransformTest {

  @Test
  void itIsItsDefinition() {
    for (int rows = 1; rows <= 9; rows++) {
      for (int columns = 1; columns <= 9; columns++) {
        long seed = 10 * rows + columns;
        Random random = new Random(seed);
        double[] re = random.doubles(rows * columns, -1, 1).toArray();
        double[] im = random.doubles(rows * columns, -1, 1).toArray();
        double[] transformedRe = re.clone();
        double[] transformedIm = im.clone();
        FourierTransform.forward(transformedRe, transformedIm, rows, columns);
        for (int k = 0; k < re.length; k++) {
          double sumRe = 0;
          double sumIm = 0;
          for (int j = 0; j < re.length; j++) {
            double turns =
                (double) (j / columns) * (k / columns) / rows
                    + (double) (j % columns) * (k % columns) / columns;
            double cos = Math.cos(-2 * Math.PI * turns);
            double sin = Math.sin(-2 * Math.PI * turns);
            sumRe += re[j] * cos - im[j] * sin;
            sumIm += re[j] * sin + im[j] * cos;
          }
          assertThat(transformedRe[k])
              .as("seed %d, term %d", seed, k)
              .isEqualTo(sumRe, within(1e-11));
          assertThat(transformedIm[k])
              .as("seed %d, term %d", seed, k)
              .isEqualTo(sumIm, within(1e-11));
        }
      }
    }
  }

  @Test
  void theInverseUndoesItAtAnySize() {
    int[][] sizes = {{1, 1}, {3, 1}, {64, 64}, {31, 97}, {100, 128}, {513, 7}, {1, 1000}};
    for (int[] size : sizes) {
      Random random = new Random(size[0]);
      double[] re = random.doubles(size[0] * size[1], -1, 1).toArray();
      double[] im = random.doubles(size[0] * size[1], -1, 1).toArray();
      double[] backRe = re.clone();
      double[] backIm = im.clone();
      FourierTransform.forward(backRe, backIm, size[0], size[1]);
      FourierTransform.inverse(backRe, backIm, size[0], size[1]);
      assertThat(backRe).as("%d x %d", size[0], size[1]).containsExactly(re, within(1e-11));
      assertThat(backIm).as("%d x %d", size[0], size[1]).containsExactly(im, within(1e-11));
    }
  }
}
