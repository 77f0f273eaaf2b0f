package io.millrace.hdf5;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.Deflater;

/**
 * A long table of values of 32 bits, in compressed chunks of rows: bytes of the same weight are put
 * together (the filter "shuffle"), then deflated. The chunks are found by a fixed array.
 */
final class CompressedRows {
  /** Values of a chunk, or a little less: 256 kB, which readers' chunk caches hold. */
  private static final int CHUNK = 1 << 16;

  /** Higher levels take half as long again for 1 % less. */
  private static final int DEFLATE_LEVEL = 1;

  /** The index is not cut into pages: 2^20 chunks are 69 billion values. */
  private static final int PAGE_BITS = 20;

  private static final int CLIENT_FILTERED = 1;

  private final Hdf5File file;
  private final Hdf5Type type;
  private final long[] dimensions;
  private final long length;
  private final int chunkRows;
  private final int chunk;
  private final int sizeBytes;
  private final byte[] shuffled;
  private final byte[] deflated;
  private final Deflater deflater = new Deflater(DEFLATE_LEVEL);
  private final Bytes entries = new Bytes();
  private long count;
  private int inChunk;

  /**
   * @param type of 32 bits
   * @param dimensions number of rows that will come; also of columns, if there are more than one
   */
  CompressedRows(Hdf5File file, Hdf5Type type, long... dimensions) {
    this.file = file;
    this.type = type;
    this.dimensions = dimensions;
    int columns = dimensions.length == 1 ? 1 : (int) dimensions[1];
    this.length = dimensions[0] * columns;
    this.chunkRows = (int) Math.min(CHUNK / columns, dimensions[0]);
    this.chunk = chunkRows * columns;
    int chunkBytes = chunk * Integer.BYTES;
    // What a reader expects: room for a chunk that did not get smaller, and one byte more.
    this.sizeBytes = 1 + (39 - Integer.numberOfLeadingZeros(chunkBytes)) / 8;
    this.shuffled = new byte[chunkBytes];
    this.deflated = new byte[2 * chunkBytes + 64];
  }

  /** Appends a value's bits, row by row. */
  void put(int bits) throws IOException {
    for (int b = 0; b < Integer.BYTES; b++) {
      shuffled[b * chunk + inChunk] = (byte) (bits >>> 8 * b);
    }
    inChunk++;
    count++;
    if (inChunk == chunk) {
      writeChunk();
    }
  }

  /** Writes the rest and the index, describes it all; returns the data set's address. */
  long dataset(Map<String, Object> attributes) throws IOException {
    if (count != length) {
      throw new IllegalStateException("%,d values instead of %,d".formatted(count, length));
    }
    if (inChunk > 0) {
      writeChunk();
    }
    deflater.end();
    if (length == 0) {
      return file.dataset(type, dimensions, file.begin(), attributes);
    }
    int entryBytes = Long.BYTES + sizeBytes + Integer.BYTES;
    long chunks = (length + chunk - 1) / chunk;
    // Header and data block of the index name each other, so the header's address comes first.
    Bytes header = new Bytes().text("FAHD").u1(0).u1(CLIENT_FILTERED).u1(entryBytes).u1(PAGE_BITS);
    long headerAddress = file.begin();
    long blockAddress = headerAddress + header.size() + 2 * Long.BYTES + Integer.BYTES;
    file.metadata(header.u8(chunks).u8(blockAddress).checksum());
    file.metadata(
        new Bytes()
            .text("FADB")
            .u1(0)
            .u1(CLIENT_FILTERED)
            .u8(headerAddress)
            .bytes(entries)
            .checksum());
    Bytes layout =
        new Bytes()
            .u1(4)
            .u1(2) // chunked
            .u1(0)
            .u1(dimensions.length + 1) // the value's bytes being one
            .u1(Integer.BYTES)
            .u4(chunkRows);
    if (dimensions.length > 1) {
      layout.u4((int) dimensions[1]);
    }
    layout
        .u4(Integer.BYTES)
        .u1(3) // found by a fixed array
        .u1(PAGE_BITS)
        .u8(headerAddress);
    Bytes filters =
        new Bytes()
            .u1(2)
            .u1(2)
            .u2(2) // shuffle, by the value's bytes
            .u2(0)
            .u2(1)
            .u4(Integer.BYTES)
            .u2(1) // deflate
            .u2(0)
            .u2(1)
            .u4(DEFLATE_LEVEL);
    return file.header(
        Hdf5File.describe(type, dimensions)
            .message(ObjectHeader.LAYOUT, layout)
            .message(ObjectHeader.FILTERS, filters),
        attributes);
  }

  private void writeChunk() throws IOException {
    for (int b = 0; b < Integer.BYTES; b++) {
      // The last chunk is filled with zeros.
      Arrays.fill(shuffled, b * chunk + inChunk, (b + 1) * chunk, (byte) 0);
    }
    deflater.reset();
    deflater.setInput(shuffled);
    deflater.finish();
    int size = deflater.deflate(deflated);
    entries.u8(file.begin());
    for (int b = 0; b < sizeBytes; b++) {
      entries.u1((int) ((long) size >>> 8 * b));
    }
    entries.u4(0); // no filter was left out
    file.append(ByteBuffer.wrap(deflated, 0, size));
    inChunk = 0;
  }
}
