package io.millrace.detector.wire;

import io.millrace.detector.DropReason;
import io.millrace.detector.SectorHeader;

/**
 * The first part of a data message: a msgpack array of 8 unsigned integers, in the order {@code
 * scan u32, frame u32, width u16, height u16, x u16, y u16, thread u16, module u16}. A newer
 * variant has 9, with {@code frames of this thread} inserted at index 2. Both are read; which is
 * written is the caller's choice.
 *
 * <p>A message that can be sent again has {@value #SEQUENCED_FIELDS}: behind those 8 come {@code
 * lane u16, sender u63, number u63, acknowledged u63, checksum u32}, which are its {@link
 * Sequence}.
 *
 * <p>An instance belongs to one thread.
 */
public final class HeaderCodec {
  /** The longest header, in bytes, that this codec writes. */
  public static final int MAX_BYTES = 1 + 3 * 5 + 7 * 3 + 3 * 9;

  private static final int SEQUENCED_FIELDS = 13;

  private static final long U32 = 0xffff_ffffL;
  private static final int U16 = 0xffff;

  private final MsgPack msgpack = new MsgPack();

  /**
   * Reads a header.
   *
   * @param header set only if the message is well formed
   * @param sequence set only if the message is well formed; to none if it cannot be sent again
   * @return null, or what is wrong with the message
   */
  public DropReason decode(
      byte[] message, int offset, int length, SectorHeader header, Sequence sequence) {
    msgpack.read(message, offset, length);
    long fields = msgpack.readArrayLength();
    if (fields == MsgPack.MALFORMED) {
      return DropReason.HEADER_FORMAT;
    }
    if (fields != 8 && fields != 9 && fields != SEQUENCED_FIELDS) {
      return DropReason.FIELD_COUNT;
    }
    long scan = msgpack.readUnsigned();
    long frame = msgpack.readUnsigned();
    long framesOfThread = fields == 9 ? msgpack.readUnsigned() : 0;
    long width = msgpack.readUnsigned();
    long height = msgpack.readUnsigned();
    long x = msgpack.readUnsigned();
    long y = msgpack.readUnsigned();
    long thread = msgpack.readUnsigned();
    long module = msgpack.readUnsigned();
    boolean sequenced = fields == SEQUENCED_FIELDS;
    long lane = sequenced ? msgpack.readUnsigned() : 0;
    long sender = sequenced ? msgpack.readUnsigned() : 0;
    long number = sequenced ? msgpack.readUnsigned() : 0;
    long acknowledged = sequenced ? msgpack.readUnsigned() : 0;
    long checksum = sequenced ? msgpack.readUnsigned() : 0;
    // MALFORMED is negative, and so is the disjunction of anything with it.
    if ((scan | frame | framesOfThread | width | height | x | y | thread | module) < 0
        || (lane | sender | number | acknowledged | checksum) < 0
        || !msgpack.atEnd()) {
      return DropReason.HEADER_FORMAT;
    }
    if (scan > U32
        || frame > U32
        || width > U16
        || height > U16
        || x > U16
        || y > U16
        || thread > U16
        || module > U16
        || lane > U16
        || checksum > U32
        || sequenced && (sender == 0 || number <= acknowledged)) {
      return DropReason.FIELD_RANGE;
    }
    header.set(
        scan, frame, (int) width, (int) height, (int) x, (int) y, (int) thread, (int) module);
    sequence.set((int) lane, sender, number, acknowledged, (int) checksum);
    return null;
  }

  /**
   * Writes the form with 8 fields.
   *
   * @param out at least {@link #MAX_BYTES} long
   * @return number of bytes written from index 0
   */
  public static int encode(SectorHeader header, byte[] out) {
    out[0] = (byte) 0x98;
    int at = MsgPack.writeUnsigned(out, 1, header.scan);
    at = MsgPack.writeUnsigned(out, at, header.frame);
    return encodeRest(header, out, at);
  }

  /** Writes the form with 9 fields; otherwise as {@link #encode(SectorHeader, byte[])}. */
  public static int encode(SectorHeader header, long framesOfThread, byte[] out) {
    out[0] = (byte) 0x99;
    int at = MsgPack.writeUnsigned(out, 1, header.scan);
    at = MsgPack.writeUnsigned(out, at, header.frame);
    at = MsgPack.writeUnsigned(out, at, framesOfThread);
    return encodeRest(header, out, at);
  }

  /** Writes the form that can be sent again; otherwise as {@link #encode(SectorHeader, byte[])}. */
  public static int encode(SectorHeader header, Sequence sequence, byte[] out) {
    int at = encode(header, out);
    out[0] = (byte) (0x90 | SEQUENCED_FIELDS);
    at = MsgPack.writeUnsigned(out, at, sequence.lane);
    at = MsgPack.writeUnsigned(out, at, sequence.sender);
    at = MsgPack.writeUnsigned(out, at, sequence.number);
    at = MsgPack.writeUnsigned(out, at, sequence.acknowledged);
    return MsgPack.writeUnsigned(out, at, sequence.checksum & U32);
  }

  private static int encodeRest(SectorHeader header, byte[] out, int at) {
    at = MsgPack.writeUnsigned(out, at, header.width);
    at = MsgPack.writeUnsigned(out, at, header.height);
    at = MsgPack.writeUnsigned(out, at, header.x);
    at = MsgPack.writeUnsigned(out, at, header.y);
    at = MsgPack.writeUnsigned(out, at, header.thread);
    return MsgPack.writeUnsigned(out, at, header.module);
  }
}
