package io.millrace.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.gateway.server.Json;
import io.millrace.operators.images.VirtualDetector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ViewerTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final Viewer viewer = new Viewer(5, 0);
  private long now;

  /** Header and payload of a message. */
  private record Received(JsonNode header, ByteBuffer payload) {
    String kind() {
      return header.get("kind").asText();
    }

    List<Float> floats() {
      List<Float> all = new ArrayList<>();
      payload.rewind();
      while (payload.hasRemaining()) {
        all.add(payload.getFloat());
      }
      return all;
    }
  }

  private static Received read(ViewerMessage message) {
    try {
      if (message.text() != null) {
        return new Received(Json.mapper().readTree(message.text()), null);
      }
      ByteBuffer bytes = message.bytes().duplicate().order(ByteOrder.LITTLE_ENDIAN);
      byte[] header = new byte[bytes.getInt()];
      bytes.get(header);
      assertThat(bytes.position() % 8).as("where the payload begins").isZero();
      return new Received(
          Json.mapper().readTree(new String(header, StandardCharsets.UTF_8)),
          bytes.slice().order(ByteOrder.LITTLE_ENDIAN));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** All that is there to tell now, each message taken at once. */
  private List<Received> all() {
    List<Received> all = new ArrayList<>();
    for (ViewerMessage m = viewer.next(now); m != null; m = viewer.next(now)) {
      all.add(read(m));
      viewer.taken();
    }
    return all;
  }

  private List<Received> later() {
    now += SECOND;
    return all();
  }

  private static List<String> kinds(List<Received> all) {
    return all.stream().map(Received::kind).toList();
  }

  private static Received only(List<Received> all, String kind) {
    List<Received> found = all.stream().filter(r -> r.kind().equals(kind)).toList();
    assertThat(found).as("messages of kind %s among %s", kind, kinds(all)).hasSize(1);
    return found.get(0);
  }

  @Test
  void comesLateAndGetsEverything() {
    viewer.show(Told.scan(Told.pattern(0), Told.row(1, 3, 1, 5, 8)));
    List<Received> all = all();
    assertThat(kinds(all)).containsExactly("hello", "scan", "progress", "image", "mask", "pattern");
    assertThat(all.get(1).header().get("detector").get("modules").asInt()).isEqualTo(2);
    assertThat(all.get(1).header().get("rings").get(0).get("outer").asDouble()).isEqualTo(1);
    Received image = only(all, "image");
    assertThat(image.header().get("name").asText()).isEqualTo("bright_field");
    assertThat(image.header().get("firstRow").asInt()).isEqualTo(0);
    assertThat(image.header().get("rows").asInt()).isEqualTo(2);
    assertThat(image.floats()).containsExactly(Float.NaN, Float.NaN, Float.NaN, 5f, 5f, 5f);
    assertThat(only(all, "pattern").payload().get(1)).isEqualTo((byte) 1);
    assertThat(only(all, "mask").payload().get(3)).isEqualTo((byte) 1);
  }

  @Test
  void thePatternTakesAsFewBytesAsItsLargestPixelNeeds() {
    LiveScan scan = Told.scan(Told.pattern(240), Told.row(1, 3, 1, 5, 8));
    viewer.show(scan);
    Received smallest = only(all(), "pattern");
    assertThat(smallest.header().get("type").asText()).isEqualTo("u8");
    assertThat(smallest.payload().limit()).isEqualTo(16);
    assertThat(smallest.payload().get(15)).isEqualTo((byte) 255);

    scan.take(Told.pattern(241), "p", 0);
    Received larger = only(later(), "pattern");
    assertThat(larger.header().get("type").asText()).isEqualTo("u16");
    assertThat(larger.payload().limit()).isEqualTo(32);
    assertThat(larger.payload().getShort(30)).isEqualTo((short) 256);

    scan.take(Told.pattern(65_521), "p", 0);
    Received largest = only(later(), "pattern");
    assertThat(largest.header().get("type").asText()).isEqualTo("u32");
    assertThat(largest.payload().limit()).isEqualTo(64);
    assertThat(largest.payload().getInt(60)).isEqualTo(65_536);
  }

  @Test
  void patternsComeLessOftenThanImagesAndTheLastOneBeforeTheEnd() {
    LiveScan scan = Told.scan(Told.pattern(0), Told.row(0, 3, 1, 5, 8));
    viewer.show(scan);
    assertThat(kinds(all())).contains("image", "pattern");
    scan.take(Told.pattern(1), "p", 0);
    scan.take(Told.row(0, 3, 1, 6, 9), "p", 0);
    now += SECOND / 5;
    assertThat(kinds(all())).contains("image").doesNotContain("pattern");
    scan.ended("COMPLETE", "/data/a.h5");
    now += SECOND / 5 - 1;
    assertThat(kinds(all())).doesNotContain("pattern", "end");
    now += 1;
    List<Received> last = all();
    assertThat(kinds(last)).containsSubsequence("pattern", "end");
    assertThat(only(last, "pattern").payload().get(0)).isEqualTo((byte) 1);
    assertThat(later()).isEmpty();
  }

  @Test
  void thePatternIsMadeOnceForAllViewersUntilItChanges() {
    LiveScan scan = Told.scan(Told.pattern(0), Told.row(1, 3, 1, 5, 8));
    ViewerMessage first = scan.patternMessage();
    scan.take(Told.row(0, 3, 1, 5, 8), "p", 0);
    assertThat(scan.patternMessage()).isSameAs(first);
    scan.take(Told.pattern(1), "p", 0);
    assertThat(read(scan.patternMessage()).payload().get(0)).isEqualTo((byte) 1);
  }

  @Test
  void nothingIsShownBeforeTheDetectorIsKnown() {
    LiveScan scan = Told.scan(Told.row(1, 3, 1, 5, 8));
    viewer.show(scan);
    assertThat(kinds(all())).containsExactly("hello");
    scan.take(Told.pattern(0), "p", 0);
    assertThat(kinds(all())).contains("scan", "image");
  }

  @Test
  void onlyRowsThatChangedAreTold() {
    LiveScan scan = Told.scan(Told.pattern(0), Told.row(0, 3, 1, 5, 8), Told.row(1, 3, 1, 5, 8));
    viewer.show(scan);
    all();
    scan.take(Told.row(1, 3, 1, 6, 8), "p", 0);
    List<Received> changes = later();
    assertThat(kinds(changes)).containsExactly("progress", "image", "mask");
    Received image = only(changes, "image");
    assertThat(image.header().get("firstRow").asInt()).isEqualTo(1);
    assertThat(image.floats()).containsExactly(6f, 6f, 6f);
    assertThat(kinds(later())).as("nothing new").containsExactly("progress");
  }

  @Test
  void noMessageWhileOneIsOnItsWayAndThenTheNewestOnly() {
    LiveScan scan = Told.scan(Told.pattern(0), Told.row(0, 3, 1, 5, 8));
    viewer.show(scan);
    all();
    now += SECOND;
    assertThat(read(viewer.next(now)).kind()).isEqualTo("progress");
    for (int electrons = 10; electrons < 100; electrons++) {
      scan.take(Told.row(0, 3, 1, electrons, 100), "p", 0);
      now += SECOND / 10;
      assertThat(viewer.next(now)).isNull();
    }
    viewer.taken();
    List<Received> after = all();
    assertThat(only(after, "image").floats()).containsExactly(99f, 99f, 99f);
  }

  @Test
  void updatesAreNoMoreThanSaid() {
    LiveScan scan = Told.scan(Told.pattern(0), Told.row(0, 3, 1, 5, 8));
    viewer.show(scan);
    all();
    int images = 0;
    for (int ms = 0; ms < 1000; ms += 10) {
      scan.take(Told.row(0, 3, 1, 10 + ms, 2_000), "p", 0);
      now += SECOND / 100;
      images += Collections.frequency(kinds(all()), "image");
    }
    assertThat(images).isEqualTo(5);
  }

  @Test
  void stalledWhenNothingIsTakenInTime() {
    viewer.next(now);
    assertThat(viewer.isStalled(now + 30 * SECOND, Viewer.DEADLINE)).isFalse();
    assertThat(viewer.isStalled(now + 31 * SECOND, Viewer.DEADLINE)).isTrue();
    viewer.taken();
    assertThat(viewer.isStalled(now + 31 * SECOND, Viewer.DEADLINE)).isFalse();
  }

  @Test
  void getsTheImagesThatItAsksFor() {
    viewer.show(Told.scan(Told.pattern(0), Told.row(0, 3, 1, 5, 8)));
    all();
    viewer.images(List.of("com_x", "unknown"));
    Received image = only(later(), "image");
    assertThat(image.header().get("name").asText()).isEqualTo("com_x");
    assertThat(image.floats().subList(0, 3)).containsExactly(1f, 2f, 3f);
  }

  @Test
  void ownRingIsAnsweredAndKeptUp() {
    LiveScan scan =
        Told.scan(
            Told.pattern(0), Told.row(0, 3, 1, 5, 8), Told.events(0, 0, 1, 2), Told.events(1, 5));
    viewer.show(scan);
    all();
    viewer.rings(List.of(new VirtualDetector("bright_field", 1, 2, 1.5, 1.5)));
    List<Received> answer = later();
    Received rings = only(answer, "rings");
    assertThat(rings.header().get("positionsWithoutEvents").asInt()).isEqualTo(1);
    assertThat(only(answer, "image").floats().subList(0, 3)).containsExactly(2f, 0f, Float.NaN);

    scan.take(Told.events(2, 1, 2, 4), "p", 0);
    List<Received> update = later();
    assertThat(only(update, "image").floats()).containsExactly(2f, 0f, 3f);
    assertThat(only(update, "rings").header().get("positionsWithoutEvents").asInt()).isZero();

    viewer.rings(List.of());
    assertThat(only(later(), "image").floats().subList(0, 3))
        .as("the job's ring of that name is back")
        .containsExactly(5f, 5f, 5f);
  }

  @Test
  void ringThatTheJobHasNeedsNoEvents() {
    viewer.show(Told.scan(Told.pattern(0), Told.row(0, 3, 1, 5, 8)));
    all();
    viewer.images(List.of());
    viewer.rings(List.of(new VirtualDetector("mine", 0, 1, 1.5, 1.5)));
    assertThat(only(later(), "image").floats().subList(0, 3)).containsExactly(5f, 5f, 5f);
  }

  @Test
  void tooManyRingsAreRefused() {
    VirtualDetector ring = new VirtualDetector("mine", 0, 1, 1.5, 1.5);
    assertThatThrownBy(() -> viewer.rings(Collections.nCopies(2, ring)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("name of its own");
    List<VirtualDetector> many =
        IntStream.range(0, Viewer.MOST_RINGS + 1)
            .mapToObj(i -> new VirtualDetector("mine_" + i, 0, 1, 1.5, 1.5))
            .toList();
    assertThatThrownBy(() -> viewer.rings(many))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("choose at most");
  }

  @Test
  void positionIsAnswered() {
    viewer.show(Told.scan(Told.pattern(0), Told.row(1, 3, 1, 5, 8), Told.events(4, 9, 10)));
    all();
    viewer.position(1, 1);
    Received answer = only(all(), "position");
    assertThat(answer.header().get("events").toString()).isEqualTo("[9,10]");
    assertThatThrownBy(() -> viewer.position(3, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 x 2");
  }

  @Test
  void endComesLastAndOnce() {
    LiveScan scan = Told.scan(Told.pattern(0), Told.row(0, 3, 1, 5, 8));
    viewer.show(scan);
    all();
    scan.take(Told.row(1, 3, 1, 5, 8), "p", 0);
    scan.take(Told.end(6, 0, 0), "p", 0);
    List<Received> last = later();
    assertThat(kinds(last)).startsWith("progress", "image").endsWith("mask", "end");
    assertThat(last.get(last.size() - 1).header().get("state").asText()).isEqualTo("COMPLETE");
    assertThat(later()).isEmpty();
    scan.ended("COMPLETE", "/data/a.h5");
    assertThat(only(later(), "end").header().get("file").asText()).isEqualTo("/data/a.h5");
    assertThat(later()).isEmpty();
  }

  @Test
  void anotherScanIsIntroducedAndWhole() {
    viewer.show(Told.scan(Told.pattern(0), Told.row(0, 3, 1, 5, 8)));
    all();
    viewer.show(Told.scan(Told.pattern(0), Told.row(0, 3, 1, 5, 8)));
    assertThat(kinds(later())).containsExactly("scan", "progress", "image", "mask", "pattern");
  }

  @Test
  void magnitudeIsToldWholeWhenItsMeanMayHaveChanged() {
    LiveScan scan = Told.scan(Told.pattern(0), Told.row(0, 3, 1, 5, 8));
    viewer.images(List.of("com_magnitude"));
    viewer.show(scan);
    all();
    scan.take(Told.row(1, 3, 1, 6, 8), "p", 0);
    assertThat(only(later(), "image").header().get("rows").asInt()).isEqualTo(2);
  }
}
