package io.millrace.hdf5;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * An HDF5 file that is written from front to back: values first, then the header that describes
 * them, then the groups, and last the superblock at the front, without which the file is no HDF5
 * file yet.
 *
 * <pre>
 *   long begin = file.begin();
 *   for (...) file.putLong(...);
 *   long positions = file.dataset(Hdf5Type.I8, new long[] {n}, begin, Map.of("Nx", 576L));
 *   file.finish(file.group(Map.of("positions", positions), Map.of("version", 3L)));
 * </pre>
 *
 * <p>Superblock 2, object headers 2, compact links, contiguous data: the oldest forms that any HDF5
 * library since 1.8 (2008) reads and can add to. Memory is bounded by two buffers.
 *
 * <p>Attributes are {@code Long}, {@code Double}, {@code Boolean} or {@code String}.
 */
final class Hdf5File implements Closeable {
  private static final long UNDEFINED = -1;
  private static final int SUPERBLOCK_BYTES = 48;
  private static final long SIGNATURE = 0x0a1a_0a0d_4644_4889L; // \211 H D F \r \n \032 \n

  private final Path path;
  private final FileChannel channel;
  private final GlobalHeap heap = new GlobalHeap(this);
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN);

  /** Bytes that have left the buffer. */
  private long written;

  /**
   * A file at the beginning of an empty channel.
   *
   * @param path names the file in errors
   */
  Hdf5File(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    append(ByteBuffer.allocate(SUPERBLOCK_BYTES));
  }

  private Hdf5File(Path path, FileChannel channel, long length) {
    this.path = path;
    this.channel = channel;
    this.written = length;
  }

  /**
   * A file that goes on where it was {@link #persist persisted}; what is behind it is cut off.
   *
   * @throws EOFException if it is shorter
   */
  static Hdf5File resume(Path path, FileChannel channel, long length) throws IOException {
    if (channel.size() < length) {
      throw new EOFException(
          "%s has %,d bytes, and had %,d when it was last written; it cannot be gone on with"
              .formatted(path, channel.size(), length));
    }
    channel.truncate(length).position(length);
    // If it had been finished behind that point, it is not any more.
    channel.write(ByteBuffer.allocate(SUPERBLOCK_BYTES), 0);
    return new Hdf5File(path, channel, length);
  }

  /** Whether a file begins as one does that was finished. */
  static boolean isFinished(FileChannel channel) throws IOException {
    ByteBuffer signature = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return channel.read(signature, 0) == Long.BYTES && signature.getLong(0) == SIGNATURE;
  }

  /** Waits until all that was written is on the disk; returns its length. */
  long persist() throws IOException {
    flush();
    try {
      channel.force(false);
    } catch (IOException e) {
      throw notWritten(e);
    }
    return written;
  }

  /** Where lists go. */
  GlobalHeap heap() {
    return heap;
  }

  /** Number of bytes so far; an open collection of the heap will come next. */
  long end() {
    return written + buffer.position();
  }

  /** Where the next value will be. */
  long begin() throws IOException {
    heap.flush();
    return end();
  }

  void putByte(int value) throws IOException {
    room(1).put((byte) value);
  }

  void putInt(int value) throws IOException {
    room(Integer.BYTES).putInt(value);
  }

  void putLong(long value) throws IOException {
    room(Long.BYTES).putLong(value);
  }

  void append(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      ByteBuffer part = bytes.slice();
      part.limit(Math.min(part.remaining(), room(1).remaining()));
      bytes.position(bytes.position() + part.limit());
      buffer.put(part);
    }
  }

  /** Describes the values written since {@code begin}; returns the data set's address. */
  long dataset(Hdf5Type type, long[] dimensions, long begin, Map<String, Object> attributes)
      throws IOException {
    long bytes = end() - begin;
    long expected = type.bytes();
    for (long n : dimensions) {
      expected *= n;
    }
    if (bytes != expected) {
      throw new IllegalStateException(
          "a data set of %,d bytes, but %,d were written".formatted(expected, bytes));
    }
    Bytes layout = new Bytes().u1(3).u1(1).u8(bytes == 0 ? UNDEFINED : begin).u8(bytes);
    return header(describe(type, dimensions).message(ObjectHeader.LAYOUT, layout), attributes);
  }

  /** A header with all but the layout of a data set. */
  static ObjectHeader describe(Hdf5Type type, long... dimensions) {
    return new ObjectHeader()
        .message(ObjectHeader.DATASPACE, dataspace(dimensions))
        .message(ObjectHeader.DATATYPE, type.message())
        // Fill values are not used: space is allocated late, the default would be written.
        .message(ObjectHeader.FILL_VALUE, new Bytes().u1(3).u1(0x0a));
  }

  /** Writes a group with these children (name, address); returns its address. */
  long group(Map<String, Long> children, Map<String, Object> attributes) throws IOException {
    ObjectHeader header =
        new ObjectHeader()
            .message(ObjectHeader.LINK_INFO, new Bytes().u2(0).u8(UNDEFINED).u8(UNDEFINED))
            .message(ObjectHeader.GROUP_INFO, new Bytes().u2(0));
    children.forEach(
        (name, address) -> {
          byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
          header.message(
              ObjectHeader.LINK,
              // A hard link, name in UTF-8, its length in 2 bytes.
              new Bytes().u1(1).u1(0x11).u1(1).u2(utf8.length).bytes(utf8).u8(address));
        });
    return header(header, attributes);
  }

  /** Writes a header with attributes; returns its address. */
  long header(ObjectHeader header, Map<String, Object> attributes) throws IOException {
    for (Map.Entry<String, Object> attribute : attributes.entrySet()) {
      header.message(ObjectHeader.ATTRIBUTE, attribute(attribute.getKey(), attribute.getValue()));
    }
    return metadata(header.encode());
  }

  /** Writes a piece of metadata; returns its address. */
  long metadata(Bytes bytes) throws IOException {
    long address = begin();
    append(ByteBuffer.wrap(bytes.toArray()));
    return address;
  }

  /** Writes the superblock, and waits until all is on the disk. */
  void finish(long rootGroup) throws IOException {
    long end = begin();
    Bytes superblock =
        new Bytes()
            .u8(SIGNATURE)
            .u1(2)
            .u1(Long.BYTES) // addresses, lengths
            .u1(Long.BYTES)
            .u1(0)
            .u8(0)
            .u8(UNDEFINED)
            .u8(end)
            .u8(rootGroup)
            .checksum();
    flush();
    try {
      ByteBuffer bytes = ByteBuffer.wrap(superblock.toArray());
      while (bytes.hasRemaining()) {
        channel.write(bytes, bytes.position());
      }
      channel.force(true);
    } catch (IOException e) {
      throw notWritten(e);
    }
  }

  /** Reads what was written. */
  void read(long address, ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      int n = channel.read(into, address);
      if (n < 0) {
        throw new EOFException("%s ends before byte %,d".formatted(path, address));
      }
      address += n;
    }
  }

  /** Hands all that was written to the operating system. */
  void flush() throws IOException {
    heap.flush();
    flushBuffer();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private Bytes attribute(String name, Object value) throws IOException {
    Bytes data = new Bytes();
    Hdf5Type type;
    if (value instanceof Long l) {
      type = Hdf5Type.I8;
      data.u8(l);
    } else if (value instanceof Double d) {
      type = Hdf5Type.F8;
      data.f8(d);
    } else if (value instanceof Boolean b) {
      type = Hdf5Type.BOOLEAN;
      data.u1(b ? 1 : 0);
    } else if (value instanceof String s) {
      type = Hdf5Type.TEXT;
      byte[] utf8 = s.getBytes(StandardCharsets.UTF_8);
      if (utf8.length == 0) {
        data.u8(0).u8(0);
      } else {
        GlobalHeap.Place place = heap.add(utf8);
        data.u4(utf8.length).u8(place.collection()).u4(place.index());
      }
    } else {
      throw new IllegalArgumentException("attribute %s: no type for %s".formatted(name, value));
    }
    byte[] utf8 = (name + '\0').getBytes(StandardCharsets.UTF_8);
    Bytes dataspace = dataspace();
    return new Bytes()
        .u1(3)
        .u1(0)
        .u2(utf8.length)
        .u2(type.message().size())
        .u2(dataspace.size())
        .u1(1) // the name is UTF-8
        .bytes(utf8)
        .bytes(type.message())
        .bytes(dataspace)
        .bytes(data);
  }

  /** A scalar if there are no dimensions. */
  private static Bytes dataspace(long... dimensions) {
    Bytes bytes = new Bytes().u1(2).u1(dimensions.length).u1(0).u1(dimensions.length == 0 ? 0 : 1);
    for (long n : dimensions) {
      bytes.u8(n);
    }
    return bytes;
  }

  private ByteBuffer room(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      flushBuffer();
    }
    return buffer;
  }

  private void flushBuffer() throws IOException {
    buffer.flip();
    try {
      while (buffer.hasRemaining()) {
        written += channel.write(buffer);
      }
    } catch (IOException e) {
      throw notWritten(e);
    } finally {
      buffer.clear();
    }
  }

  private IOException notWritten(IOException e) {
    return new IOException(
        "%s could not be written (%s); make room or choose another directory, and count again"
            .formatted(path, e.getMessage() == null ? e : e.getMessage()),
        e);
  }
}
