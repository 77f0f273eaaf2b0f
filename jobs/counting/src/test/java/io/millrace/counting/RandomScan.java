package io.millrace.counting;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.Calibration;
import io.millrace.detector.Centroids;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.IntList;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.SectorPlacement;
import io.millrace.detector.Thresholds;
import io.millrace.hdf5.CountedFile;
import io.millrace.operators.calibration.PixelHistogram;
import io.millrace.operators.counting.Corrections;
import io.millrace.operators.counting.ReferenceCounter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A scan of frames of noise, electrons and x-rays, which of its sectors are sent, and what its file
 * has to hold: by the definition of counting, on the assembled frames.
 */
final class RandomScan {
  /** Cuts into the noise, so that many pixels touch each other and borders matter. */
  static final Thresholds THRESHOLDS = new Thresholds(27, 300);

  /** A sector of a frame, or a repetition of it. */
  record Shot(SectorHeader header, byte[] pixels) {}

  final DetectorDescription detector;
  final long number;
  final ScanGeometry geometry;
  final int framesPerPosition;
  private final long firstFrame;
  private final byte[][] frames;
  private final int[] sent;
  private Corrections corrections = Corrections.NONE;
  private Double level;

  RandomScan(
      DetectorDescription detector,
      long number,
      ScanGeometry geometry,
      int framesPerPosition,
      Random random) {
    this.detector = detector;
    this.number = number;
    this.geometry = geometry;
    this.framesPerPosition = framesPerPosition;
    // Anywhere, so that blocks of frames begin anywhere in the scan.
    this.firstFrame = random.nextInt(1000);
    frames = new byte[geometry.positions() * framesPerPosition][];
    for (int f = 0; f < frames.length; f++) {
      frames[f] = frame(detector.pixels(), random);
    }
    sent = new int[frames.length];
    Arrays.fill(sent, detector.completeMask());
  }

  private static byte[] frame(int pixels, Random random) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * pixels).order(ByteOrder.LITTLE_ENDIAN);
    for (int p = 0; p < pixels; p++) {
      double noise = 20 + 4 * random.nextGaussian();
      int electron = random.nextInt(25) == 0 ? 30 + random.nextInt(200) : 0;
      int xray = random.nextInt(300) == 0 ? 1000 : 0;
      bytes.putShort((short) Math.max(0, Math.round(noise) + electron + xray));
    }
    return bytes.array();
  }

  int frames() {
    return frames.length;
  }

  /** A sector that is never sent. */
  RandomScan lose(int frame, int module) {
    sent[frame] &= ~(1 << module);
    return this;
  }

  /** A frame of which nothing is sent. */
  RandomScan loseAll(int frame) {
    sent[frame] = 0;
    return this;
  }

  SectorHeader header(int frame, int module) {
    int position = frame % geometry.positions();
    return new SectorHeader()
        .set(
            number,
            firstFrame + frame,
            geometry.width(),
            geometry.height(),
            position % geometry.width(),
            position / geometry.width(),
            1,
            module);
  }

  /**
   * What its frames are corrected by when they are counted.
   *
   * @param level of the noise in ADU, for a row dark; null without
   */
  RandomScan correctedBy(Corrections by, Double level) {
    corrections = by;
    this.level = level;
    return this;
  }

  byte[] pixels(int frame, int module) {
    SectorPlacement sector = detector.sector(module);
    // The sectors of these detectors are bands of rows.
    int from = 2 * sector.row() * detector.columns();
    return Arrays.copyOfRange(frames[frame], from, from + detector.sectorBytes());
  }

  Shot shot(int frame, int module) {
    return new Shot(header(frame, module), pixels(frame, module));
  }

  /** All sectors that are sent, by frame and module. */
  List<Shot> shots() {
    List<Shot> shots = new ArrayList<>();
    for (int f = 0; f < frames.length; f++) {
      for (int m = 0; m < detector.modules(); m++) {
        if ((sent[f] >>> m & 1) != 0) {
          shots.add(shot(f, m));
        }
      }
    }
    return shots;
  }

  /**
   * The pixels of these frames as a calibration samples them: good ones, without the row dark,
   * truncated behind the dark and behind the gain.
   */
  PixelHistogram histogram(int... of) {
    long[] counts = new long[0x10000];
    for (int f : of) {
      ByteBuffer frame = ByteBuffer.wrap(frames[f]).order(ByteOrder.LITTLE_ENDIAN);
      for (int p = 0; p < detector.pixels(); p++) {
        if (corrections.badPixels() == null || !corrections.badPixels()[p]) {
          counts[Math.max(0, Math.min(0xffff, sampled(frame.getShort(2 * p) & 0xffff, p)))]++;
        }
      }
    }
    return new PixelHistogram(0, counts);
  }

  private int sampled(int raw, int pixel) {
    float[] dark = corrections.dark();
    if (corrections.gain() == null) {
      return dark == null ? raw : raw - (int) dark[pixel];
    }
    int difference = dark == null ? raw : (int) (raw - dark[pixel]);
    return (int) (difference * corrections.gain()[pixel]);
  }

  /** What was sent of a frame; what was not is zeros. */
  private byte[] arrived(int frame) {
    byte[] arrived = new byte[frames[frame].length];
    for (int m = 0; m < detector.modules(); m++) {
      if ((sent[frame] >>> m & 1) != 0) {
        byte[] sector = pixels(frame, m);
        System.arraycopy(
            sector, 0, arrived, 2 * detector.sector(m).row() * detector.columns(), sector.length);
      }
    }
    return arrived;
  }

  private IntList events(int frame, Thresholds thresholds) {
    return reference().count(arrived(frame), Calibration.given(number, thresholds, level));
  }

  private Centroids centroids(int frame, Thresholds thresholds) {
    return reference().centroids(arrived(frame), Calibration.given(number, thresholds, level));
  }

  private ReferenceCounter reference() {
    return new ReferenceCounter(detector.rows(), detector.columns(), corrections);
  }

  /** Holds a file against what was sent, counted with these thresholds. */
  void assertCounted(CountedFile file, Thresholds thresholds, String as) {
    assertThat(file.scan()).as(as).isEqualTo(number);
    assertThat(file.geometry()).as(as).isEqualTo(geometry);
    assertThat(file.framesPerPosition()).as(as).isEqualTo(framesPerPosition);
    long sum = 0;
    for (int position = 0; position < geometry.positions(); position++) {
      int k = 0;
      for (int f = position; f < frames.length; f += geometry.positions()) {
        if (sent[f] != 0) {
          String where = "%s: frame %d at position %d".formatted(as, firstFrame + f, position);
          int[] events = events(f, thresholds).toArray();
          assertThat(file.frameNumber(position, k)).as(where).isEqualTo(firstFrame + f);
          assertThat(file.mask(position, k)).as(where).isEqualTo(sent[f]);
          assertThat(file.events(position, k)).as(where).isEqualTo(events);
          if (file.hasCentroids()) {
            assertThat(file.centroids(position, k).array())
                .as(where)
                .isEqualTo(
                    Arrays.copyOf(
                        centroids(f, thresholds).array(), Centroids.FIELDS * events.length));
          }
          sum += events.length;
          k++;
        }
      }
      for (; k < framesPerPosition; k++) {
        assertThat(file.frameNumber(position, k)).as("%s: position %d", as, position).isEqualTo(-1);
        assertThat(file.mask(position, k)).as("%s: position %d", as, position).isZero();
        assertThat(file.events(position, k)).as("%s: position %d", as, position).isEmpty();
      }
    }
    long absent = IntStream.of(sent).filter(mask -> mask == 0).count();
    long complete = IntStream.of(sent).filter(mask -> mask == detector.completeMask()).count();
    assertThat(file.events()).as(as).isEqualTo(sum).isPositive();
    assertThat(file.complete()).as(as).isEqualTo(complete);
    assertThat(file.absent()).as(as).isEqualTo(absent);
    assertThat(file.incomplete()).as(as).isEqualTo(frames.length - complete - absent);
  }
}
