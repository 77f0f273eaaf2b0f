package io.millrace.detector.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.DropReason;
import io.millrace.detector.SectorHeader;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** What docs/PROTOCOL.md adds to the plain protocol, byte for byte. */
class SequencedMessagesTest {
  private final HeaderCodec codec = new HeaderCodec();
  private final SectorHeader header = new SectorHeader();
  private final Sequence sequence = new Sequence();

  @Test
  void aHeaderOfThirteenFields() {
    SectorHeader example = new SectorHeader().set(4653, 1_000_000, 1025, 1024, 512, 700, 3, 2);
    Sequence place = new Sequence().set(5, 1_795_899_733_780L, 300, 299, 0xdeadbeef);
    byte[] out = new byte[HeaderCodec.MAX_BYTES];
    int n = HeaderCodec.encode(example, place, out);
    assertThat(HexFormat.of().formatHex(out, 0, n))
        .isEqualTo(
            "9dcd122dce000f4240cd0401cd0400cd0200cd02bc0302"
                + "05cf000001a223f73714cd012ccd012bcedeadbeef");
    assertThat(codec.decode(out, 0, n, header, sequence)).isNull();
    assertThat(header).hasToString(example.toString());
    assertThat(sequence.lane).isEqualTo(5);
    assertThat(sequence.sender).isEqualTo(1_795_899_733_780L);
    assertThat(sequence.number).isEqualTo(300);
    assertThat(sequence.acknowledged).isEqualTo(299);
    assertThat(sequence.checksum).isEqualTo(0xdeadbeef);
    for (int cut = 0; cut < n; cut++) {
      assertThat(codec.decode(out, 0, cut, header, sequence)).isEqualTo(DropReason.HEADER_FORMAT);
    }
  }

  @Test
  void theLongestHeaderFits() {
    long u32 = 0xffff_ffffL;
    SectorHeader largest =
        new SectorHeader().set(u32, u32, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff);
    Sequence place = new Sequence().set(0xffff, Long.MAX_VALUE, Long.MAX_VALUE, u32 + 1, -1);
    byte[] out = new byte[HeaderCodec.MAX_BYTES];
    assertThat(HeaderCodec.encode(largest, place, out)).isEqualTo(HeaderCodec.MAX_BYTES);
  }

  @Test
  void aPlainHeaderHasNoPlace() {
    sequence.set(1, 2, 3, 2, 5);
    byte[] out = new byte[HeaderCodec.MAX_BYTES];
    int n = HeaderCodec.encode(new SectorHeader().set(1, 2, 3, 4, 0, 0, 0, 1), out);
    assertThat(codec.decode(out, 0, n, header, sequence)).isNull();
    assertThat(sequence.isThere()).isFalse();
  }

  @Test
  void aPlaceBelowTheAcknowledgedOnesIsImpossible() {
    byte[] out = new byte[HeaderCodec.MAX_BYTES];
    int n = HeaderCodec.encode(header, new Sequence().set(0, 9, 4, 4, 0), out);
    assertThat(codec.decode(out, 0, n, header, sequence)).isEqualTo(DropReason.FIELD_RANGE);
  }

  @Test
  void theEndOfAScan() {
    ScanEnd end = new ScanEnd(4653, 65_600, 2, 5, 1_795_899_733_780L, 301, 17);
    assertThat(HexFormat.of().formatHex(end.encode()))
        .isEqualTo("97cd122dce000100400205cf000001a223f73714cd012d11");
    assertThat(ScanEnd.decode(end.encode(), 0, end.encode().length)).contains(end);
    byte[] bytes = end.encode();
    for (int cut = 0; cut < bytes.length; cut++) {
      assertThat(ScanEnd.decode(bytes, 0, cut)).isEmpty();
    }
    byte[] info = Announcement.of(4653, 3).encode();
    assertThat(ScanEnd.decode(info, 0, info.length)).isEmpty();
    assertThat(Announcement.decode(bytes, 0, bytes.length)).isEmpty();
  }

  @Test
  void aStatus() {
    LaneStatus status = new LaneStatus(2, 5, 7, 1_795_899_733_780L, 17, 301, 0, true);
    byte[] bytes = status.encode();
    assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("98020507cf000001a223f7371411cd012d0001");
    assertThat(LaneStatus.decode(bytes, 0, bytes.length)).contains(status);
    for (int cut = 0; cut < bytes.length; cut++) {
      assertThat(LaneStatus.decode(bytes, 0, cut)).isEmpty();
    }
    assertThat(bytes).startsWith(LaneStatus.prefix(2));
    assertThat(Arrays.copyOf(bytes, 2)).isNotEqualTo(LaneStatus.prefix(3));
  }
}
