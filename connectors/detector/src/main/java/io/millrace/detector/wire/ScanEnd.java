package io.millrace.detector.wire;

import java.util.Optional;

/**
 * The last message of a scan in a lane that can send again: how many sectors of one module went
 * before. One part, a msgpack array of 7 unsigned integers, in the order {@code scan u32, count
 * u32, module u16, lane u16, sender u63, number u63, acknowledged u63}.
 *
 * @param scan the scan's number
 * @param count sectors of it that were sent into the lane
 * @param module whose sectors
 * @param lane see {@link Sequence#lane}
 * @param sender see {@link Sequence#sender}
 * @param number see {@link Sequence#number}
 * @param acknowledged see {@link Sequence#acknowledged}
 */
public record ScanEnd(
    long scan, long count, int module, int lane, long sender, long number, long acknowledged) {
  private static final int FIELDS = 7;
  private static final long U32 = 0xffff_ffffL;
  private static final int U16 = 0xffff;

  /** Reads an end; empty if the message is none, or malformed. */
  public static Optional<ScanEnd> decode(byte[] message, int offset, int length) {
    long[] f = MsgPack.readArray(message, offset, length, FIELDS);
    if (f == null) {
      return Optional.empty();
    }
    boolean inRange = f[0] <= U32 && f[1] <= U32 && f[2] <= U16 && f[3] <= U16;
    return inRange && f[4] > 0 && f[5] > f[6]
        ? Optional.of(new ScanEnd(f[0], f[1], (int) f[2], (int) f[3], f[4], f[5], f[6]))
        : Optional.empty();
  }

  /** Writes the message. */
  public byte[] encode() {
    return MsgPack.writeArray(scan, count, module, lane, sender, number, acknowledged);
  }

  /** Its place in the lane, without a payload. */
  public Sequence sequence() {
    return new Sequence().set(lane, sender, number, acknowledged, 0);
  }
}
