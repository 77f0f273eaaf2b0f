package io.millrace.operators.counting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.detector.Calibration;
import io.millrace.detector.Centroids;
import io.millrace.detector.Thresholds;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ReferenceCounterTest {
  private static int[] count(
      int rows, int columns, Corrections corrections, double background, double xray, int... f) {
    return new ReferenceCounter(rows, columns, corrections)
        .count(Frames.bytes(f), new Thresholds(background, xray))
        .toArray();
  }

  @Test
  void theExamplesOfTheDefinition() {
    Corrections none = Corrections.NONE;
    assertThat(count(3, 3, none, 28.5, 435, 0, 0, 0, 0, 50, 0, 0, 0, 0)).containsExactly(4);
    assertThat(count(3, 3, none, 28.5, 435, 0, 0, 0, 0, 50, 50, 0, 0, 0)).isEmpty();
    assertThat(count(3, 3, none, 28.5, 435, 50, 0, 0, 0, 50, 0, 0, 0, 0)).isEmpty();
    assertThat(count(3, 3, none, 28.5, 435, 50, 0, 0, 0, 0, 0, 0, 0, 50)).containsExactly(0, 8);
    assertThat(count(3, 3, none, 28.5, 435, 0, 0, 0, 50, 0, 50, 0, 0, 0)).containsExactly(3, 5);
    assertThat(count(3, 3, none, 28, 435, 0, 0, 0, 0, 28, 0, 0, 0, 0)).isEmpty();
    assertThat(count(3, 3, none, 28, 435, 0, 0, 0, 0, 435, 30, 0, 0, 0)).containsExactly(5);
    assertThat(count(3, 3, none, 28, 435, 0, 0, 0, 0, 900, 30, 0, 0, 0)).containsExactly(5);
    float[] dark = new float[25];
    Arrays.fill(dark, 100);
    int[] frame = {
      2000, 0, 1000, 0, 0, 0, 0, 0, 200, 0, 0, 0, 1000, 0, 0, 0, 200, 0, 200, 0, 0, 0, 1000, 0, 0
    };
    assertThat(count(5, 5, new Corrections(dark, null, null, null), 1, 10000, frame))
        .containsExactly(0, 2, 12, 22);
  }

  @Test
  void aCentroidIsTheMeanOfTheKeptNeighboursWeightedByTheirValue() {
    assertThat(centroids(3, 3, 5, 100, 0, 10, 0, 20, 50, 40, 0, 5, 100))
        .as("5 is noise, 100 an x-ray")
        .containsExactly((float) (1 - 10 / 120.0), (float) (1 + 20 / 120.0), 120);
    assertThat(centroids(3, 3, 5, 100, 0, 0, 0, 0, 50, 0, 0, 0, 0)).containsExactly(1, 1, 50);
    assertThat(centroids(2, 3, 5, 100, 60, 20, 99, 10, 30, 6))
        .as("on corners, where both have the column between them")
        .containsExactly(40f / 120, 50f / 120, 120, 36f / 155, (float) (2 - 50 / 155.0), 155);
    assertThat(centroids(3, 3, 5, 100, 50, 50, 0, 0, 0, 0, 0, 0, 0)).as("a tie").isEmpty();
  }

  private static float[] centroids(
      int rows, int columns, double background, double xray, int... f) {
    Centroids centroids =
        new ReferenceCounter(rows, columns, Corrections.NONE)
            .centroids(
                Frames.bytes(f), Calibration.given(0, new Thresholds(background, xray), null));
    return Arrays.copyOf(centroids.array(), Centroids.FIELDS * centroids.size());
  }

  @Test
  void aHalfRowOfZerosStaysZeros() {
    float[] dark = {-5, -5, -5, -5, 0, 0, 0, 0};
    float[] gain = {1, 1, 1, 1, 1, 1, 1, 1};
    byte[] frame = Frames.bytes(0, 0, 0, 0, 10, 30, 20, 20);
    for (float[] g : new float[][] {null, gain}) {
      for (RowDark rowDark : RowDark.values()) {
        assertThat(new Corrections(dark, g, null, rowDark).apply(frame, 2, 4, 40))
            .containsExactly(0, 0, 0, 0, 20, 60, 40, 40);
      }
    }
  }

  @Test
  void aBadPixelIsNeverLitAndNeverBlocksAndIsNoPartOfAHalfRow() {
    boolean[] bad = {false, true, false, false};
    Corrections masked = new Corrections(null, null, bad, null);
    assertThat(count(1, 4, masked, 28.5, 435, 0, 90, 50, 0)).containsExactly(2);
    assertThat(count(1, 4, Corrections.NONE, 28.5, 435, 0, 90, 50, 0)).containsExactly(1);
    for (RowDark rowDark : RowDark.values()) {
      assertThat(
              new Corrections(null, null, bad, rowDark)
                  .apply(Frames.bytes(10, 60000, 20, 20), 1, 4, 40))
          .containsExactly(40, 0, 40, 40);
    }
    Calibration hot = Calibration.given(1, new Thresholds(28.5, 435), null).masking(List.of(1));
    assertThat(
            new ReferenceCounter(1, 4, Corrections.NONE)
                .count(Frames.bytes(0, 90, 50, 0), hot)
                .toArray())
        .containsExactly(2);
  }

  @Test
  void aMapOfAnotherSizeOrWithoutNumbersIsRefused() {
    float[] three = {1, 2, 3};
    assertThatThrownBy(
            () -> count(2, 2, new Corrections(three, null, null, null), 1, 2, 0, 0, 0, 0))
        .hasMessageContaining("dark map has 3 pixels, not 2 x 2");
    assertThatThrownBy(
            () -> count(2, 2, new Corrections(null, three, null, null), 1, 2, 0, 0, 0, 0))
        .hasMessageContaining("gain map has 3 pixels");
    assertThatThrownBy(() -> count(2, 2, Corrections.NONE, 1, 2, 0, 0, 0))
        .hasMessageContaining("frame has 3 pixels");
    float[] holed = {1, Float.NaN};
    assertThatThrownBy(() -> new Corrections(null, holed, null, null))
        .hasMessageContaining("gain map is not finite at pixel 1");
    float[] negative = {1, 1, -1};
    assertThatThrownBy(() -> new Corrections(null, negative, null, null))
        .hasMessageContaining("gain map is negative at pixel 2");
  }

  @TestFactory
  Stream<DynamicTest> smallVectors() {
    JsonNode cases = Oracle.json("micro.json");
    assertThat(cases).hasSize(61);
    return StreamSupport.stream(cases.spliterator(), false)
        .map(c -> DynamicTest.dynamicTest(c.get("name").asText(), () -> small(c)));
  }

  private static void small(JsonNode c) {
    int rows = c.get("height").asInt();
    int columns = c.get("width").asInt();
    byte[] frame = Frames.bytes(ints(c.get("frame")));
    Thresholds thresholds = new Thresholds(c.get("bg").asDouble(), c.get("xr").asDouble());
    Corrections corrections = corrections(c, floats(c.get("dark")), floats(c.get("gain")));
    int[] expected = ints(c.get("events"));
    int[] events;
    if (corrections.rowDark() != null && rows != columns) {
      // The program in use takes rows for columns here; so we give it what it takes them for.
      float[] corrected =
          corrections.apply(frame, columns, rows, c.get("optimized_mean").asDouble());
      int[] integers = new int[corrected.length];
      for (int j = 0; j < integers.length; j++) {
        integers[j] = (int) corrected[j];
      }
      events =
          new ReferenceCounter(rows, columns, Corrections.NONE)
              .count(Frames.bytes(integers), thresholds)
              .toArray();
    } else {
      events =
          new ReferenceCounter(rows, columns, corrections)
              .count(frame, calibration(c, thresholds))
              .toArray();
    }
    if (c.get("name").asText().equals("neg_wrap")) {
      assertThat(expected).containsExactly(18); // A pixel below its dark wraps there,
      assertThat(events).isEmpty(); // and saturates here.
    } else {
      assertThat(events).isEqualTo(expected);
    }
  }

  @TestFactory
  Stream<DynamicTest> wholeFrames() {
    Oracle.Stack stack = Oracle.frames("frames");
    return Oracle.json("frames/cases.json").properties().stream()
        .map(c -> DynamicTest.dynamicTest(c.getKey(), () -> whole(stack, c)));
  }

  private static void whole(Oracle.Stack stack, Map.Entry<String, JsonNode> named) {
    JsonNode c = named.getValue();
    int pixels = stack.rows() * stack.columns();
    float[] dark = Oracle.map(c.get("dark"), pixels);
    Corrections corrections = corrections(c, dark, Oracle.map(c.get("gain"), pixels));
    ReferenceCounter counter = new ReferenceCounter(stack.rows(), stack.columns(), corrections);
    Oracle.Events expected = Oracle.events("frames/" + named.getKey() + ".ev.gz");
    for (int f = 0; f < expected.frames().size(); f++) {
      byte[] frame = stack.frames().get(f);
      int[] events = counter.count(frame, calibration(c, expected.thresholds())).toArray();
      if (named.getKey().equals("dark_true_wrap_no_xray")) {
        assertThat(events).isNotEmpty().hasSizeLessThan(expected.frames().get(f).length / 10);
        for (int event : events) {
          assertThat(Pixels.get(frame, event)).isGreaterThan((int) dark[event]);
        }
      } else {
        assertThat(events).as("frame %d", f).isEqualTo(expected.frames().get(f));
      }
    }
  }

  @Test
  void denseFrames() {
    Oracle.Stack stack = Oracle.frames("cropped_16x16");
    Oracle.Events expected = Oracle.events("cropped_16x16/events.ev.gz");
    ReferenceCounter counter =
        new ReferenceCounter(stack.rows(), stack.columns(), Corrections.NONE);
    assertThat(stack.frames()).hasSameSizeAs(expected.frames());
    for (int f = 0; f < stack.frames().size(); f++) {
      assertThat(counter.count(stack.frames().get(f), expected.thresholds()).toArray())
          .as("frame %d", f)
          .isEqualTo(expected.frames().get(f));
    }
  }

  private static Corrections corrections(JsonNode c, float[] dark, float[] gain) {
    RowDark rowDark = c.get("use_mean").asBoolean() ? RowDark.MEAN : RowDark.MEDIAN;
    return new Corrections(dark, gain, null, c.get("row_dark").asBoolean() ? rowDark : null);
  }

  private static Calibration calibration(JsonNode c, Thresholds thresholds) {
    return Calibration.given(0, thresholds, c.get("optimized_mean").asDouble());
  }

  static int[] ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  private static float[] floats(JsonNode array) {
    if (array.isNull()) {
      return null;
    }
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).floatValue();
    }
    return values;
  }
}
