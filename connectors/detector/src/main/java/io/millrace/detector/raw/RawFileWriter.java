package io.millrace.detector.raw;

import io.millrace.detector.SectorHeader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes a raw file, a record at a time. The version is that of the pixels it is given.
 *
 * <p>A record is in the file as a whole or not at all: one that could be written in part only, as
 * when the disk becomes full, is taken back.
 */
public final class RawFileWriter implements Closeable {
  private final FileChannel channel;
  private final ByteBuffer header =
      ByteBuffer.allocateDirect(RawFileReader.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final ByteBuffer[] record = new ByteBuffer[2];

  /** Bytes of whole records. */
  private long length;

  /**
   * Creates the file.
   *
   * @throws IOException if it is there already, or cannot be created
   */
  public RawFileWriter(Path file) throws IOException {
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(
          "%s is there already; give another directory or scan number".formatted(file), e);
    }
  }

  /**
   * Appends a record. The header's thread and module are not written; a record has no place for
   * them.
   *
   * @param pixels a sector, or a frame in a file of version 3, from position to limit
   * @throws IOException if it cannot be written. The records before it stay, and others can be
   *     appended, unless it could not be taken back; then the file is closed
   */
  public void write(SectorHeader h, ByteBuffer pixels) throws IOException {
    header
        .clear()
        .putInt((int) h.scan)
        .putInt((int) h.frame)
        .putShort((short) h.width)
        .putShort((short) h.height)
        .putShort((short) h.x)
        .putShort((short) h.y)
        .flip();
    record[0] = header;
    record[1] = pixels.duplicate(); // whoever sends the pixels meanwhile has its own place in them
    try {
      while (record[1].hasRemaining()) {
        channel.write(record);
      }
    } catch (IOException e) {
      takeBack(e);
      throw e;
    }
    length += RawFileReader.HEADER_BYTES + pixels.remaining();
  }

  private void takeBack(IOException why) {
    try {
      channel.truncate(length).position(length);
    } catch (IOException e) {
      why.addSuppressed(e);
      try {
        // Whatever came next would stand behind half a record, where no reader finds it.
        channel.close();
      } catch (IOException again) {
        why.addSuppressed(again);
      }
    }
  }

  /** Bytes of the records that were written. */
  public long length() {
    return length;
  }

  /** Returns when the disk has all that was written. */
  public void force() throws IOException {
    channel.force(true);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
