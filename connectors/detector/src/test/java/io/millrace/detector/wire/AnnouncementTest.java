package io.millrace.detector.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnnouncementTest {
  @Test
  void writesAndReadsTheExampleOfTheProtocol() {
    byte[] message = Announcement.of(4653, 262400).encode();
    assertThat(HexFormat.of().formatHex(message)).isEqualTo("81cd122dce00040100");
    assertThat(Announcement.decode(message, 0, message.length))
        .contains(Announcement.of(4653, 262400));
  }

  @Test
  void readsSeveralScansAndTheLargestCounts() {
    Announcement several = new Announcement(Map.of(1L, 0L, 0xffff_ffffL, 0xffff_ffffL));
    byte[] message = several.encode();
    assertThat(Announcement.decode(message, 0, message.length)).contains(several);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "81", "8101", "810102ff", "9201 02", "81a16102", "81cf000000010000000002"})
  void refusesWhatIsNotAMapOfCounts(String hex) {
    byte[] message = HexFormat.of().parseHex(hex.replace(" ", ""));
    assertThat(Announcement.decode(message, 0, message.length)).isEmpty();
  }
}
