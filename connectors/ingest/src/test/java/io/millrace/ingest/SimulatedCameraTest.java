package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.SectorPlacement;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;
import org.junit.jupiter.api.Test;

class SimulatedCameraTest {
  private static final DetectorDescription CAMERA = DetectorDescription.load("4d-camera");
  private static final ScanGeometry SCAN = ScanGeometry.withFlyback(26, 26);

  @Test
  void theSameSeedGivesTheSamePicturesInAnyOrder() {
    SimulatedCamera one = camera(CAMERA, 2, 500, 7);
    SimulatedCamera other = camera(CAMERA, 2, 500, 7);
    ByteBuffer first = expose(one, CAMERA, 100);
    expose(other, CAMERA, 5);
    assertThat(expose(other, CAMERA, 100)).isEqualTo(first);
    assertThat(expose(other, CAMERA, 101)).isNotEqualTo(first);
    assertThat(expose(camera(CAMERA, 2, 500, 8), CAMERA, 100)).isNotEqualTo(first);
  }

  /** What is above the noise has to fit across the seams, as if one camera had seen the frame. */
  @Test
  void modulesAgreeOnElectronsAtTheirBorders() {
    DetectorDescription whole =
        new DetectorDescription("whole", 64, 64, List.of(new SectorPlacement(0, 0, 64, 64)));
    DetectorDescription bands = Detectors.square(64);
    int onSeams = 0;
    for (int frame = 0; frame < 20; frame++) {
      int[] expected = light(whole, 0, frame);
      for (int m = 0; m < 4; m++) {
        int[] sector = light(bands, m, frame);
        for (int i = 0; i < sector.length; i++) {
          int row = 16 * m + i / 64;
          assertThat(sector[i])
              .as("frame %d, row %d, column %d", frame, row, i % 64)
              .isEqualTo(expected[16 * 64 * m + i]);
          onSeams += sector[i] > 50 && row % 16 == 0 && row > 0 ? 1 : 0;
        }
      }
    }
    assertThat(onSeams).as("electrons on seams").isGreaterThan(20);
  }

  /** The difference that electrons make. */
  private static int[] light(DetectorDescription detector, int module, int frame) {
    ByteBuffer with = expose(camera(detector, module, 300, 3), detector, frame);
    ByteBuffer without = expose(camera(detector, module, 0, 3), detector, frame);
    int[] light = new int[with.remaining() / 2];
    for (int i = 0; i < light.length; i++) {
      // An x-ray in the dark picture would be a negative difference; it is drawn after the
      // electrons.
      light[i] = Math.max(-1, with.getShort(2 * i) - without.getShort(2 * i));
    }
    return light;
  }

  @Test
  void noiseHasTheLevelsOfTheCamera() {
    SimulatedCamera dark = camera(CAMERA, 1, 0, 1);
    double sum = 0;
    double squares = 0;
    long n = 0;
    int min = Integer.MAX_VALUE;
    for (int frame = 0; frame < 40; frame++) {
      ByteBuffer sector = expose(dark, CAMERA, frame);
      for (int i = 0; i < sector.remaining(); i += 2) {
        int value = sector.getShort(i);
        // X-rays are no noise.
        if (value < 40) {
          sum += value;
          squares += (double) value * value;
          n++;
          min = Math.min(min, value);
        }
      }
    }
    double mean = sum / n;
    assertThat(mean).isBetween(20.4, 20.6);
    assertThat(Math.sqrt(squares / n - mean * mean)).isBetween(1.74, 1.84);
    assertThat(min).isBetween(11, 13);
  }

  /** Else a search for hot pixels would find some that nobody asked for. */
  @Test
  void noiseAboveTheThresholdComesAtNoPixelAgainAndAgain() {
    int[] lit = new int[CAMERA.sector(1).pixels()];
    SimulatedCamera dark = camera(CAMERA, 1, 0, 1);
    for (int frame = 0; frame < 320; frame++) {
      ByteBuffer sector = expose(dark, CAMERA, frame);
      for (int p = 0; p < lit.length; p++) {
        lit[p] += sector.getShort(2 * p) > 28 ? 1 : 0;
      }
    }
    // A pixel of one of the copies would be lit in some twenty of these frames.
    assertThat(Arrays.stream(lit).max().orElseThrow()).isLessThan(5);
    assertThat(Arrays.stream(lit).sum()).isGreaterThan(50);
  }

  @Test
  void electronsLightANeighbourhoodAndXraysOutshineThem() {
    int brightestElectron = 0;
    int xrays = 0;
    long lit = 0;
    int frames = 200;
    for (int m = 0; m < 4; m++) {
      SimulatedCamera camera = camera(CAMERA, m, 500, 1);
      for (int frame = 0; frame < frames; frame++) {
        ByteBuffer sector = expose(camera, CAMERA, frame);
        for (int i = 0; i < sector.remaining(); i += 2) {
          int value = sector.getShort(i) & 0xffff;
          lit += value > 28 ? 1 : 0;
          xrays += value > 1_000 ? 1 : 0;
          brightestElectron = value < 700 ? Math.max(brightestElectron, value) : brightestElectron;
        }
      }
    }
    assertThat(brightestElectron).isGreaterThan(260);
    assertThat(lit / (double) frames / 500).as("lit pixels of an electron").isBetween(3.0, 9.0);
    assertThat(xrays).as("one in twenty frames, one or two pixels each").isBetween(4, 40);
  }

  @Test
  void hotPixelsAreTheSameInEveryScanAndLitInMostFrames() {
    int all = 0;
    for (int m = 0; m < 4; m++) {
      Map<Integer, Integer> litFrames = new TreeMap<>();
      for (int scan = 1; scan <= 2; scan++) {
        SimulatedCamera hot = new SimulatedCamera(CAMERA, m, SCAN, scan, 0, 40, 1);
        SimulatedCamera cool = new SimulatedCamera(CAMERA, m, SCAN, scan, 0, 0, 1);
        for (int frame = 0; frame < 50; frame++) {
          ByteBuffer with = expose(hot, CAMERA, frame);
          ByteBuffer without = expose(cool, CAMERA, frame);
          for (int i = 0; i < with.remaining(); i += 2) {
            if (with.getShort(i) != without.getShort(i)) {
              assertThat(with.getShort(i) - without.getShort(i)).isEqualTo(200);
              litFrames.merge(i / 2, 1, Integer::sum);
            }
          }
        }
      }
      assertThat(litFrames.values())
          .as("frames of 100 in which the hot pixels of module %d are lit", m)
          .isNotEmpty()
          .allMatch(frames -> frames > 70 && frames < 100);
      all += litFrames.size();
    }
    assertThat(all).isEqualTo(40);
  }

  @Test
  void picturesOfTheScanShowTheAtoms() {
    DetectorDescription detector = Detectors.square(144);
    int n = SCAN.positions();
    double[] brightField = new double[n];
    double[] darkField = new double[n];
    double[] right = new double[n];
    double[] down = new double[n];
    double radius = 0.18 * 144;
    for (int m = 0; m < 4; m++) {
      SimulatedCamera camera = camera(detector, m, 500, 1);
      for (int frame = 0; frame < n; frame++) {
        ByteBuffer sector = expose(camera, detector, frame);
        for (int i = 0; i < 36 * 144; i++) {
          double row = 36 * m + i / 144 + 0.5 - 72;
          double column = i % 144 + 0.5 - 72;
          boolean inDisk = row * row + column * column < radius * radius;
          // Clipped, so that an x-ray counts no more than an electron.
          double light = Math.min(300, Math.max(0, sector.getShort(2 * i) - 28));
          brightField[frame] += inDisk ? light : 0;
          darkField[frame] += inDisk ? 0 : light;
          right[frame] += inDisk ? light * column : 0;
          down[frame] += inDisk ? light * row : 0;
        }
      }
    }
    Specimen specimen = new Specimen(SCAN);
    assertThat(correlation(brightField, specimen::at)).isLessThan(-0.9);
    assertThat(correlation(darkField, specimen::at)).isGreaterThan(0.9);
    Arrays.setAll(right, p -> right[p] / brightField[p]);
    Arrays.setAll(down, p -> down[p] / brightField[p]);
    assertThat(correlation(right, (x, y) -> specimen.at(x + 0.5, y) - specimen.at(x - 0.5, y)))
        .as("the disk's shift to the right, and the slope that it climbs")
        .isGreaterThan(0.7);
    assertThat(correlation(down, (x, y) -> specimen.at(x, y + 0.5) - specimen.at(x, y - 0.5)))
        .as("the disk's shift downwards, and the slope that it climbs")
        .isGreaterThan(0.7);
    // The pitch is 26 / 6.5 = 4 positions: third row, second and third atom.
    double y = 2.5 * 4 * Math.sqrt(3) / 2;
    double hole = at(darkField, 1.5 * 4, y);
    double atom = at(darkField, 2.5 * 4, y);
    assertThat(atom).as("dark field on an atom, and where one is missing").isGreaterThan(2 * hole);
  }

  private static double at(double[] image, double x, double y) {
    return image[SCAN.position((int) Math.round(x), (int) Math.round(y))];
  }

  /** Of the pictured positions, without the flyback. */
  private static double correlation(double[] image, DoubleBinaryOperator expected) {
    double n = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
    for (int y = 0; y < SCAN.height(); y++) {
      for (int x = 0; x < SCAN.width() - 1; x++) {
        double u = image[SCAN.position(x, y)];
        double v = expected.applyAsDouble(x, y);
        n++;
        a += u;
        b += v;
        aa += u * u;
        bb += v * v;
        ab += u * v;
      }
    }
    return (ab - a * b / n) / Math.sqrt((aa - a * a / n) * (bb - b * b / n));
  }

  private static SimulatedCamera camera(
      DetectorDescription detector, int module, double electrons, long seed) {
    return new SimulatedCamera(detector, module, SCAN, 1, electrons, 0, seed);
  }

  private static ByteBuffer expose(
      SimulatedCamera camera, DetectorDescription detector, int frame) {
    ByteBuffer sector = ByteBuffer.allocate(detector.sectorBytes()).order(ByteOrder.LITTLE_ENDIAN);
    camera.expose(frame, frame % SCAN.width(), frame / SCAN.width(), sector);
    return sector;
  }
}
