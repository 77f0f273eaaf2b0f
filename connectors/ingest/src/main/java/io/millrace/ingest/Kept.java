package io.millrace.ingest;

import io.millrace.detector.SectorHeader;
import io.millrace.detector.wire.HeaderCodec;
import io.millrace.detector.wire.ScanEnd;
import io.millrace.detector.wire.Sequence;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A message that may have to be sent again: a sector, with its pixels in memory or in a file, or
 * the end of a scan. Those in memory are used again and again.
 */
final class Kept {
  /** Never sent. */
  static final long UNSENT = -1;

  /** Of a sector; of an end, only the scan and the module. */
  final SectorHeader header = new SectorHeader();

  /** Bytes of its memory; 0 if it may have none. */
  private final int room;

  /** As long as a sector; null as long as nobody has asked for it. */
  private ByteBuffer memory;

  /** The sector's pixels; null if they are in a file, and for an end. */
  private ByteBuffer pixels;

  private int checksum;

  /** Where a sector is in the files; -1 if it is not there. */
  long place = -1;

  /** Sectors of the scan in the lane, for an end; -1 for a sector. */
  long count = -1;

  int lane;

  /** In its lane, from 1. */
  long number;

  /** Among all messages of the module, in the order in which they were made. */
  long order;

  /** Messages that the socket had taken when it took this one last. */
  long turn = UNSENT;

  private Kept(int room) {
    this.room = room;
  }

  /** A sector that may be kept in memory. */
  static Kept inMemory(int sectorBytes) {
    return new Kept(sectorBytes);
  }

  /** A message without pixels, or with pixels in a file. */
  static Kept elsewhere() {
    return new Kept(0);
  }

  boolean isInMemory() {
    return room > 0;
  }

  /**
   * A direct buffer where the pixels may be written. Those that have a buffer already need none:
   * memory that nobody writes is not taken from the machine.
   */
  ByteBuffer memory() {
    if (memory == null) {
      memory = ByteBuffer.allocateDirect(room);
    }
    return memory;
  }

  /** Makes it a sector with these pixels: its memory, or a buffer whose content never changes. */
  void fill(ByteBuffer pixels, int checksum) {
    this.pixels = pixels;
    this.checksum = checksum;
  }

  /** Of a sector in memory; else null. */
  ByteBuffer pixels() {
    return pixels;
  }

  /** CRC32C of the sector's pixels, wherever they are. */
  int checksum() {
    return checksum;
  }

  boolean isEnd() {
    return count >= 0;
  }

  /** The first part of the message, and of an end the only one. */
  byte[] head(long sender, long acknowledged) {
    if (isEnd()) {
      return new ScanEnd(header.scan, count, header.module, lane, sender, number, acknowledged)
          .encode();
    }
    byte[] out = new byte[HeaderCodec.MAX_BYTES];
    Sequence sequence = new Sequence().set(lane, sender, number, acknowledged, checksum);
    return Arrays.copyOf(out, HeaderCodec.encode(header, sequence, out));
  }
}
