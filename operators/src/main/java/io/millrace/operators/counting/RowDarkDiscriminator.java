package io.millrace.operators.counting;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorPlacement;
import io.millrace.detector.Thresholds;
import java.util.Arrays;

/**
 * A row dark, with a dark, a gain map and bad pixels or without. Each sector's half-rows are
 * measured first; then the value is {@code (raw - dark) * ratio * gain}, with the truncations of
 * {@link Corrections}.
 *
 * <p>The background becomes a raw value for each half-row and, with a dark, each pixel. With a gain
 * map it is that of the half-row's largest gain, so that pixels of smaller gain are looked at in
 * vain; that is what makes this combination slower.
 */
final class RowDarkDiscriminator extends Discriminator {
  /** Sums of whole numbers are exact in single precision up to here, in any order. */
  private static final long EXACT_SUM = 1 << 24;

  private static final long EVEN_LANES = 0x0000_ffff_0000_ffffL;

  private final SectorCorrections sector;

  /** ADU, infinite for a bad pixel; null for none. */
  private final float[] dark;

  /** Null for none. */
  private final float[] gain;

  private final RowDark statistic;
  private final float level;
  private final double background;
  private final long lowestInteger;
  private final SectorPlacement placement;

  private final int columns;
  private final long rowsPerPixel;

  /** Columns of the sector that lie in the left half of the frame. */
  private final int leftColumns;

  /** Largest gain of each half-row; 1 without a gain map. */
  private final float[] largestGain;

  /** By word: what the dark is above {@link #smallestDark}, as whole numbers in four lanes. */
  private final long[] darkLanes;

  private final int smallestDark;
  private final int largestDark;

  /** By row and half: {@code level / stat} of the sector at hand. */
  private final float[] ratios;

  private final long[] biases;
  private final int[] high = new int[256];
  private final int[] low = new int[256];

  /**
   * @param level of the noise, ADU
   * @throws IllegalArgumentException if the sector has a part of a half-row only
   */
  RowDarkDiscriminator(
      Thresholds thresholds,
      SectorCorrections sector,
      DetectorDescription detector,
      RowDark statistic,
      double level) {
    super(thresholds);
    this.sector = sector;
    this.statistic = statistic;
    this.level = (float) level;
    this.background = Math.max(0, thresholds.background());
    this.lowestInteger = lowestInteger(thresholds);
    this.placement = sector.placement();
    gain = sector.gain();
    dark = darkOf(sector);
    columns = placement.columns();
    rowsPerPixel = Pixels.rowsPerPixel(columns);
    leftColumns = wholeHalves(placement, detector);
    ratios = new float[2 * placement.rows()];
    biases = new long[words(placement.pixels())];
    largestGain = new float[ratios.length];
    Arrays.fill(largestGain, sector.gain() == null ? 1 : 0);
    int smallest = 0;
    int largest = 0;
    for (int p = 0; p < sector.pixels(); p++) {
      if (sector.dark() != null && !sector.isBad(p)) {
        int floor = (int) Math.floor(sector.dark()[p]);
        smallest = Math.min(smallest, floor);
        largest = Math.max(largest, floor);
      }
      if (sector.gain() != null && !sector.isBad(p)) {
        int half = half(p);
        largestGain[half] = Math.max(largestGain[half], sector.gain()[p]);
      }
    }
    smallestDark = smallest;
    largestDark = largest;
    darkLanes =
        sector.dark() == null || largest - smallest > NEVER ? null : new long[biases.length];
    for (int p = 0; darkLanes != null && p < sector.pixels(); p++) {
      int floor = sector.isBad(p) ? smallest : (int) Math.floor(sector.dark()[p]);
      setLane(darkLanes, p, floor - smallest);
    }
  }

  /** The sector's columns in the left half. */
  private static int wholeHalves(SectorPlacement s, DetectorDescription detector) {
    int middle = detector.columns() / 2;
    int left = Math.max(0, Math.min(s.endColumn(), middle) - s.column());
    int right = s.columns() - left;
    if ((left > 0 && left < middle) || (right > 0 && right < detector.columns() - middle)) {
      throw new IllegalArgumentException(
          ("a row dark needs the pixels of a whole half-row together, but detector %s is cut into"
                  + " sectors of %d of its %d columns; count without a row dark")
              .formatted(detector.name(), s.columns(), detector.columns()));
    }
    return left;
  }

  private static float[] darkOf(SectorCorrections sector) {
    if (sector.badPixels() == null) {
      return sector.dark();
    }
    float[] dark = sector.dark() == null ? new float[sector.pixels()] : sector.dark().clone();
    for (int p = 0; p < dark.length; p++) {
      dark[p] = sector.isBad(p) ? Float.POSITIVE_INFINITY : dark[p];
    }
    return dark;
  }

  private int half(int pixel) {
    int row = Pixels.row(pixel, rowsPerPixel);
    return 2 * row + (pixel - row * columns < leftColumns ? 0 : 1);
  }

  @Override
  long[] biases(byte[] pixels) {
    for (int row = 0; row < placement.rows(); row++) {
      int from = row * placement.columns();
      int middle = from + leftColumns;
      measure(pixels, 2 * row, from, middle);
      measure(pixels, 2 * row + 1, middle, from + placement.columns());
    }
    return biases;
  }

  private void measure(byte[] pixels, int half, int from, int to) {
    float stat = statistic == RowDark.MEAN ? mean(pixels, from, to) : median(pixels, from, to);
    ratios[half] = stat > 0 ? level / stat : 0;
    setBiases(from, to, lowestAboveDark(half));
  }

  /**
   * What a raw value has to be above its dark, at least, to be lit; too low rather than too high.
   */
  private long lowestAboveDark(int half) {
    if (!(ratios[half] > 0)) {
      return NEVER + (long) Pixels.MAX;
    }
    double factor = (double) ratios[half] * largestGain[half];
    double lowest = sector.gain() == null ? lowestInteger : background;
    return (long) Math.max(0, Math.min(NEVER + (double) Pixels.MAX, lowest / factor - 1));
  }

  private void setBiases(int from, int to, long aboveDark) {
    int words = from / Pixels.LANES;
    int wordsEnd = to / Pixels.LANES;
    long highestLane = NEVER - aboveDark - smallestDark;
    boolean fits = highestLane <= NEVER && highestLane >= largestDark - smallestDark;
    boolean aligned = from % Pixels.LANES == 0 && to % Pixels.LANES == 0;
    if (aligned && fits && darkLanes != null) {
      for (int w = words; w < wordsEnd; w++) {
        biases[w] = highestLane * Pixels.EACH_LANE - darkLanes[w];
      }
    } else if (aligned && sector.dark() == null) {
      Arrays.fill(biases, words, wordsEnd, lane(aboveDark) * Pixels.EACH_LANE);
    } else {
      for (int p = from; p < to; p++) {
        double dark = sector.dark() == null ? 0 : Math.floor(sector.dark()[p]);
        setLane(biases, p, lane((long) (aboveDark + dark)));
      }
    }
  }

  /** The mean of the good pixels, as if they were added in single precision and in their order. */
  private float mean(byte[] pixels, int from, int to) {
    long sum = 0;
    int n = to - from;
    int p = from;
    while (p < to && p % Pixels.LANES != 0) {
      sum += Pixels.get(pixels, p++);
    }
    long lanes = 0;
    // Four lanes of 16 bits become two of 32, which 65,536 additions do not fill.
    for (; p + Pixels.LANES <= to; p += Pixels.LANES) {
      long word = Pixels.word(pixels, Short.BYTES * p);
      lanes += (word & EVEN_LANES) + (word >>> Short.SIZE & EVEN_LANES);
    }
    sum += (lanes & 0xffff_ffffL) + (lanes >>> Integer.SIZE);
    while (p < to) {
      sum += Pixels.get(pixels, p++);
    }
    for (int i = from; sector.badPixels() != null && i < to; i++) {
      if (sector.isBad(i)) {
        sum -= Pixels.get(pixels, i);
        n--;
      }
    }
    return (sum < EXACT_SUM ? sum : inOrder(pixels, from, to)) / n;
  }

  private float inOrder(byte[] pixels, int from, int to) {
    float sum = 0;
    for (int p = from; p < to; p++) {
      sum += sector.isBad(p) ? 0 : Pixels.get(pixels, p);
    }
    return sum;
  }

  /** The median of the good pixels: of an even number, the mean of the middle two. */
  private float median(byte[] pixels, int from, int to) {
    Arrays.fill(high, 0);
    int n = 0;
    for (int p = from; p < to; p++) {
      if (!sector.isBad(p)) {
        high[Pixels.get(pixels, p) >>> Byte.SIZE]++;
        n++;
      }
    }
    if (n == 0) {
      return 0;
    }
    int upper = select(pixels, from, to, n / 2);
    int lower = n % 2 == 1 ? upper : select(pixels, from, to, n / 2 - 1);
    return ((float) lower + upper) / 2;
  }

  /**
   * The good pixel that has {@code rank} smaller ones before it, by its high byte, then its low.
   */
  private int select(byte[] pixels, int from, int to, int rank) {
    int top = 0;
    while (rank >= high[top]) {
      rank -= high[top++];
    }
    Arrays.fill(low, 0);
    for (int p = from; p < to; p++) {
      int value = Pixels.get(pixels, p);
      if (value >>> Byte.SIZE == top && !sector.isBad(p)) {
        low[value & 0xff]++;
      }
    }
    int bottom = 0;
    while (rank >= low[bottom]) {
      rank -= low[bottom++];
    }
    return top << Byte.SIZE | bottom;
  }

  @Override
  float value(byte[] pixels, int pixel) {
    float value = Pixels.get(pixels, pixel);
    if (dark != null) {
      value = integral(value - dark[pixel]);
    }
    value = integral(value * ratios[half(pixel)]);
    return gain == null ? value : value * gain[pixel];
  }

  /** With a gain map the value itself; otherwise truncated, 0 to 65,535. */
  private float integral(float value) {
    return gain != null ? value : Math.max(0, Math.min(Pixels.MAX, (int) value));
  }
}
