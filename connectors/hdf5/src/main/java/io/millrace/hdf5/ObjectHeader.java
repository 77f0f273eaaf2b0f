package io.millrace.hdf5;

/** The header of a group or a data set, version 2: a list of messages and a checksum. */
final class ObjectHeader {
  static final int DATASPACE = 0x01;
  static final int LINK_INFO = 0x02;
  static final int DATATYPE = 0x03;
  static final int FILL_VALUE = 0x05;
  static final int LINK = 0x06;
  static final int LAYOUT = 0x08;
  static final int GROUP_INFO = 0x0a;
  static final int FILTERS = 0x0b;
  static final int ATTRIBUTE = 0x0c;

  private final Bytes messages = new Bytes();

  ObjectHeader message(int type, Bytes body) {
    if (body.size() > 0xffff) {
      throw new IllegalArgumentException(
          "a message of %,d bytes does not fit an HDF5 object header".formatted(body.size()));
    }
    messages.u1(type).u2(body.size()).u1(0).bytes(body);
    return this;
  }

  Bytes encode() {
    return new Bytes()
        .text("OHDR")
        .u1(2)
        .u1(0x02) // the size takes 4 bytes
        .u4(messages.size())
        .bytes(messages)
        .checksum();
  }
}
