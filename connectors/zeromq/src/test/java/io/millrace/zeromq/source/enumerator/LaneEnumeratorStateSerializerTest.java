package io.millrace.zeromq.source.enumerator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.zeromq.source.split.LanePosition;
import io.millrace.zeromq.source.split.LaneSplit;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaneEnumeratorStateSerializerTest {
  /** Lanes 0 and 2 of one module, as version 1 wrote them. Never change it. */
  private static final String VERSION_1 =
      "00000002"
          + ("00000000" + "00000001" + "0009" + "7463703a2f2f683a31")
          + ("00000002" + "00000001" + "0009" + "7463703a2f2f683a33");

  private final LaneEnumeratorStateSerializer serializer = new LaneEnumeratorStateSerializer();
  private final LaneEnumeratorState state =
      LaneEnumeratorState.of(
          List.of(
              new LaneSplit(0, List.of("tcp://h:1"), "", LanePosition.START),
              new LaneSplit(2, List.of("tcp://h:3"), "", LanePosition.START)));

  @Test
  void readsBackWhatItWrites() throws Exception {
    for (LaneEnumeratorState s :
        List.of(state, LaneEnumeratorState.of(List.of()), LaneEnumeratorState.unknown())) {
      assertThat(serializer.deserialize(serializer.getVersion(), serializer.serialize(s)))
          .isEqualTo(s);
    }
  }

  @Test
  void readsVersion1() throws Exception {
    assertThat(serializer.deserialize(1, HexFormat.of().parseHex(VERSION_1))).isEqualTo(state);
  }

  @Test
  void readsVersion2() throws Exception {
    assertThat(serializer.deserialize(2, HexFormat.of().parseHex("01" + VERSION_1)))
        .isEqualTo(state);
  }

  @Test
  void refusesAVersionThatItDoesNotKnow() {
    byte[] bytes = HexFormat.of().parseHex(VERSION_1);
    assertThatThrownBy(() -> serializer.deserialize(7, bytes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 1 to 4 here, not 7");
  }
}
