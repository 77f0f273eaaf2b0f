package io.millrace.detector.wire;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An info message: for each scan number, how many data messages (sectors, not frames) are sent. One
 * part, a msgpack map. Counts from successive announcements of one scan are added.
 *
 * @param counts data messages by scan number
 */
public record Announcement(Map<Long, Long> counts) {
  private static final long U32 = 0xffff_ffffL;

  /** An announcement for one scan. */
  public static Announcement of(long scan, long count) {
    return new Announcement(Map.of(scan, count));
  }

  /** Reads an info message; empty if it is malformed. */
  public static Optional<Announcement> decode(byte[] message, int offset, int length) {
    MsgPack msgpack = new MsgPack();
    msgpack.read(message, offset, length);
    long entries = msgpack.readMapLength();
    if (entries == MsgPack.MALFORMED || entries > length) {
      return Optional.empty();
    }
    Map<Long, Long> counts = new TreeMap<>();
    for (long i = 0; i < entries; i++) {
      long scan = msgpack.readUnsigned();
      long count = msgpack.readUnsigned();
      if ((scan | count) < 0 || scan > U32 || count > U32) {
        return Optional.empty();
      }
      counts.merge(scan, count, Long::sum);
    }
    return msgpack.atEnd() ? Optional.of(new Announcement(counts)) : Optional.empty();
  }

  /** Writes the info message. */
  public byte[] encode() {
    if (counts.size() > 15) {
      throw new IllegalArgumentException("an announcement names at most 15 scans");
    }
    byte[] out = new byte[1 + 10 * counts.size()];
    out[0] = (byte) (0x80 | counts.size());
    int at = 1;
    for (Map.Entry<Long, Long> e : counts.entrySet()) {
      at = MsgPack.writeUnsigned(out, at, e.getKey());
      at = MsgPack.writeUnsigned(out, at, e.getValue());
    }
    return Arrays.copyOf(out, at);
  }
}
