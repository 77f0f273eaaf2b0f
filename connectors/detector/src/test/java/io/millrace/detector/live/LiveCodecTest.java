package io.millrace.detector.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LiveCodecTest {
  private static final ScanGeometry GEOMETRY = new ScanGeometry(3, 4);
  private static final long SCAN = ScanKey.of(2, 7);

  private static final LiveRows ROWS =
      new LiveRows(
          SCAN,
          GEOMETRY,
          1,
          2,
          List.of(
              new LiveRing("bright_field", 0, 110, 288, 287.5),
              new LiveRing("annular_dark_field", 120, 280, 288, 288)),
          new int[] {15, 15, 7, 15, 0, 0},
          new int[] {1, 2, 1, 1, 0, 0},
          new int[][] {{1, 2, 3, 4, 5, 6}, {7, 8, 9, 10, 11, -1}},
          new int[] {20, 21, 22, 23, 24, 25},
          new long[] {1, 2, 3, 4, 5, Long.MAX_VALUE},
          new long[] {6, 5, 4, 3, 2, 1L << 40});

  private static final LivePattern PATTERN =
      new LivePattern(SCAN, GEOMETRY, 2, 3, 4, 12, 1L << 33, new int[] {0, 1, 2, 3, -1, 5});

  private static final LiveEvents EVENTS =
      new LiveEvents(
          SCAN,
          GEOMETRY,
          2,
          3,
          new int[] {0, 11, 4},
          new int[] {15, 3, 0},
          new int[] {2, 0, 1},
          new int[] {0, 5, 3});

  private static final LiveEnd END =
      new LiveEnd(SCAN, GEOMETRY, 9, 2, 1, new long[] {0, 1, 0, 1}, "announced");

  static Stream<LiveMessage> messages() {
    return Stream.of(ROWS, PATTERN, EVENTS, END);
  }

  private static LiveSent sent(LiveMessage message) {
    return new LiveSent(
        "night.3", "a1b2", 12, Instant.parse("2026-11-25T13:45:00.123456789Z"), message);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void whatIsEncodedIsDecoded(LiveMessage message) throws LiveFormatException {
    List<byte[]> parts = LiveCodec.encode(sent(message));

    assertThat(parts).hasSize(LiveCodec.PARTS);
    assertThat(parts.get(0)).asString(StandardCharsets.UTF_8).isEqualTo("millrace/1/night.3");
    assertThat(parts.get(2)).hasSize((int) message.payloadBytes());
    assertThat(LiveCodec.decode(parts)).usingRecursiveComparison().isEqualTo(sent(message));
  }

  /** Other programs read this; it does not change without another version. */
  @Test
  void bytesAreAsTheyAreWrittenDown() throws IOException {
    List<byte[]> parts = LiveCodec.encode(sent(EVENTS));

    assertThat(new String(parts.get(1), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"v\":1,\"kind\":\"events\",\"session\":\"night.3\",\"scan\":8589934599,\"publisher\":"
                + "\"a1b2\",\"sequence\":12,\"sent\":\"2026-11-25T13:45:00.123456789Z\",\"width\":3,"
                + "\"height\":4,\"detectorRows\":2,\"detectorColumns\":3,\"frames\":3}");
    assertThat(Arrays.copyOf(parts.get(2), 12))
        .containsExactly(0, 0, 0, 0, 11, 0, 0, 0, 4, 0, 0, 0);

    assertThat(new ObjectMapper().readTree(LiveCodec.encode(sent(ROWS)).get(1)).toString())
        .endsWith(
            "\"firstRow\":1,\"rows\":2,\"detectors\":[{\"name\":\"bright_field\",\"inner\":0.0,"
                + "\"outer\":110.0,\"x\":288.0,\"y\":287.5},{\"name\":\"annular_dark_field\","
                + "\"inner\":120.0,\"outer\":280.0,\"x\":288.0,\"y\":288.0}]}");
    byte[] rows = LiveCodec.encode(sent(ROWS)).get(2);
    int firstColumnSum = 6 * 4 * 5; // behind five arrays of 32 bits
    assertThat(rows[firstColumnSum]).isEqualTo((byte) 1);
    assertThat(rows[firstColumnSum + 7]).isZero();
    assertThat(rows[firstColumnSum + 5 * 8 + 7]).isEqualTo((byte) 0x7f);
  }

  @Test
  void aHeaderThatIsWrongIsNamed() {
    refused(ROWS, h -> h.put("v", 2), "version 2");
    refused(ROWS, h -> h.put("kind", "photo"), "kind 'photo'");
    refused(ROWS, h -> h.remove("scan"), "no 'scan'");
    refused(ROWS, h -> h.putNull("scan"), "no 'scan'");
    refused(ROWS, h -> h.put("scan", 1.5), "'scan' is not a whole number");
    refused(ROWS, h -> h.put("scan", -1), "'scan' is not a whole number");
    refused(ROWS, h -> h.put("sequence", "1"), "'sequence' is not a whole number");
    refused(ROWS, h -> h.put("sent", "yesterday"), "'sent' is not a time");
    refused(ROWS, h -> h.put("session", "other"), "topic");
    refused(ROWS, h -> h.put("publisher", "<script>"), "publisher");
    refused(ROWS, h -> h.put("width", 0), "'width' is 0");
    refused(ROWS, h -> h.put("width", 65535).put("height", 65535), "positions");
    refused(ROWS, h -> h.put("firstRow", 4), "'firstRow' is 4");
    refused(ROWS, h -> h.put("rows", 4), "'rows' is 4");
    refused(ROWS, h -> h.put("rows", 3), "payload of 216 bytes, and not 324");
    refused(ROWS, h -> h.putArray("detectors"), "payload of 216 bytes");
    refused(ROWS, h -> h.put("detectors", 1), "'detectors' is not an array");
    refused(ROWS, h -> h.putArray("detectors").add(1).add(2), "no 'name'");
    refused(ROWS, h -> ring(h).put("inner", 200), "radii");
    refused(ROWS, h -> ring(h).put("name", ""), "name");
    refused(
        PATTERN, h -> h.put("detectorRows", 1 << 24).put("detectorColumns", 1 << 24), "payload");
    refused(PATTERN, h -> h.put("detectorRows", 1), "payload of 24 bytes, and not 12");
    refused(PATTERN, h -> h.put("modules", 9), "'modules' is 9");
    refused(EVENTS, h -> h.put("frames", Integer.MAX_VALUE), "payload");
    refused(EVENTS, h -> h.put("frames", 1), "the frames have");
    refused(EVENTS, h -> h.put("detectorRows", 1), "outside a frame");
    refused(EVENTS, h -> h.put("height", 2), "position 11");
    refused(END, h -> h.put("complete", -1), "'complete'");
    refused(END, h -> h.putArray("missingSectors").add(-1), "'missingSectors'");
  }

  private static ObjectNode ring(ObjectNode header) {
    return (ObjectNode) header.get("detectors").get(0);
  }

  private static void refused(LiveMessage message, Consumer<ObjectNode> damage, String why) {
    List<byte[]> parts = LiveCodec.encode(sent(message));
    ObjectNode header;
    try {
      header = (ObjectNode) new ObjectMapper().readTree(parts.get(1));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    damage.accept(header);
    byte[] damaged = header.toString().getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> LiveCodec.decode(List.of(parts.get(0), damaged, parts.get(2))))
        .isInstanceOf(LiveFormatException.class)
        .hasMessageContaining(why);
  }

  @Test
  void whatIsNoLiveMessageIsRefused() {
    byte[] topic = LiveCodec.topic("night").getBytes(StandardCharsets.UTF_8);
    for (String header : List.of("", "7", "{", "[]", "{\"v\":1,\"v\":1}", "[".repeat(1000))) {
      assertThatThrownBy(
              () ->
                  LiveCodec.decode(List.of(topic, header.getBytes(StandardCharsets.UTF_8), topic)))
          .as(header)
          .isInstanceOf(LiveFormatException.class);
    }
    assertThatThrownBy(() -> LiveCodec.decode(List.of(topic)))
        .isInstanceOf(LiveFormatException.class)
        .hasMessageContaining("1");
    assertThatThrownBy(() -> LiveCodec.decode(List.of(topic, new byte[100_000], topic)))
        .isInstanceOf(LiveFormatException.class)
        .hasMessageContaining("100,000");
  }

  /** Whatever a byte is changed to, the answer is a message or the one exception. */
  @Test
  void anyDamagedByteGivesAMessageOrAnError() {
    Random random = new Random(1);
    int refused = 0;
    for (LiveMessage message : messages().toList()) {
      List<byte[]> parts = LiveCodec.encode(sent(message));
      for (int trial = 0; trial < 2_000; trial++) {
        List<byte[]> damaged = parts.stream().map(byte[]::clone).toList();
        byte[] part = damaged.get(random.nextInt(3));
        if (part.length > 0) {
          part[random.nextInt(part.length)] = (byte) random.nextInt();
        }
        try {
          LiveCodec.decode(damaged);
        } catch (LiveFormatException e) {
          refused++;
        }
      }
    }
    assertThat(refused).isGreaterThan(2_000);
  }

  @Test
  void messagesThatCannotBeAreNotMade() {
    assertThatThrownBy(
            () ->
                new LiveRows(
                    SCAN,
                    GEOMETRY,
                    3,
                    2,
                    List.of(),
                    new int[6],
                    new int[6],
                    new int[0][],
                    new int[6],
                    new long[6],
                    new long[6]))
        .hasMessageContaining("2 rows from row 3");
    assertThatThrownBy(() -> new LivePattern(SCAN, GEOMETRY, 2, 3, 4, 1, 1, new int[5]))
        .hasMessageContaining("5 pixels");
    assertThatThrownBy(
            () ->
                new LiveEvents(
                    SCAN, GEOMETRY, 2, 3, new int[1], new int[1], new int[] {-1}, new int[0]))
        .hasMessageContaining("-1 events");
    assertThatThrownBy(() -> new LiveSent("a b", "p", 0, Instant.EPOCH, END))
        .hasMessageContaining("session 'a b'");
  }
}
