package io.millrace.detector.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.SectorPlacement;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RawFileTest {
  private static final DetectorDescription ROWS =
      new DetectorDescription(
          "rows", 6, 4, List.of(new SectorPlacement(0, 0, 3, 4), new SectorPlacement(3, 0, 3, 4)));
  private static final DetectorDescription COLUMNS =
      new DetectorDescription(
          "columns",
          6,
          4,
          List.of(new SectorPlacement(0, 0, 6, 2), new SectorPlacement(0, 2, 6, 2)));

  @TempDir private Path directory;

  @Test
  void aRecordIsSixteenBytesLittleEndianAndThePixels() throws IOException {
    Path file = directory.resolve("a.data");
    try (RawFileWriter writer = new RawFileWriter(file)) {
      writer.write(
          new SectorHeader().set(4653, 1_000_000, 1025, 1024, 512, 700, 3, 2),
          ByteBuffer.wrap(new byte[] {1, 2}));
    }
    assertThat(HexFormat.of().formatHex(Files.readAllBytes(file)))
        .isEqualTo("2d12000040420f0001040004" + "0002bc02" + "0102");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void readsBackWhatItWrites(long seed) throws IOException {
    Random random = new Random(seed);
    List<RawFile> kinds =
        List.of(
            new RawFile(RawVersion.ROW_SECTORS, ROWS),
            new RawFile(RawVersion.COLUMN_SECTORS, COLUMNS));
    for (RawFile kind : kinds) {
      byte[][] sectors = new byte[random.nextInt(20)][kind.detector.sectorBytes()];
      Path file = directory.resolve(kind.version + ".data");
      SectorHeader[] headers = write(file, sectors, random);
      try (RawFileReader reader = new RawFileReader(file, kind.version, kind.detector, 1)) {
        SectorHeader h = new SectorHeader();
        ByteBuffer pixels = ByteBuffer.allocateDirect(kind.detector.sectorBytes());
        assertThat(reader.records()).isEqualTo(sectors.length);
        for (int i = 0; i < sectors.length; i++) {
          assertThat(reader.next(h)).isTrue();
          headers[i].module = 1;
          headers[i].thread = 0;
          assertThat(h).as("seed %d", seed).hasToString(headers[i].toString());
          assertThat(reader.record()).isEqualTo(i);
          assertThat(reader.offset()).isEqualTo(i * 40L);
          reader.pixels(pixels);
          assertThat(bytes(pixels)).as("seed %d", seed).isEqualTo(sectors[i]);
        }
        assertThat(reader.next(h)).isFalse();
        assertThat(reader.truncatedBytes()).isZero();
        for (int i = sectors.length - 1; i >= 0; i--) {
          reader.goTo(i);
          assertThat(reader.next(h)).isTrue();
          assertThat(h).as("seed %d, backwards", seed).hasToString(headers[i].toString());
          reader.pixels(pixels);
          assertThat(bytes(pixels)).as("seed %d, backwards", seed).isEqualTo(sectors[i]);
        }
      }
    }
  }

  private record RawFile(RawVersion version, DetectorDescription detector) {}

  @Test
  void cutsFramesIntoTheSectorsOfAnyDetector() throws IOException {
    Random random = new Random(4);
    byte[][] frames = new byte[5][ROWS.frameBytes()];
    Path file = directory.resolve("frames.data");
    write(file, frames, random);
    for (DetectorDescription detector : List.of(ROWS, COLUMNS)) {
      for (int m = 0; m < detector.modules(); m++) {
        SectorPlacement s = detector.sector(m);
        try (RawFileReader reader = new RawFileReader(file, RawVersion.FRAMES, detector, m)) {
          ByteBuffer pixels = ByteBuffer.allocate(detector.sectorBytes());
          for (byte[] frame : frames) {
            assertThat(reader.next(new SectorHeader())).isTrue();
            reader.pixels(pixels);
            for (int r = 0; r < s.rows(); r++) {
              for (int c = 0; c < s.columns(); c++) {
                assertThat(pixels.getShort(2 * (r * s.columns() + c)))
                    .isEqualTo(
                        ByteBuffer.wrap(frame).getShort(2 * ((s.row() + r) * 4 + s.column() + c)));
              }
            }
          }
        }
      }
    }
  }

  @Test
  void aTruncatedLastRecordIsNotReadAndSaid() throws IOException {
    Path file = directory.resolve("a.data");
    write(file, new byte[3][ROWS.sectorBytes()], new Random(5));
    byte[] whole = Files.readAllBytes(file);
    for (int cut = 1; cut < 40; cut++) {
      Files.write(file, java.util.Arrays.copyOf(whole, whole.length - cut));
      try (RawFileReader reader = new RawFileReader(file, RawVersion.ROW_SECTORS, ROWS, 0)) {
        SectorHeader h = new SectorHeader();
        assertThat(reader.next(h)).isTrue();
        assertThat(reader.next(h)).isTrue();
        assertThat(reader.next(h)).isFalse();
        assertThat(reader.truncatedBytes()).isEqualTo(40 - cut);
      }
    }
  }

  @Test
  void aFileThatShrinksWhileItIsReadIsAnError() throws IOException {
    Path file = directory.resolve("a.data");
    write(file, new byte[3][ROWS.sectorBytes()], new Random(6));
    try (RawFileReader reader = new RawFileReader(file, RawVersion.ROW_SECTORS, ROWS, 0)) {
      SectorHeader h = new SectorHeader();
      reader.next(h);
      Files.write(file, new byte[30]);
      assertThatThrownBy(() -> reader.pixels(ByteBuffer.allocate(24)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a.data became shorter")
          .hasMessageContaining("record 0 at byte 0");
    }
  }

  @Test
  void neverOverwrites() throws IOException {
    Path file = Files.createFile(directory.resolve("a.data"));
    assertThatThrownBy(() -> new RawFileWriter(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is there already");
  }

  @Test
  void aVersionHasToFitTheDetector() {
    assertThatThrownBy(() -> RawVersion.COLUMN_SECTORS.requireFits(ROWS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("column sectors, which detector rows does not have")
        .hasMessageContaining("4d-camera-columns");
    assertThatThrownBy(() -> RawVersion.ROW_SECTORS.requireFits(COLUMNS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("give version 4");
    assertThatThrownBy(() -> RawVersion.of(2)).hasMessageContaining("give 3 (frames)");
    RawVersion.FRAMES.requireFits(ROWS);
    RawVersion.FRAMES.requireFits(COLUMNS);
    assertThat(RawVersion.of(5)).isEqualTo(RawVersion.ofSectors(ROWS));
    assertThat(RawVersion.of(4)).isEqualTo(RawVersion.ofSectors(COLUMNS));
  }

  /** Fills the payloads with noise and writes them with random headers. */
  private static SectorHeader[] write(Path file, byte[][] payloads, Random random)
      throws IOException {
    SectorHeader[] headers = new SectorHeader[payloads.length];
    try (RawFileWriter writer = new RawFileWriter(file)) {
      for (int i = 0; i < payloads.length; i++) {
        random.nextBytes(payloads[i]);
        headers[i] =
            new SectorHeader()
                .set(
                    random.nextInt() & 0xffff_ffffL,
                    random.nextInt() & 0xffff_ffffL,
                    random.nextInt(0x10000),
                    random.nextInt(0x10000),
                    random.nextInt(0x10000),
                    random.nextInt(0x10000),
                    random.nextInt(0x10000),
                    random.nextInt(2));
        writer.write(headers[i], ByteBuffer.wrap(payloads[i]));
      }
    }
    return headers;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
