package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.raw.RawDataset;
import io.millrace.detector.raw.RawFileName;
import io.millrace.detector.raw.RawFileWriter;
import io.millrace.detector.raw.RawVersion;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawSectorsTest {
  private static final DetectorDescription DETECTOR = Detectors.square(8);

  @TempDir private Path directory;

  @Test
  void readsAllFilesSideBySideTheLowestFrameFirst() throws IOException {
    write(0, 0, 2, 4, 9);
    write(1, 1, 3, 5);
    write(2, 6, 7, 8);
    List<Long> frames = new ArrayList<>();
    try (RawSectors source = open()) {
      assertThat(source.sectors()).isEqualTo(10);
      SectorHeader h = new SectorHeader();
      ByteBuffer slot = ByteBuffer.allocate(DETECTOR.sectorBytes());
      while (source.next(h)) {
        assertThat(h.module).isEqualTo(2);
        assertThat(source.pixels(slot).get(0)).as("pixels of that frame").isEqualTo((byte) h.frame);
        frames.add(h.frame);
      }
      assertThat(source.account()).isEmpty();
    }
    assertThat(frames).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
  }

  @Test
  void badRecordsAreSkippedAndCounted() throws IOException {
    write(0, 0, 1, 50, 2, 51);
    try (RawSectors source = open()) {
      assertThat(source.sectors()).isEqualTo(3);
      SectorHeader h = new SectorHeader();
      for (int frame = 0; frame < 3; frame++) {
        assertThat(source.next(h)).isTrue();
        assertThat(h.frame).isEqualTo(frame);
      }
      assertThat(source.next(h)).isFalse();
      assertThat(source.account()).isEqualTo("bad records skipped: 2");
    }
  }

  @Test
  void filesThatChangeAfterTheyWereAnnouncedAreAnError() throws IOException {
    Path file = write(0, 0, 1, 2);
    RawDataset dataset = dataset();
    Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), 2 * (16 + 32)));
    try (RawSectors source = new RawSectors(dataset, 2)) {
      SectorHeader h = new SectorHeader();
      source.next(h);
      source.next(h);
      assertThatThrownBy(() -> source.next(h))
          .isInstanceOf(EOFException.class)
          .hasMessageContaining("held 3 good records when they were opened and 2 now");
    }
  }

  private RawSectors open() throws IOException {
    return new RawSectors(dataset(), 2);
  }

  private RawDataset dataset() throws IOException {
    return RawDataset.open(
        List.of(directory), RawVersion.ROW_SECTORS, DETECTOR, Set.of(2), OptionalLong.empty());
  }

  /** Frames from 50 on stand outside the scan of 10 x 5. */
  private Path write(int part, int... frames) throws IOException {
    Path file = directory.resolve(RawFileName.compose(3, 2, part));
    try (RawFileWriter writer = new RawFileWriter(file)) {
      for (int f : frames) {
        byte[] pixels = new byte[DETECTOR.sectorBytes()];
        pixels[0] = (byte) f;
        writer.write(
            new SectorHeader().set(3, f, 10, 5, f % 10, f / 10, 0, 2), ByteBuffer.wrap(pixels));
      }
    }
    return file;
  }
}
