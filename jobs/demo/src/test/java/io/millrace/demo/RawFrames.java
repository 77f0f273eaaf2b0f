package io.millrace.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.raw.RawDataset;
import io.millrace.detector.raw.RawFileReader;
import io.millrace.detector.raw.RawVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** Frames put together from raw files, for the definition of counting. */
final class RawFrames {
  private static final DetectorDescription CAMERA = DetectorDescription.load("4d-camera");

  private RawFrames() {}

  /** The frames of the one scan in a directory by their numbers, row-major. */
  static Map<Long, byte[]> read(Path directory) throws IOException {
    Set<Integer> modules = Set.of(0, 1, 2, 3);
    RawDataset dataset =
        RawDataset.open(
            List.of(directory), RawVersion.ROW_SECTORS, CAMERA, modules, OptionalLong.empty());
    assertThat(dataset.problems()).isEmpty();
    Map<Long, byte[]> frames = new HashMap<>();
    ByteBuffer sector = ByteBuffer.allocate(CAMERA.sectorBytes());
    SectorHeader header = new SectorHeader();
    for (int m : modules) {
      for (Path file : dataset.files(m)) {
        try (RawFileReader reader = dataset.read(file, m)) {
          while (reader.next(header)) {
            reader.pixels(sector);
            byte[] frame = frames.computeIfAbsent(header.frame, f -> new byte[CAMERA.frameBytes()]);
            sector.get(frame, m * CAMERA.sectorBytes(), CAMERA.sectorBytes());
          }
        }
      }
    }
    return frames;
  }

  /** Blanks the sectors that a mask says are missing. */
  static void blank(byte[] frame, int mask) {
    for (int m = 0; m < CAMERA.modules(); m++) {
      if ((mask & 1 << m) == 0) {
        int sector = CAMERA.sectorBytes();
        Arrays.fill(frame, m * sector, (m + 1) * sector, (byte) 0);
      }
    }
  }
}
