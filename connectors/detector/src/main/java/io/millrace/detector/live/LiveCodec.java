package io.millrace.detector.live;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Live messages as three message parts:
 *
 * <ol>
 *   <li>the topic, {@code millrace/1/SESSION} in UTF-8, to subscribe to
 *   <li>the header, JSON in UTF-8: all that is small, by name
 *   <li>the payload: the arrays one after the other, little endian, without padding; of {@link
 *       LiveRows} mask, frames, counts of each virtual detector, total (32 bits), columnSum, rowSum
 *       (64 bits); of {@link LivePattern} the pixels (32 bits); of {@link LiveEvents} position,
 *       mask, count, events (32 bits); of {@link LiveEnd} nothing
 * </ol>
 *
 * What is decoded may come from anybody: nothing is made larger than the bytes that have come.
 */
public final class LiveCodec {
  /** Of the header; another one is refused. */
  public static final int VERSION = 1;

  /** What all topics begin with; behind it stands the session's name. */
  public static final String TOPIC_PREFIX = "millrace/" + VERSION + "/";

  /** How many parts a message has. */
  public static final int PARTS = 3;

  private static final int MAX_HEADER_BYTES = 64 << 10;
  private static final int MAX_MODULES = DetectorDescription.MAX_MODULES;
  private static final int MAX_DEPTH = 5;

  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
              .build());

  private LiveCodec() {}

  /** The topic of a session's messages. */
  public static String topic(String session) {
    return TOPIC_PREFIX + session;
  }

  /**
   * The parts of a message.
   *
   * @return topic, header, payload
   */
  public static List<byte[]> encode(LiveSent sent) {
    return List.of(
        topic(sent.session()).getBytes(StandardCharsets.UTF_8),
        header(sent),
        payload(sent.message()));
  }

  private static byte[] header(LiveSent sent) {
    LiveMessage message = sent.message();
    ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeNumberField("v", VERSION);
      json.writeStringField("kind", kind(message));
      json.writeStringField("session", sent.session());
      json.writeNumberField("scan", message.scan());
      json.writeStringField("publisher", sent.publisher());
      json.writeNumberField("sequence", sent.sequence());
      json.writeStringField("sent", sent.sent().toString());
      json.writeNumberField("width", message.geometry().width());
      json.writeNumberField("height", message.geometry().height());
      if (message instanceof LiveRows rows) {
        json.writeNumberField("firstRow", rows.firstRow());
        json.writeNumberField("rows", rows.rows());
        json.writeArrayFieldStart("detectors");
        for (LiveRing ring : rows.detectors()) {
          json.writeStartObject();
          json.writeStringField("name", ring.name());
          json.writeNumberField("inner", ring.inner());
          json.writeNumberField("outer", ring.outer());
          json.writeNumberField("x", ring.x());
          json.writeNumberField("y", ring.y());
          json.writeEndObject();
        }
        json.writeEndArray();
      } else if (message instanceof LivePattern pattern) {
        json.writeNumberField("detectorRows", pattern.detectorRows());
        json.writeNumberField("detectorColumns", pattern.detectorColumns());
        json.writeNumberField("modules", pattern.modules());
        json.writeNumberField("frames", pattern.frames());
        json.writeNumberField("events", pattern.events());
      } else if (message instanceof LiveEvents events) {
        json.writeNumberField("detectorRows", events.detectorRows());
        json.writeNumberField("detectorColumns", events.detectorColumns());
        json.writeNumberField("frames", events.frames());
      } else if (message instanceof LiveEnd end) {
        json.writeNumberField("complete", end.complete());
        json.writeNumberField("incomplete", end.incomplete());
        json.writeNumberField("absent", end.absent());
        json.writeFieldName("missingSectors");
        json.writeArray(end.missingSectors(), 0, end.missingSectors().length);
        json.writeStringField("reason", end.reason());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // there is no file
    }
    return out.toByteArray();
  }

  private static String kind(LiveMessage message) {
    if (message instanceof LiveRows) {
      return "rows";
    } else if (message instanceof LivePattern) {
      return "pattern";
    } else if (message instanceof LiveEvents) {
      return "events";
    }
    return "end";
  }

  private static byte[] payload(LiveMessage message) {
    ByteBuffer out =
        ByteBuffer.allocate(Math.toIntExact(message.payloadBytes())).order(ByteOrder.LITTLE_ENDIAN);
    if (message instanceof LiveRows rows) {
      put(out, rows.mask());
      put(out, rows.frames());
      for (int[] counts : rows.counts()) {
        put(out, counts);
      }
      put(out, rows.total());
      put(out, rows.columnSum());
      put(out, rows.rowSum());
    } else if (message instanceof LivePattern pattern) {
      put(out, pattern.pixels());
    } else if (message instanceof LiveEvents events) {
      put(out, events.position());
      put(out, events.mask());
      put(out, events.count());
      put(out, events.events());
    }
    return out.array();
  }

  private static void put(ByteBuffer out, int[] values) {
    out.asIntBuffer().put(values);
    out.position(out.position() + values.length * Integer.BYTES);
  }

  private static void put(ByteBuffer out, long[] values) {
    out.asLongBuffer().put(values);
    out.position(out.position() + values.length * Long.BYTES);
  }

  /**
   * The message of these parts.
   *
   * @param parts topic, header, payload, of whatever origin
   * @throws LiveFormatException if it is none, or of another version; says what is wrong
   */
  public static LiveSent decode(List<byte[]> parts) throws LiveFormatException {
    if (parts.size() != PARTS) {
      throw new LiveFormatException(
          "a live message has %d parts, not %d".formatted(PARTS, parts.size()));
    }
    byte[] header = parts.get(1);
    if (header.length > MAX_HEADER_BYTES) {
      throw new LiveFormatException(
          "a header of %,d bytes; at most %,d are taken"
              .formatted(header.length, MAX_HEADER_BYTES));
    }
    Header fields = new Header(read(header));
    String topic = new String(parts.get(0), StandardCharsets.UTF_8);
    String session = fields.text("session");
    if (fields.integer("v", 0, Integer.MAX_VALUE) != VERSION) {
      throw new LiveFormatException(
          "a live message of version %s, and only %d is known; job and gateway have to be of the same release"
              .formatted(fields.integer("v", 0, Integer.MAX_VALUE), VERSION));
    }
    if (!topic.equals(topic(session))) {
      throw new LiveFormatException(
          "the topic is not that of the header's session '%s'".formatted(session));
    }
    try {
      return new LiveSent(
          session,
          fields.text("publisher"),
          fields.number("sequence"),
          fields.time("sent"),
          message(fields, parts.get(2)));
    } catch (IllegalArgumentException e) {
      throw new LiveFormatException("a live message is not valid: " + e.getMessage(), e);
    }
  }

  private static JsonNode read(byte[] header) throws LiveFormatException {
    try {
      JsonNode node = JSON.readTree(header);
      if (node != null && node.isObject()) {
        return node;
      }
    } catch (IOException e) {
      throw new LiveFormatException("the header of a live message is not JSON", e);
    }
    throw new LiveFormatException("the header of a live message is not a JSON object");
  }

  private static LiveMessage message(Header fields, byte[] payload) throws LiveFormatException {
    long scan = fields.number("scan");
    ScanGeometry geometry =
        new ScanGeometry(fields.integer("width", 1, 0xffff), fields.integer("height", 1, 0xffff));
    Payload in = new Payload(payload);
    String kind = fields.text("kind");
    return switch (kind) {
      case "rows" -> rows(fields, scan, geometry, in);
      case "pattern" -> pattern(fields, scan, geometry, in);
      case "events" -> events(fields, scan, geometry, in);
      case "end" -> end(fields, scan, geometry, in);
      default ->
          throw new LiveFormatException(
              "a live message of kind '%s'; rows, pattern, events and end are known"
                  .formatted(kind));
    };
  }

  private static LiveRows rows(Header fields, long scan, ScanGeometry geometry, Payload in)
      throws LiveFormatException {
    int firstRow = fields.integer("firstRow", 0, geometry.height() - 1);
    int rows = fields.integer("rows", 1, geometry.height() - firstRow);
    List<LiveRing> detectors = new ArrayList<>();
    for (JsonNode node : fields.array("detectors", LiveRows.MAX_DETECTORS)) {
      Header ring = new Header(node);
      detectors.add(
          new LiveRing(
              ring.text("name"),
              ring.real("inner"),
              ring.real("outer"),
              ring.real("x"),
              ring.real("y")));
    }
    int n = rows * geometry.width();
    in.expect((long) n * LiveRows.positionBytes(detectors.size()));
    int[] mask = in.ints(n);
    int[] frames = in.ints(n);
    int[][] counts = new int[detectors.size()][];
    for (int d = 0; d < counts.length; d++) {
      counts[d] = in.ints(n);
    }
    return new LiveRows(
        scan,
        geometry,
        firstRow,
        rows,
        detectors,
        mask,
        frames,
        counts,
        in.ints(n),
        in.longs(n),
        in.longs(n));
  }

  private static LivePattern pattern(Header fields, long scan, ScanGeometry geometry, Payload in)
      throws LiveFormatException {
    int rows = fields.integer("detectorRows", 1, LivePattern.MAX_PIXELS);
    int columns = fields.integer("detectorColumns", 1, LivePattern.MAX_PIXELS);
    in.expect((long) Integer.BYTES * rows * columns);
    return new LivePattern(
        scan,
        geometry,
        rows,
        columns,
        fields.integer("modules", 1, MAX_MODULES),
        fields.number("frames"),
        fields.number("events"),
        in.ints(rows * columns));
  }

  private static LiveEvents events(Header fields, long scan, ScanGeometry geometry, Payload in)
      throws LiveFormatException {
    int frames = fields.integer("frames", 0, Integer.MAX_VALUE);
    in.expectAtLeast(LiveEvents.payloadBytes(frames, 0));
    return new LiveEvents(
        scan,
        geometry,
        fields.integer("detectorRows", 1, LivePattern.MAX_PIXELS),
        fields.integer("detectorColumns", 1, LivePattern.MAX_PIXELS),
        in.ints(frames),
        in.ints(frames),
        in.ints(frames),
        in.remainingInts());
  }

  private static LiveEnd end(Header fields, long scan, ScanGeometry geometry, Payload in)
      throws LiveFormatException {
    in.expect(0);
    JsonNode modules = fields.array("missingSectors", MAX_MODULES);
    long[] missing = new long[modules.size()];
    for (int m = 0; m < missing.length; m++) {
      missing[m] = fields.number("missingSectors", modules.get(m));
    }
    return new LiveEnd(
        scan,
        geometry,
        fields.number("complete"),
        fields.number("incomplete"),
        fields.number("absent"),
        missing,
        fields.text("reason"));
  }

  /** Fields of a header, each of the type and in the range that is asked for. */
  private record Header(JsonNode node) {
    JsonNode field(String name) throws LiveFormatException {
      JsonNode value = node.get(name);
      if (value == null || value.isNull()) {
        throw new LiveFormatException("the header of a live message has no '%s'".formatted(name));
      }
      return value;
    }

    String text(String name) throws LiveFormatException {
      JsonNode value = field(name);
      if (!value.isTextual()) {
        throw new LiveFormatException("'%s' is not a text".formatted(name));
      }
      return value.textValue();
    }

    /** From 0 on, as all numbers of messages are. */
    long number(String name) throws LiveFormatException {
      return number(name, field(name));
    }

    long number(String name, JsonNode value) throws LiveFormatException {
      if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
        throw new LiveFormatException(
            "'%s' is not a whole number of 0 to 2^63 - 1".formatted(name));
      }
      return value.longValue();
    }

    int integer(String name, int least, int most) throws LiveFormatException {
      long value = number(name);
      if (value < least || value > most) {
        throw new LiveFormatException(
            "'%s' is %d, and not %d to %d".formatted(name, value, least, most));
      }
      return (int) value;
    }

    double real(String name) throws LiveFormatException {
      JsonNode value = field(name);
      if (!value.isNumber()) {
        throw new LiveFormatException("'%s' is not a number".formatted(name));
      }
      return value.doubleValue();
    }

    Instant time(String name) throws LiveFormatException {
      try {
        return Instant.parse(text(name));
      } catch (DateTimeException e) {
        throw new LiveFormatException("'%s' is not a time in UTC".formatted(name), e);
      }
    }

    JsonNode array(String name, int longest) throws LiveFormatException {
      JsonNode value = field(name);
      if (!value.isArray() || value.size() > longest) {
        throw new LiveFormatException(
            "'%s' is not an array of at most %d".formatted(name, longest));
      }
      return value;
    }
  }

  /** A payload that is read from its first byte to its last. */
  private static final class Payload {
    private final ByteBuffer bytes;

    Payload(byte[] bytes) {
      this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    void expect(long length) throws LiveFormatException {
      if (bytes.remaining() != length) {
        throw new LiveFormatException(
            "a payload of %,d bytes, and not %,d as its header says"
                .formatted(bytes.remaining(), length));
      }
    }

    void expectAtLeast(long length) throws LiveFormatException {
      if (bytes.remaining() < length || bytes.remaining() % Integer.BYTES != 0) {
        throw new LiveFormatException(
            "a payload of %,d bytes, and not %,d and some events of 4 as its header says"
                .formatted(bytes.remaining(), length));
      }
    }

    int[] ints(int n) {
      int[] values = new int[n];
      bytes.asIntBuffer().get(values);
      bytes.position(bytes.position() + n * Integer.BYTES);
      return values;
    }

    int[] remainingInts() {
      return ints(bytes.remaining() / Integer.BYTES);
    }

    long[] longs(int n) {
      long[] values = new long[n];
      bytes.asLongBuffer().get(values);
      bytes.position(bytes.position() + n * Long.BYTES);
      return values;
    }
  }
}
