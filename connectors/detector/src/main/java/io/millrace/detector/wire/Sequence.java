package io.millrace.detector.wire;

/**
 * Where a message stands among those that a producer sends into a lane, and by which it can be
 * asked for again. Mutable, so that one instance serves a whole stream.
 *
 * <p>A lane is all that one module sends to one reader. Its messages are numbered from 1 without a
 * gap, sectors and ends of scans alike.
 */
public final class Sequence {
  /** The lane, from 0. */
  public int lane;

  /**
   * Which life of the module's producer: the time of its start, in milliseconds of the epoch. Of
   * two, the higher is the later. 0 for a message that cannot be sent again, whose other fields are
   * 0.
   */
  public long sender;

  /** Number of the message, from 1. */
  public long number;

  /** All messages up to this number were acknowledged when this one was sent; they are not kept. */
  public long acknowledged;

  /** CRC-32C of the payload. */
  public int checksum;

  /** Sets all fields. */
  public Sequence set(int lane, long sender, long number, long acknowledged, int checksum) {
    this.lane = lane;
    this.sender = sender;
    this.number = number;
    this.acknowledged = acknowledged;
    this.checksum = checksum;
    return this;
  }

  /** Whether the message can be sent again. */
  public boolean isThere() {
    return sender != 0;
  }

  @Override
  public String toString() {
    return "message %d of sender %d into lane %d".formatted(number, sender, lane);
  }
}
