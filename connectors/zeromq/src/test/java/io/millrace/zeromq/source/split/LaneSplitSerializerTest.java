package io.millrace.zeromq.source.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaneSplitSerializerTest {
  /** Lane 3 of two modules, at tcp://h:1 and tcp://h:2, as version 1 wrote it. Never change it. */
  private static final String VERSION_1 =
      "00000003" + "00000002" + "0009" + "7463703a2f2f683a31" + "0009" + "7463703a2f2f683a32";

  private final LaneSplitSerializer serializer = new LaneSplitSerializer();
  private final LaneSplit split = new LaneSplit(3, List.of("tcp://h:1", "tcp://h:2"));

  @Test
  void readsBackWhatItWrites() throws Exception {
    for (LaneSplit s : List.of(split, new LaneSplit(0, List.of()))) {
      assertThat(serializer.deserialize(serializer.getVersion(), serializer.serialize(s)))
          .isEqualTo(s);
    }
  }

  @Test
  void readsVersion1() throws Exception {
    assertThat(serializer.deserialize(1, HexFormat.of().parseHex(VERSION_1))).isEqualTo(split);
  }

  @Test
  void refusesAVersionThatItDoesNotKnow() {
    byte[] bytes = HexFormat.of().parseHex(VERSION_1);
    assertThatThrownBy(() -> serializer.deserialize(2, bytes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 2")
        .hasMessageContaining("reads version 1");
  }

  @Test
  void aSplitIsNamedByItsLane() {
    assertThat(split.splitId()).isEqualTo("lane-3");
  }
}
