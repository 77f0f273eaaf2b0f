package io.millrace.operators.counting;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.Calibration;
import io.millrace.detector.CountedSector;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.SectorPlacement;
import io.millrace.detector.Thresholds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Frames and detectors for tests. */
public final class Frames {
  private Frames() {}

  /** Pixels as the network brings them. */
  public static byte[] bytes(int... values) {
    byte[] bytes = new byte[2 * values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[2 * i] = (byte) values[i];
      bytes[2 * i + 1] = (byte) (values[i] >> 8);
    }
    return bytes;
  }

  /** A detector whose sectors are the cells of a grid. */
  public static DetectorDescription grid(int rows, int columns, int down, int across) {
    List<SectorPlacement> sectors = new ArrayList<>();
    for (int i = 0; i < down * across; i++) {
      int height = rows / down;
      int width = columns / across;
      sectors.add(new SectorPlacement(i / across * height, i % across * width, height, width));
    }
    return new DetectorDescription(down + " x " + across, rows, columns, sectors);
  }

  /** All grids of up to 8 equal cells, and one that is no grid if it fits. */
  public static List<DetectorDescription> detectors(int rows, int columns) {
    List<DetectorDescription> detectors = new ArrayList<>();
    for (int down = 1; down <= 8; down++) {
      for (int across = 1; down * across <= 8; across++) {
        if (rows % down == 0 && columns % across == 0) {
          detectors.add(grid(rows, columns, down, across));
        }
      }
    }
    if (rows % 3 == 0 && columns % 2 == 0) {
      // Over two columns of 2/3 of the height lies a band of all columns.
      int third = rows / 3;
      int half = columns / 2;
      detectors.add(
          new DetectorDescription(
              "T",
              rows,
              columns,
              List.of(
                  new SectorPlacement(third, half, 2 * third, half),
                  new SectorPlacement(0, 0, third, columns),
                  new SectorPlacement(third, 0, 2 * third, half))));
    }
    return detectors;
  }

  /** The same detector with its modules in another order. */
  public static DetectorDescription shuffled(DetectorDescription d, Random random) {
    List<SectorPlacement> sectors = new ArrayList<>(d.sectors());
    Collections.shuffle(sectors, random);
    return new DetectorDescription(d.name() + " shuffled", d.rows(), d.columns(), sectors);
  }

  /** The pixels of a module's sector. */
  public static byte[] cut(byte[] frame, DetectorDescription detector, int module) {
    SectorPlacement s = detector.sector(module);
    byte[] sector = new byte[2 * s.pixels()];
    for (int row = 0; row < s.rows(); row++) {
      int from = (s.row() + row) * detector.columns() + s.column();
      System.arraycopy(frame, 2 * from, sector, 2 * row * s.columns(), 2 * s.columns());
    }
    return sector;
  }

  /** The frame with a module's sector replaced by zeros. */
  public static byte[] without(byte[] frame, DetectorDescription detector, int module) {
    byte[] rest = frame.clone();
    SectorPlacement s = detector.sector(module);
    for (int row = s.row(); row < s.endRow(); row++) {
      for (int column = s.column(); column < s.endColumn(); column++) {
        int i = 2 * (row * detector.columns() + column);
        rest[i] = 0;
        rest[i + 1] = 0;
      }
    }
    return rest;
  }

  /** The sectors of a frame, each counted alone; null where the mask has no bit. */
  public static CountedSector[] count(
      byte[] frame, DetectorDescription detector, Thresholds thresholds, int mask) {
    return count(
        frame,
        detector,
        Corrections.NONE,
        Calibration.given(0, thresholds, null),
        false,
        mask,
        BlockScans.fastest());
  }

  /** The same with corrections, as each block scan of this JVM has it; they are all equal. */
  public static CountedSector[] count(
      byte[] frame,
      DetectorDescription detector,
      Corrections corrections,
      Calibration calibration,
      boolean centroids,
      int mask) {
    CountedSector[] first = null;
    for (BlockScan scan : BlockScans.all()) {
      CountedSector[] sectors =
          count(frame, detector, corrections, calibration, centroids, mask, scan);
      if (first == null) {
        first = sectors;
      } else {
        for (int m = 0; m < sectors.length; m++) {
          assertSame(sectors[m], first[m], "module " + m + " with " + scan);
        }
      }
    }
    return first;
  }

  private static void assertSame(CountedSector a, CountedSector b, String as) {
    if (a != b) {
      assertThat(a.events).as(as).isEqualTo(b.events);
      assertThat(a.borderEvents).as(as).isEqualTo(b.borderEvents);
      assertThat(a.haloPixels).as(as).isEqualTo(b.haloPixels);
      assertThat(a.copy().haloValues()).as(as).isEqualTo(b.copy().haloValues());
      assertThat(a.copy().centroids.array()).as(as).isEqualTo(b.copy().centroids.array());
    }
  }

  private static CountedSector[] count(
      byte[] frame,
      DetectorDescription detector,
      Corrections corrections,
      Calibration calibration,
      boolean centroids,
      int mask,
      BlockScan scan) {
    SectorCounter counter = new SectorCounter(detector, centroids, scan);
    Discriminators discriminators = Discriminators.of(detector, corrections, calibration);
    CountedSector[] sectors = new CountedSector[detector.modules()];
    for (int m = 0; m < sectors.length; m++) {
      if ((mask >>> m & 1) != 0) {
        sectors[m] = new CountedSector();
        SectorHeader header = new SectorHeader().set(1, 0, 1, 1, 0, 0, 0, m);
        counter.count(header, cut(frame, detector, m), discriminators, sectors[m]);
      }
    }
    return sectors;
  }

  /** One of several kinds of frames: noise with electrons, plateaus, any value, sparse. */
  public static byte[] random(Random random, int pixels) {
    int[] values = new int[pixels];
    int kind = random.nextInt(4);
    int density = 1 + random.nextInt(30);
    for (int i = 0; i < pixels; i++) {
      boolean electron = random.nextInt(density) == 0;
      values[i] =
          switch (kind) {
            case 0 -> 15 + random.nextInt(10) + (electron ? random.nextInt(500) : 0);
            case 1 -> 20 * random.nextInt(4);
            case 2 -> random.nextInt(1 << 16);
            default -> electron ? random.nextInt(3) : 0;
          };
    }
    return bytes(values);
  }

  /** Thresholds between, on, above and below the values of {@link #random frames}. */
  public static Thresholds thresholds(Random random) {
    double[] backgrounds = {
      Double.NEGATIVE_INFINITY, -1, -0.5, 0, 0.5, 1, 20, 28.5, 40, 0x7fff, 0x8000, 40000.5, 70000
    };
    double background = backgrounds[random.nextInt(backgrounds.length)];
    double from = Math.max(background, -1);
    double[] xrays = {
      from + 0.25, from + 1, from + 1.5, from + 30, from + 400, from + 0x7fff, from + 1e5, 1e300
    };
    double xray = xrays[random.nextInt(xrays.length)];
    return new Thresholds(background, xray > background ? xray : Double.POSITIVE_INFINITY);
  }

  /** Any corrections, each with an even chance. */
  public static Corrections corrections(Random random, int pixels) {
    float[] dark = null;
    if (random.nextBoolean()) {
      dark = new float[pixels];
      float offset = random.nextInt(4) == 0 ? random.nextInt(140_000) - 70_000 : 0;
      boolean whole = random.nextBoolean();
      for (int p = 0; p < pixels; p++) {
        float value = offset + 40 * random.nextFloat() - 10;
        dark[p] = whole ? (int) value : value;
      }
    }
    float[] gain = null;
    if (random.nextBoolean()) {
      gain = new float[pixels];
      boolean wild = random.nextBoolean();
      for (int p = 0; p < pixels; p++) {
        gain[p] =
            wild
                ? (float) (random.nextInt(3) * Math.exp(10 * random.nextGaussian()))
                : 0.9f + 0.2f * random.nextFloat();
      }
    }
    boolean[] bad = null;
    if (random.nextBoolean()) {
      bad = new boolean[pixels];
      int density = 1 + random.nextInt(20);
      for (int p = 0; p < pixels; p++) {
        bad[p] = random.nextInt(density) == 0;
      }
    }
    RowDark rowDark = random.nextBoolean() ? null : RowDark.values()[random.nextInt(2)];
    return new Corrections(dark, gain, bad, rowDark);
  }
}
