package io.millrace.zeromq.source.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.DropReason;
import io.millrace.zeromq.source.split.LanePosition.Heard;
import io.millrace.zeromq.source.split.LanePosition.OpenScan;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LaneSplitSerializerTest {
  /** Lane 3 of two modules, at tcp://h:1 and tcp://h:2, as version 1 wrote it. Never change it. */
  private static final String VERSION_1 =
      "00000003" + "00000002" + "0009" + "7463703a2f2f683a31" + "0009" + "7463703a2f2f683a32";

  private final LaneSplitSerializer serializer = new LaneSplitSerializer();
  private final LaneSplit split =
      new LaneSplit(3, List.of("tcp://h:1", "tcp://h:2"), "", LanePosition.START);

  private final LaneSplit begun =
      new LaneSplit(
          3,
          List.of("tcp://h:1", "tcp://h:2"),
          "",
          new LanePosition(
              5,
              8,
              List.of(7L, 8L),
              List.of(
                  new OpenScan(9, 4, 3, List.of(LanePosition.NOT_ANNOUNCED, 6L), List.of(1L, 2L))),
              Map.of(DropReason.LATE, 3L),
              0,
              List.of()));

  private final LaneSplit heard =
      new LaneSplit(
          3,
          begun.endpoints(),
          "tcp://h:3",
          begun.position().with(5, List.of(new Heard(7, 9, List.of(6L, 8L)))));

  /** What follows version 2 in version 3, of {@link #heard}. Never change it. */
  private static final String SEQUENCES =
      ("0009" + "7463703a2f2f683a33" + "0000000000000005" + "00000001")
          + ("0000000000000007" + "0000000000000009")
          + ("00000002" + "0000000000000006" + "0000000000000008");

  /** What follows version 1 in version 2, of {@link #begun}. Never change it. */
  private static final String POSITION =
      ("00000005" + "0000000000000008" + "00000002" + "0000000000000007" + "0000000000000008")
          + ("00000001" + "0000000000000009" + "00000004" + "00000003")
          + ("00000002" + "ffffffffffffffff" + "0000000000000006")
          + ("00000002" + "0000000000000001" + "0000000000000002")
          + ("00000001" + "0004" + "4c415445" + "0000000000000003");

  @Test
  void readsBackWhatItWrites() throws Exception {
    for (LaneSplit s :
        List.of(split, new LaneSplit(0, List.of(), "", LanePosition.START), begun, heard)) {
      assertThat(serializer.deserialize(serializer.getVersion(), serializer.serialize(s)))
          .isEqualTo(s);
    }
  }

  @Test
  void readsVersion1() throws Exception {
    assertThat(serializer.deserialize(1, HexFormat.of().parseHex(VERSION_1))).isEqualTo(split);
  }

  @Test
  void readsVersion2() throws Exception {
    assertThat(serializer.deserialize(2, HexFormat.of().parseHex(VERSION_1 + POSITION)))
        .isEqualTo(begun);
  }

  @Test
  void readsVersion3() throws Exception {
    assertThat(serializer.deserialize(3, HexFormat.of().parseHex(VERSION_1 + POSITION + SEQUENCES)))
        .isEqualTo(heard);
  }

  @Test
  void refusesAVersionThatItDoesNotKnow() {
    byte[] bytes = HexFormat.of().parseHex(VERSION_1);
    assertThatThrownBy(() -> serializer.deserialize(4, bytes))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 4")
        .hasMessageContaining("reads versions 1 to 3");
  }

  @Test
  void aSplitIsNamedByItsLane() {
    assertThat(split.splitId()).isEqualTo("lane-3");
  }
}
