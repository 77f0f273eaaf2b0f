package io.millrace.counting;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.raw.RawDataset;
import io.millrace.detector.raw.RawFileReader;
import io.millrace.detector.raw.RawVersion;
import io.millrace.hdf5.CountedFile;
import io.millrace.operators.counting.Corrections;
import io.millrace.operators.counting.ReferenceCounter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What the simulated camera sends in a scan, and so what the scan's file has to hold. */
final class SimulatedScan {
  private final DetectorDescription detector;
  private final Map<Long, byte[]> frames = new HashMap<>();

  /** The scan as a producer has written it to raw files. */
  SimulatedScan(DetectorDescription detector, Path directory) throws IOException {
    this.detector = detector;
    Set<Integer> modules =
        IntStream.range(0, detector.modules()).boxed().collect(Collectors.toSet());
    RawDataset dataset =
        RawDataset.open(
            List.of(directory), RawVersion.ROW_SECTORS, detector, modules, OptionalLong.empty());
    assertThat(dataset.problems()).isEmpty();
    ByteBuffer sector = ByteBuffer.allocate(detector.sectorBytes());
    SectorHeader header = new SectorHeader();
    for (int m : modules) {
      for (Path file : dataset.files(m)) {
        try (RawFileReader reader = dataset.read(file, m)) {
          while (reader.next(header)) {
            reader.pixels(sector);
            byte[] frame =
                frames.computeIfAbsent(header.frame, f -> new byte[detector.frameBytes()]);
            sector.get(frame, m * detector.sectorBytes(), detector.sectorBytes());
          }
        }
      }
    }
  }

  int frames() {
    return frames.size();
  }

  /** Every sector has arrived, and every event is there. */
  void assertWhole(CountedFile file) {
    assertThat(file.text("ended_by")).hasValue("announced");
    assertThat(file.complete()).isEqualTo(frames());
    assertThat(file.incomplete() + file.absent()).isZero();
    assertCounted(file);
  }

  /** The events are those of the definition, of all sectors that the masks name. */
  void assertCounted(CountedFile file) {
    assertThat(file.geometry().positions()).isEqualTo(frames());
    assertThat(file.complete() + file.incomplete() + file.absent()).isEqualTo(frames());
    ReferenceCounter counter =
        new ReferenceCounter(detector.rows(), detector.columns(), Corrections.NONE);
    long complete = 0;
    for (int p = 0; p < frames(); p++) {
      int mask = file.mask(p, 0);
      complete += mask == detector.completeMask() ? 1 : 0;
      assertThat(file.events(p, 0))
          .as("frame %d, mask %d", p, mask)
          .containsExactly(counter.count(arrived(p, mask), file.thresholds()).toArray());
    }
    assertThat(file.complete()).isEqualTo(complete);
    assertThat(file.events()).isPositive();
  }

  /** A frame with zeros where a sector is missing. */
  private byte[] arrived(long frame, int mask) {
    byte[] pixels = frames.get(frame).clone();
    int bytes = detector.sectorBytes();
    for (int m = 0; m < detector.modules(); m++) {
      if ((mask & 1 << m) == 0) {
        Arrays.fill(pixels, m * bytes, (m + 1) * bytes, (byte) 0);
      }
    }
    return pixels;
  }
}
