package io.millrace.detector.wire;

import java.util.Arrays;
import java.util.Optional;

/**
 * What a lane's reader tells a module's producer, again and again; each one replaces those before.
 * One part, a msgpack array of 8 unsigned integers, in the order {@code module u16, lane u16, epoch
 * u63, sender u63, acknowledged u63, next u63, resume u63, waiting u1}.
 *
 * @param module to whose producer
 * @param lane whose reader
 * @param epoch which life of the reader: of two, the higher is the later, and the lower is not
 *     heard any more
 * @param sender the producer that the reader has heard last; 0 if none
 * @param acknowledged all of that producer's messages up to this number are done with for ever
 * @param next number of the message that the reader expects
 * @param resume the reader has to be sent this message again, and all that follow; 0 if it need not
 * @param waiting whether the reader has no room, so that silence says nothing
 */
public record LaneStatus(
    int module,
    int lane,
    long epoch,
    long sender,
    long acknowledged,
    long next,
    long resume,
    boolean waiting) {
  private static final int FIELDS = 8;
  private static final int U16 = 0xffff;

  /** Reads a status; empty if the message is malformed. */
  public static Optional<LaneStatus> decode(byte[] message, int offset, int length) {
    long[] f = MsgPack.readArray(message, offset, length, FIELDS);
    if (f == null) {
      return Optional.empty();
    }
    return f[0] <= U16 && f[1] <= U16
        ? Optional.of(
            new LaneStatus((int) f[0], (int) f[1], f[2], f[3], f[4], f[5], f[6], f[7] != 0))
        : Optional.empty();
  }

  /** With which the messages for a module's producer begin; others do not. */
  public static byte[] prefix(int module) {
    byte[] out = new byte[6];
    out[0] = (byte) (0x90 | FIELDS);
    return Arrays.copyOf(out, MsgPack.writeUnsigned(out, 1, module));
  }

  /** Writes the message. */
  public byte[] encode() {
    return MsgPack.writeArray(
        module, lane, epoch, sender, acknowledged, next, resume, waiting ? 1 : 0);
  }
}
