package io.millrace.ingest;

import io.millrace.detector.SectorHeader;
import io.millrace.detector.raw.RawFileReader;
import io.millrace.detector.raw.RawFileWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;

/**
 * One of the files of {@link SpilledSectors}, and which of its sectors are released.
 *
 * <p>Life: appended to; ended, when no more comes; then it is deleted as soon as all of its sectors
 * are released, by whoever has it.
 */
final class SpilledFile {
  private final Path path;
  private final long scan;
  private final long firstPlace;
  private final BitSet released = new BitSet();
  private int held;
  private int sectors;

  /** Null when it has ended. */
  private RawFileWriter writer;

  /**
   * Creates it.
   *
   * @param firstPlace of its first sector
   * @throws IOException if it is there already or cannot be created
   */
  SpilledFile(Path path, long scan, long firstPlace) throws IOException {
    this.path = path;
    this.scan = scan;
    this.firstPlace = firstPlace;
    writer = new RawFileWriter(path);
  }

  /** Appends a sector, as a whole or not at all. Its place follows the one before. */
  void append(SectorHeader header, ByteBuffer pixels) throws IOException {
    writer.write(header, pixels);
    sectors++;
    held++;
  }

  /** Nothing is appended any more. */
  void end() throws IOException {
    RawFileWriter last = writer;
    writer = null;
    if (last != null) {
      last.close();
    }
  }

  /** Returns when the disk has all of it. Only after its end. */
  void force() throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** Notes that nobody needs a sector any more. */
  void release(long place) {
    released.set(index(place));
    held--;
  }

  /** Whether the sector of a place is here, and not released. */
  boolean holds(long place) {
    return place >= firstPlace && place < firstPlace + sectors && !released.get(index(place));
  }

  /** Where the pixels of a place begin, in bytes from the file's start. */
  long pixelsAt(long place, int sectorBytes) {
    return index(place) * (long) (RawFileReader.HEADER_BYTES + sectorBytes)
        + RawFileReader.HEADER_BYTES;
  }

  private int index(long place) {
    return (int) (place - firstPlace);
  }

  Path path() {
    return path;
  }

  long scan() {
    return scan;
  }

  long firstPlace() {
    return firstPlace;
  }

  /** Sectors that were appended. */
  int sectors() {
    return sectors;
  }

  /** Those that are not released. */
  int held() {
    return held;
  }
}
