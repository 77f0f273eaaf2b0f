package io.millrace.operators.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.CountedSector;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.IntList;
import io.millrace.detector.Thresholds;
import io.millrace.operators.counting.Corrections;
import io.millrace.operators.counting.Frames;
import io.millrace.operators.counting.Oracle;
import io.millrace.operators.counting.ReferenceCounter;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Counting sector by sector and deciding the seams gives the events of the assembled frame. */
class SeamResolverTest {
  private static int[] inSectors(byte[] frame, DetectorDescription detector, Thresholds t) {
    CountedFrame counted = new CountedFrame();
    new SeamResolver(detector, false)
        .resolve(Frames.count(frame, detector, t, detector.completeMask()), counted);
    return counted.events.toArray();
  }

  @Test
  void anyFrameAnyDetectorAnySectorMissing() {
    for (long seed = 0; seed < 6000; seed++) {
      Random random = new Random(seed);
      int rows = 1 + random.nextInt(40);
      int columns = (rows == 1 ? 2 : 1) + random.nextInt(40);
      List<DetectorDescription> detectors = Frames.detectors(rows, columns);
      DetectorDescription detector =
          Frames.shuffled(detectors.get(random.nextInt(detectors.size())), random);
      byte[] frame = Frames.random(random, rows * columns);
      Thresholds thresholds = Frames.thresholds(random);
      ReferenceCounter reference = new ReferenceCounter(rows, columns, Corrections.NONE);
      SeamResolver seams = new SeamResolver(detector, false);
      CountedFrame counted = new CountedFrame();
      for (int mask :
          new int[] {detector.completeMask(), random.nextInt(1 << detector.modules())}) {
        byte[] present = frame;
        for (int m = 0; m < detector.modules(); m++) {
          if ((mask >>> m & 1) == 0) {
            present = Frames.without(present, detector, m);
          }
        }
        seams.resolve(Frames.count(frame, detector, thresholds, mask), counted);
        assertThat(counted.events.toArray())
            .as("seed %d, mask %d, %s, %s", seed, mask, thresholds, detector)
            .isEqualTo(reference.count(present, thresholds).toArray());
      }
    }
  }

  @Test
  void aSectorThatWasCountedWithoutCentroidsIsNamed() {
    DetectorDescription detector = Frames.grid(4, 4, 2, 1);
    byte[] frame = Frames.bytes(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0);
    CountedSector[] sectors = Frames.count(frame, detector, new Thresholds(1, 99), 0b11);
    assertThat(sectors[1].events.toArray()).containsExactly(13);
    SeamResolver seams = new SeamResolver(detector, true);
    CountedFrame counted = new CountedFrame();
    assertThatThrownBy(() -> seams.resolve(sectors, counted))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("module 1")
        .hasMessageContaining("0 centroids for 1 final events");
  }

  @Test
  void smallVectorsInAllSectors() {
    int checked = 0;
    for (JsonNode c : Oracle.json("micro.json")) {
      if (c.get("dark").isNull() && c.get("gain").isNull() && !c.get("row_dark").asBoolean()) {
        byte[] frame = Frames.bytes(ints(c.get("frame")));
        Thresholds thresholds = new Thresholds(c.get("bg").asDouble(), c.get("xr").asDouble());
        for (DetectorDescription detector :
            Frames.detectors(c.get("height").asInt(), c.get("width").asInt())) {
          assertThat(inSectors(frame, detector, thresholds))
              .as("%s in %s", c.get("name"), detector)
              .isEqualTo(ints(c.get("events")));
          checked++;
        }
      }
    }
    assertThat(checked).isGreaterThan(100);
  }

  private static int[] ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  @Test
  void wholeFramesInAllSectors() {
    Oracle.Stack stack = Oracle.frames("frames");
    for (String name : List.of("none", "low_bg_ties", "low_xray")) {
      holds(stack, Oracle.events("frames/" + name + ".ev.gz"));
    }
    holds(Oracle.frames("cropped_16x16"), Oracle.events("cropped_16x16/events.ev.gz"));
  }

  private static void holds(Oracle.Stack stack, Oracle.Events expected) {
    for (DetectorDescription detector : Frames.detectors(stack.rows(), stack.columns())) {
      for (int f = 0; f < expected.frames().size(); f++) {
        assertThat(inSectors(stack.frames().get(f), detector, expected.thresholds()))
            .as("frame %d in %s", f, detector.name())
            .isEqualTo(expected.frames().get(f));
      }
    }
  }

  @Test
  void withoutTheSeamsEventsWouldBeWrong() {
    Oracle.Stack stack = Oracle.frames("frames");
    Oracle.Events expected = Oracle.events("frames/low_bg_ties.ev.gz");
    for (int f = 0; f < stack.frames().size(); f++) {
      DetectorDescription camera = DetectorDescription.load("4d-camera");
      IntList all = new IntList(0);
      for (CountedSector s :
          Frames.count(stack.frames().get(f), camera, expected.thresholds(), 15)) {
        all.add(s.events.array(), 0, s.events.size());
        all.add(s.borderEvents.array(), 0, s.borderEvents.size());
      }
      int[] unresolved = all.toArray();
      Arrays.sort(unresolved);
      assertThat(unresolved).isNotEqualTo(expected.frames().get(f));
      assertThat(unresolved.length).isGreaterThan(expected.frames().get(f).length);
    }
  }
}
