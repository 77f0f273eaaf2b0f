package io.millrace.detector.raw;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.SectorPlacement;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Reads one module's sectors from a raw file, a record at a time.
 *
 * <p>Header and pixels are read apart, so that a file can be looked through by its headers alone.
 * Of a frame (version 3) only the module's sector is handed out. Memory: nothing but, for sectors
 * that have to be gathered from the rows of a frame, one band of rows.
 */
public final class RawFileReader implements Closeable {
  /** Bytes before a record's pixels. */
  public static final int HEADER_BYTES = 16;

  private static final int U16 = 0xffff;
  private static final long U32 = 0xffff_ffffL;

  private final Path file;
  private final int module;
  private final FileChannel channel;
  private final long size;
  private final int recordBytes;
  private final SectorPlacement sector;
  private final int rowsAt;
  private final int rowBytes;
  private final int sectorBytes;
  private final ByteBuffer header =
      ByteBuffer.allocateDirect(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  // Only for a sector that is narrower than the rows it stands in, otherwise null.
  private final ByteBuffer band;

  private long record = -1;

  /**
   * Opens a file.
   *
   * @param module whose sectors are read
   * @throws IOException if it cannot be opened
   * @throws IllegalArgumentException if the version does not fit the detector
   */
  public RawFileReader(Path file, RawVersion version, DetectorDescription detector, int module)
      throws IOException {
    version.requireFits(detector);
    this.file = file;
    this.module = module;
    sector = detector.sector(module);
    sectorBytes = detector.sectorBytes();
    recordBytes = HEADER_BYTES + version.pixelBytes(detector);
    rowsAt = version.rowsAt(detector, sector);
    boolean gather = version == RawVersion.FRAMES && sector.columns() < detector.columns();
    rowBytes = detector.columns() * DetectorDescription.PIXEL_BYTES;
    band = gather ? ByteBuffer.allocateDirect(sector.rows() * rowBytes) : null;
    channel = FileChannel.open(file, StandardOpenOption.READ);
    size = channel.size();
  }

  /** Whole records of the file. */
  public long records() {
    return size / recordBytes;
  }

  /** Bytes at the end that are no whole record; 0 unless the file was cut off. */
  public long truncatedBytes() {
    return size % recordBytes;
  }

  /** Number of the current record, from 0. */
  public long record() {
    return record;
  }

  /** Where the current record begins, in bytes from the file's start. */
  public long offset() {
    return record * recordBytes;
  }

  /** The file. */
  public Path file() {
    return file;
  }

  /**
   * Goes on to the next record.
   *
   * @return false behind the last whole record
   */
  public boolean next(SectorHeader into) throws IOException {
    if (record + 1 >= records()) {
      return false;
    }
    record++;
    read(header.clear(), offset());
    into.set(
        header.getInt(0) & U32,
        header.getInt(4) & U32,
        header.getShort(8) & U16,
        header.getShort(10) & U16,
        header.getShort(12) & U16,
        header.getShort(14) & U16,
        0,
        module);
    return true;
  }

  /**
   * Goes to a record, so that {@link #next} is that one.
   *
   * @param number from 0
   */
  public void goTo(long number) {
    record = number - 1;
  }

  /**
   * Reads the sector of the current record.
   *
   * @param into as long as a sector; its position is 0 afterwards, its limit the sector's length
   */
  public void pixels(ByteBuffer into) throws IOException {
    into.clear().limit(sectorBytes);
    long rows = offset() + HEADER_BYTES + rowsAt;
    if (band == null) {
      read(into, rows);
    } else {
      read(band.clear(), rows);
      int columnAt = sector.column() * DetectorDescription.PIXEL_BYTES;
      int columnBytes = sector.columns() * DetectorDescription.PIXEL_BYTES;
      for (int r = 0; r < sector.rows(); r++) {
        into.put(r * columnBytes, band, r * rowBytes + columnAt, columnBytes);
      }
    }
    into.position(0);
  }

  private void read(ByteBuffer into, long at) throws IOException {
    for (long from = at; into.hasRemaining(); ) {
      int n = channel.read(into, from);
      if (n < 0) {
        throw new EOFException(
            "%s became shorter while it was read; record %d at byte %d is gone"
                .formatted(file, record, offset()));
      }
      from += n;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
