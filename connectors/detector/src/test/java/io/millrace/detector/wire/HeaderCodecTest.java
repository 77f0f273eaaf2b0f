package io.millrace.detector.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.DropReason;
import io.millrace.detector.SectorHeader;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeaderCodecTest {
  private final HeaderCodec codec = new HeaderCodec();
  private final SectorHeader header = new SectorHeader();
  private final Sequence sequence = new Sequence();

  @Test
  void writesAndReadsTheExampleOfTheProtocol() {
    byte[] out = new byte[HeaderCodec.MAX_BYTES];
    SectorHeader example = new SectorHeader().set(4653, 1_000_000, 1025, 1024, 512, 700, 3, 2);
    int n = HeaderCodec.encode(example, out);
    assertThat(HexFormat.of().formatHex(out, 0, n))
        .isEqualTo("98cd122dce000f4240cd0401cd0400cd0200cd02bc0302");
    assertThat(codec.decode(out, 0, n, header, sequence)).isNull();
    assertThat(header).hasToString(example.toString());
  }

  @Test
  void readsBackEveryHeaderThatItWrites() {
    Random random = new Random(1);
    byte[] out = new byte[HeaderCodec.MAX_BYTES + 7];
    for (int i = 0; i < 10_000; i++) {
      SectorHeader h = random(random);
      boolean nine = random.nextBoolean();
      byte[] message = new byte[HeaderCodec.MAX_BYTES];
      int n =
          nine
              ? HeaderCodec.encode(h, random.nextInt() & 0xffff_ffffL, message)
              : HeaderCodec.encode(h, message);
      int offset = random.nextInt(7);
      System.arraycopy(message, 0, out, offset, n);
      assertThat(codec.decode(out, offset, n, header, sequence)).isNull();
      assertThat(header).hasToString(h.toString());
      int cut = random.nextInt(n);
      assertThat(codec.decode(out, offset, cut, header, sequence))
          .isEqualTo(DropReason.HEADER_FORMAT);
    }
  }

  @ParameterizedTest
  @CsvSource({
    // no array, a string, nothing
    "81010a, HEADER_FORMAT",
    "a3616263, HEADER_FORMAT",
    "'', HEADER_FORMAT",
    // 7 and 10 fields
    "9701010101010101, FIELD_COUNT",
    "9a01010101010101010101, FIELD_COUNT",
    // a byte too many, a negative number, a float
    "98010101010101010100, HEADER_FORMAT",
    "98ff01010101010101, HEADER_FORMAT",
    "98ca3f800000010101010101 01, HEADER_FORMAT",
    // scan, width and module too large
    "98cf000000010000000001010101010101, FIELD_RANGE",
    "980101ce000100000101010101, FIELD_RANGE",
    "9801010101010101ce00010000, FIELD_RANGE",
    "98cfffffffffffffffff01010101010101, FIELD_RANGE",
  })
  void namesWhatIsWrong(String hex, DropReason reason) {
    byte[] message = HexFormat.of().parseHex(hex.replace(" ", ""));
    header.set(9, 9, 9, 9, 9, 9, 9, 9);
    assertThat(codec.decode(message, 0, message.length, header, sequence)).isEqualTo(reason);
    assertThat(header.scan).as("left as it was").isEqualTo(9);
  }

  @Test
  void neverFailsOnNoise() {
    Random random = new Random(2);
    for (int i = 0; i < 100_000; i++) {
      byte[] noise = new byte[random.nextInt(40)];
      random.nextBytes(noise);
      if (noise.length > 0 && random.nextBoolean()) {
        noise[0] = (byte) 0x98;
      }
      byte[] before = Arrays.copyOf(noise, noise.length);
      DropReason reason = codec.decode(noise, 0, noise.length, header, sequence);
      assertThat(noise).isEqualTo(before);
      if (reason == null) {
        assertThat(header.module).isBetween(0, 0xffff);
        assertThat(header.frame).isBetween(0L, 0xffff_ffffL);
      }
    }
  }

  private static SectorHeader random(Random r) {
    long u32 = 0xffff_ffffL;
    return new SectorHeader()
        .set(
            (r.nextLong() & u32) >>> r.nextInt(32),
            (r.nextLong() & u32) >>> r.nextInt(32),
            r.nextInt(0x10000) >>> r.nextInt(16),
            r.nextInt(0x10000) >>> r.nextInt(16),
            r.nextInt(0x10000) >>> r.nextInt(16),
            r.nextInt(0x10000) >>> r.nextInt(16),
            r.nextInt(0x10000) >>> r.nextInt(16),
            r.nextInt(0x10000) >>> r.nextInt(16));
  }
}
