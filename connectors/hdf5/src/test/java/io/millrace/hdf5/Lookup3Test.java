package io.millrace.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class Lookup3Test {
  /** The values that the algorithm's author gives. */
  @Test
  void knownValues() {
    byte[] text = "Four score and seven years ago".getBytes(StandardCharsets.US_ASCII);
    assertThat(Lookup3.checksum(text, text.length)).isEqualTo(0x17770551);
    assertThat(Lookup3.checksum(text, 0)).isEqualTo(0xdeadbeef);
  }
}
