package io.millrace.chaos;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.Thresholds;
import io.millrace.detector.raw.RawDataset;
import io.millrace.detector.raw.RawFileReader;
import io.millrace.detector.raw.RawVersion;
import io.millrace.hdf5.CountedFile;
import io.millrace.operators.counting.Corrections;
import io.millrace.operators.counting.ReferenceCounter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What the simulated camera sends in a scan, as raw files, and so what the scan's counted file has
 * to hold: the events that the definition of counting finds in them. The frames are other ones in
 * each scan, so that nothing of one can stand for another's.
 */
final class SentScan {
  private final DetectorDescription detector;
  private final Thresholds thresholds;
  private final RawDataset dataset;
  private final ReferenceCounter counter;

  /**
   * @param directory with a file a module, frame by frame
   */
  SentScan(DetectorDescription detector, Thresholds thresholds, Path directory) throws IOException {
    this.detector = detector;
    this.thresholds = thresholds;
    Set<Integer> modules =
        IntStream.range(0, detector.modules()).boxed().collect(Collectors.toSet());
    this.dataset =
        RawDataset.open(
            List.of(directory), RawVersion.ROW_SECTORS, detector, modules, OptionalLong.empty());
    this.counter = new ReferenceCounter(detector.rows(), detector.columns(), Corrections.NONE);
  }

  /** The difference to a counted file. */
  Difference compare(CountedFile file) throws IOException {
    Counted counted =
        new Counted() {
          @Override
          public int[] events(int frame) {
            return frame < positions(file) ? file.events(frame, 0) : new int[0];
          }

          @Override
          public int mask(int frame) {
            return frame < positions(file) ? file.mask(frame, 0) : 0;
          }
        };
    return compare(counted).plus(Difference.doubled(beside(file)));
  }

  /** The difference if there is no file. */
  Difference allLost() throws IOException {
    return compare(
        new Counted() {
          @Override
          public int[] events(int frame) {
            return new int[0];
          }

          @Override
          public int mask(int frame) {
            return 0;
          }
        });
  }

  private static int positions(CountedFile file) {
    return file.geometry().positions();
  }

  /** Events of frames that were not sent: more positions, or more frames of a position. */
  private long beside(CountedFile file) {
    long events = 0;
    for (int p = 0; p < positions(file); p++) {
      for (int k = p < frames() ? 1 : 0; k < file.framesPerPosition(); k++) {
        events += file.events(p, k).length;
      }
    }
    return events;
  }

  private int frames() {
    return dataset.geometry().positions();
  }

  /** What there is of a frame. */
  private interface Counted {
    int[] events(int frame);

    int mask(int frame);
  }

  private Difference compare(Counted counted) throws IOException {
    Difference sum = Difference.NONE;
    List<RawFileReader> readers = new ArrayList<>();
    try {
      for (int m = 0; m < detector.modules(); m++) {
        readers.add(dataset.read(dataset.files(m).get(0), m));
      }
      byte[] pixels = new byte[detector.frameBytes()];
      for (int frame = 0; frame < frames(); frame++) {
        read(readers, frame, pixels);
        int[] sent = counter.count(pixels, thresholds).toArray();
        int mask = counted.mask(frame);
        int missing = detector.modules() - Integer.bitCount(mask);
        int[] arrived = sent;
        if (missing > 0) {
          blank(pixels, mask);
          arrived = counter.count(pixels, thresholds).toArray();
        }
        sum = sum.plus(Difference.ofFrame(sent, arrived, counted.events(frame), missing));
      }
      return sum;
    } finally {
      for (RawFileReader reader : readers) {
        reader.close();
      }
    }
  }

  private void read(List<RawFileReader> readers, int frame, byte[] into) throws IOException {
    ByteBuffer sector = ByteBuffer.allocate(detector.sectorBytes());
    SectorHeader header = new SectorHeader();
    for (int m = 0; m < readers.size(); m++) {
      if (!readers.get(m).next(header) || header.frame != frame) {
        throw new IOException(
            "%s does not have frame %d in its place".formatted(readers.get(m).file(), frame));
      }
      readers.get(m).pixels(sector);
      sector.get(into, m * detector.sectorBytes(), detector.sectorBytes());
    }
  }

  private void blank(byte[] pixels, int mask) {
    int bytes = detector.sectorBytes();
    for (int m = 0; m < detector.modules(); m++) {
      if ((mask & 1 << m) == 0) {
        Arrays.fill(pixels, m * bytes, (m + 1) * bytes, (byte) 0);
      }
    }
  }
}
