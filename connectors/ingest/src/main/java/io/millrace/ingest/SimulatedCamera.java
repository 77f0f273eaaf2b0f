package io.millrace.ingest;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.SectorPlacement;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * One module of a camera behind an electron microscope that scans a {@link Specimen}.
 *
 * <p>Every module draws all electrons of a frame by itself and keeps those that light its pixels.
 * So modules in different processes agree, and an electron on the border of two sectors lights
 * both.
 *
 * <ul>
 *   <li>Noise: pedestal of 20.5 ADU, sigma 1.79, never below 11, with a small pattern that belongs
 *       to the pixels. A sector starts as a copy of one of {@value #NOISE_SECTORS} that are made
 *       beforehand; that is what makes it fast. Values above {@value #TAIL_SIGMAS} sigma are not in
 *       these copies, where they would come back at the same pixel in every sixteenth frame and
 *       make it look hot; they are added to each frame, anywhere.
 *   <li>Electrons: Poisson distributed, most in a bright-field disk, the more matter the more of
 *       them in a ring around it. The disk is drawn towards atoms by some pixels. An electron
 *       spreads over its neighbours; its brightest pixel reaches some 30 to 340 ADU.
 *   <li>X-rays: one in twenty frames, some thousand ADU.
 *   <li>Hot pixels: {@value #HOT_CHARGE} ADU more in most frames, the same pixels in every scan.
 *   <li>The last column is the flyback: the beam sweeps back and sees the specimen's average.
 * </ul>
 */
final class SimulatedCamera {
  static final double PEDESTAL = 20.5;
  static final double SIGMA = 1.79;
  static final int LOWEST = 11;
  private static final double PATTERN_SIGMA = 0.3;
  private static final int NOISE_SECTORS = 16;
  private static final int TAIL_SIGMAS = 4;
  private static final double TAIL = PEDESTAL + TAIL_SIGMAS * SIGMA;

  /** Share of a Gaussian above {@link #TAIL_SIGMAS}. */
  private static final double TAIL_SHARE = 3.2e-5;

  private static final double XRAYS_PER_FRAME = 0.05;

  /** Scattered share of the electrons: where there is no matter, and how much more on an atom. */
  private static final double SCATTERED = 0.1;

  private static final double SCATTERED_BY_ATOM = 0.5;

  /** Average of {@link Specimen#at} over the lattice, roughly. */
  private static final double AVERAGE_MATTER = 0.3;

  private static final int HOT_CHARGE = 200;

  /** Share of the frames in which a hot pixel is so. */
  private static final double HOT = 0.9;

  /** Radii in units of the frame's height. */
  private static final double DISK = 0.16;

  private static final double RING_INNER = 0.2;
  private static final double RING_OUTER = 0.44;

  /** Shift of the disk in units of its radius, at the steepest slope of an atom about a tenth. */
  private static final double DEFLECTION = 0.5;

  // An electron's charge is spread over 5 x 5 pixels, from one of 8 x 8 places within the middle
  // one.
  private static final int REACH = 2;
  private static final int SPREAD = 2 * REACH + 1;
  private static final int PLACES = 8;
  private static final double SPREAD_SIGMA = 0.6;
  private static final int WEIGHT_BITS = 16;
  private static final int[][] SPREADS = spreads();

  private final DetectorDescription detector;
  private final SectorPlacement sector;
  private final ScanGeometry geometry;
  private final long scan;
  private final double electrons;
  private final long seed;
  private final int module;
  private final Specimen specimen;

  /** Those of the sector, as indices in the frame. */
  private final int[] hotPixels;

  private final ByteBuffer[] noise;

  /**
   * Makes the noise.
   *
   * @param electrons average number of electrons in a frame
   * @param hotPixels number of hot pixels in the frame
   */
  SimulatedCamera(
      DetectorDescription detector,
      int module,
      ScanGeometry geometry,
      long scan,
      double electrons,
      int hotPixels,
      long seed) {
    this.detector = detector;
    this.sector = detector.sector(module);
    this.geometry = geometry;
    this.scan = scan;
    this.electrons = electrons;
    this.seed = seed;
    this.module = module;
    this.specimen = new Specimen(geometry);
    this.hotPixels =
        Chance.HOT_PIXELS
            .of(seed)
            .ints(0, detector.pixels())
            .distinct()
            .limit(hotPixels)
            .filter(this::isOurs)
            .toArray();
    this.noise = makeNoise();
  }

  private SimulatedCamera(SimulatedCamera same, long scan) {
    this.detector = same.detector;
    this.sector = same.sector;
    this.geometry = same.geometry;
    this.scan = scan;
    this.electrons = same.electrons;
    this.seed = same.seed;
    this.module = same.module;
    this.specimen = same.specimen;
    this.hotPixels = same.hotPixels;
    this.noise = same.noise;
  }

  /** The same camera in another scan: the noise need not be made again. */
  SimulatedCamera of(long otherScan) {
    return new SimulatedCamera(this, otherScan);
  }

  /**
   * Takes the picture of a frame.
   *
   * @param x position in the scan
   * @param y position in the scan
   * @param into as long as a sector; its position is 0 afterwards
   */
  void expose(long frame, int x, int y, ByteBuffer into) {
    int chosen = Chance.NOISE_OF_SECTOR.of(seed, scan, frame, module).nextInt(NOISE_SECTORS);
    into.clear().put(noise[chosen].duplicate()).flip().order(ByteOrder.LITTLE_ENDIAN);
    addTail(Chance.NOISE_TAIL.of(seed, scan, frame, module), into);

    boolean flyback = x == geometry.width() - 1;
    double matter = flyback ? AVERAGE_MATTER : specimen.at(x, y);
    double slopeX = flyback ? 0 : specimen.at(x + 0.5, y) - specimen.at(x - 0.5, y);
    double slopeY = flyback ? 0 : specimen.at(x, y + 0.5) - specimen.at(x, y - 0.5);
    double scattered = SCATTERED + SCATTERED_BY_ATOM * matter;
    double radius = DISK * detector.rows();
    double centreRow = 0.5 * detector.rows() + DEFLECTION * radius * slopeY;
    double centreColumn = 0.5 * detector.columns() + DEFLECTION * radius * slopeX;
    double inner = RING_INNER * detector.rows();
    double outer = RING_OUTER * detector.rows();

    SplittableRandom random = Chance.ELECTRONS.of(seed, scan, frame);
    int n = poisson(electrons, random);
    for (int i = 0; i < n; i++) {
      // (a, b) is uniform in the unit disk, its squared radius s uniform in 0..1: no angle is
      // needed,
      // whose sine might differ from machine to machine.
      double a;
      double b;
      double s;
      do {
        a = 2 * random.nextDouble() - 1;
        b = 2 * random.nextDouble() - 1;
        s = a * a + b * b;
      } while (s >= 1 || s == 0);
      double charge = 110 / (1 - 0.86 * random.nextDouble());
      if (random.nextDouble() < scattered) {
        double r = Math.sqrt(inner * inner + s * (outer * outer - inner * inner)) / Math.sqrt(s);
        light(0.5 * detector.rows() + r * a, 0.5 * detector.columns() + r * b, charge, into);
      } else {
        light(centreRow + radius * a, centreColumn + radius * b, charge, into);
      }
    }
    if (random.nextDouble() < XRAYS_PER_FRAME) {
      double row = random.nextDouble() * detector.rows();
      double column = random.nextDouble() * detector.columns();
      light(row, column, 5_000 + 10_000 * random.nextDouble(), into);
    }
    for (int pixel : hotPixels) {
      if (Chance.HOT_FRAME.strikes(HOT, seed, scan, frame, pixel)) {
        add(pixel / detector.columns(), pixel % detector.columns(), HOT_CHARGE, into);
      }
    }
  }

  private boolean isOurs(int pixel) {
    int row = pixel / detector.columns();
    int column = pixel % detector.columns();
    return row >= sector.row()
        && row < sector.endRow()
        && column >= sector.column()
        && column < sector.endColumn();
  }

  /** Spreads a charge (ADU) around a point of the frame over those pixels that are ours. */
  private void light(double row, double column, double charge, ByteBuffer into) {
    int r0 = (int) Math.floor(row);
    int c0 = (int) Math.floor(column);
    if (r0 + REACH < sector.row()
        || r0 - REACH >= sector.endRow()
        || c0 + REACH < sector.column()
        || c0 - REACH >= sector.endColumn()) {
      return;
    }
    int place = (int) ((row - r0) * PLACES) * PLACES + (int) ((column - c0) * PLACES);
    int[] weights = SPREADS[place];
    int q = (int) charge;
    int firstRow = Math.max(r0 - REACH, sector.row());
    int lastRow = Math.min(r0 + REACH, sector.endRow() - 1);
    int firstColumn = Math.max(c0 - REACH, sector.column());
    int lastColumn = Math.min(c0 + REACH, sector.endColumn() - 1);
    for (int r = firstRow; r <= lastRow; r++) {
      for (int c = firstColumn; c <= lastColumn; c++) {
        int weight = weights[(r - r0 + REACH) * SPREAD + c - c0 + REACH];
        add(r, c, q * weight >> WEIGHT_BITS, into);
      }
    }
  }

  /** Adds a charge (ADU) to one of our pixels. */
  private void add(int row, int column, int charge, ByteBuffer into) {
    int at =
        DetectorDescription.PIXEL_BYTES
            * ((row - sector.row()) * sector.columns() + column - sector.column());
    int value = (into.getShort(at) & 0xffff) + charge;
    into.putShort(at, (short) Math.min(value, 0xffff));
  }

  /** Above so many sigma the tail of a Gaussian falls nearly as an exponential. */
  private void addTail(SplittableRandom random, ByteBuffer into) {
    for (int n = poisson(TAIL_SHARE * sector.pixels(), random); n > 0; n--) {
      int pixel = random.nextInt(sector.pixels());
      double above = -SIGMA / TAIL_SIGMAS * StrictMath.log(1 - random.nextDouble());
      into.putShort(DetectorDescription.PIXEL_BYTES * pixel, (short) Math.round(TAIL + above));
    }
  }

  private ByteBuffer[] makeNoise() {
    ByteBuffer[] noise = new ByteBuffer[NOISE_SECTORS];
    double sigma = Math.sqrt(SIGMA * SIGMA - PATTERN_SIGMA * PATTERN_SIGMA - 1.0 / 12);
    SplittableRandom ofPattern = Chance.PIXEL_PATTERN.of(seed, module);
    double[] pattern = new double[sector.pixels()];
    for (int i = 0; i < pattern.length; i++) {
      pattern[i] = PEDESTAL + PATTERN_SIGMA * gaussian(ofPattern);
    }
    for (int n = 0; n < NOISE_SECTORS; n++) {
      SplittableRandom random = Chance.NOISE.of(seed, module, n);
      noise[n] = ByteBuffer.allocateDirect(detector.sectorBytes()).order(ByteOrder.LITTLE_ENDIAN);
      for (double level : pattern) {
        long value;
        do {
          value = Math.round(level + sigma * gaussian(random));
        } while (value > TAIL);
        noise[n].putShort((short) Math.max(LOWEST, value));
      }
      noise[n].flip();
    }
    return noise;
  }

  /** Weights of the 5 x 5 pixels for each place within the middle one; they sum up to one. */
  private static int[][] spreads() {
    int[][] spreads = new int[PLACES * PLACES][SPREAD * SPREAD];
    for (int place = 0; place < spreads.length; place++) {
      double row = (place / PLACES + 0.5) / PLACES - 0.5;
      double column = (place % PLACES + 0.5) / PLACES - 0.5;
      double[] weights = new double[SPREAD * SPREAD];
      double sum = 0;
      for (int i = 0; i < weights.length; i++) {
        double dr = i / SPREAD - REACH - row;
        double dc = i % SPREAD - REACH - column;
        weights[i] = StrictMath.exp(-(dr * dr + dc * dc) / (2 * SPREAD_SIGMA * SPREAD_SIGMA));
        sum += weights[i];
      }
      for (int i = 0; i < weights.length; i++) {
        spreads[place][i] = (int) (weights[i] / sum * (1 << WEIGHT_BITS));
      }
    }
    return spreads;
  }

  /** Knuth's method for small means, a rounded Gaussian for large ones. */
  private static int poisson(double mean, SplittableRandom random) {
    if (mean >= 30) {
      return (int) Math.max(0, Math.round(mean + Math.sqrt(mean) * gaussian(random)));
    }
    double limit = StrictMath.exp(-mean);
    int n = 0;
    for (double p = random.nextDouble(); p > limit; p *= random.nextDouble()) {
      n++;
    }
    return n;
  }

  /** The sum of 12 uniform numbers has variance 1, and tails that end at 6 sigma. */
  private static double gaussian(SplittableRandom random) {
    double sum = -6;
    for (int i = 0; i < 12; i++) {
      sum += random.nextDouble();
    }
    return sum;
  }
}
