package io.millrace.hdf5;

/** The types of values in the counted file. All are little endian. */
enum Hdf5Type {
  /** Unsigned, 8 bits. */
  U1(1, integer(1, false)),
  /** Unsigned, 32 bits. */
  U4(4, integer(4, false)),
  /** Signed, 64 bits. */
  I8(8, integer(8, true)),
  /** IEEE, 32 bits. */
  F4(4, floating(4, 8, 23)),
  /** IEEE, 64 bits. */
  F8(8, floating(8, 11, 52)),
  /** FALSE or TRUE on a signed byte, as h5py writes booleans. */
  BOOLEAN(1, falseOrTrue()),
  /** UTF-8 of any length: a reference into the global heap. */
  TEXT(GlobalHeap.REFERENCE_BYTES, list(0x01, 0x01, U1)),
  /** A list of {@link #U4} of any length: a reference into the global heap. */
  U4_LIST(GlobalHeap.REFERENCE_BYTES, list(0x00, 0x00, U4));

  private static final int VERSION = 0x10;
  private final int bytes;
  private final Bytes message;

  Hdf5Type(int bytes, Bytes message) {
    this.bytes = bytes;
    this.message = message;
  }

  /** Bytes of one value where it stands. */
  int bytes() {
    return bytes;
  }

  /** The datatype message. */
  Bytes message() {
    return message;
  }

  private static Bytes integer(int bytes, boolean signed) {
    return new Bytes()
        .u1(VERSION)
        .u1(signed ? 0x08 : 0)
        .u2(0)
        .u4(bytes)
        .u2(0) // first bit
        .u2(8 * bytes);
  }

  private static Bytes floating(int bytes, int exponentBits, int mantissaBits) {
    return new Bytes()
        .u1(VERSION | 1)
        .u1(0x20) // the mantissa's leading 1 is implied
        .u2(8 * bytes - 1) // bit of the sign
        .u4(bytes)
        .u2(0)
        .u2(8 * bytes)
        .u1(mantissaBits) // exponent: first bit, bits
        .u1(exponentBits)
        .u1(0) // mantissa: first bit, bits
        .u1(mantissaBits)
        .u4((1 << exponentBits - 1) - 1); // bias of the exponent
  }

  private static Bytes falseOrTrue() {
    return new Bytes()
        .u1(VERSION | 8)
        .u2(2) // names, each padded to a multiple of 8 bytes
        .u1(0)
        .u4(1)
        .bytes(integer(1, true))
        .text("FALSE\0\0\0TRUE\0\0\0\0")
        .u1(0)
        .u1(1);
  }

  private static Bytes list(int kind, int characterSet, Hdf5Type of) {
    return new Bytes()
        .u1(VERSION | 9)
        .u1(kind)
        .u2(characterSet)
        .u4(GlobalHeap.REFERENCE_BYTES)
        .bytes(of.message);
  }
}
