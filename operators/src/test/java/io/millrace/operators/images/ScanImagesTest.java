package io.millrace.operators.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.IntList;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import io.millrace.operators.counting.Frames;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScanImagesTest {
  private final DetectorDescription detector = Frames.grid(8, 12, 2, 1);
  private final ScanGeometry geometry = new ScanGeometry(3, 2);
  private final VirtualDetector disk = VirtualDetector.parse("bright_field,0,2", detector);
  private final VirtualDetector ring = VirtualDetector.parse("dark_field,1,4", detector);

  private static CountedFrame frame(int x, int y, int... events) {
    CountedFrame frame = new CountedFrame(IntList.of(events));
    frame.scan = 7;
    frame.width = 3;
    frame.height = 2;
    frame.x = x;
    frame.y = y;
    return frame;
  }

  @Test
  void anElectronCountsOneInEachDetectorThatItHits() {
    ScanImages images = new ScanImages(detector, List.of(disk, ring), 7, geometry);
    images.add(frame(2, 1, 4 * 12 + 6, 4 * 12 + 7, 0));
    images.add(frame(2, 1, 4 * 12 + 6));
    images.add(frame(0, 0));
    List<ScanImage> all = images.images();
    assertThat(all)
        .extracting(ScanImage::name)
        .containsExactly("bright_field", "dark_field", "sum_pattern");
    assertThat(all).allMatch(image -> image.scan() == 7);
    assertThat(all.get(0).electrons()).containsExactly(0, 0, 0, 0, 0, 3);
    assertThat(all.get(1).electrons()).containsExactly(0, 0, 0, 0, 0, 1);
    assertThat(all.get(0).rows()).isEqualTo(2);
    assertThat(all.get(0).columns()).isEqualTo(3);
    assertThat(all.get(0).overScan()).isTrue();
    ScanImage pattern = all.get(2);
    assertThat(pattern.overScan()).isFalse();
    assertThat(pattern.electrons()[0]).isEqualTo(1);
    assertThat(pattern.electrons()[4 * 12 + 6]).isEqualTo(2);
    images.add(frame(0, 0, 4 * 12 + 6));
    assertThat(all.get(0).electrons()[0]).as("an image that was given does not change").isZero();
  }

  @Test
  void randomEventsAreCountedAsByTheDefinition() {
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      ScanImages images = new ScanImages(detector, List.of(disk, ring), 7, geometry);
      int[] expected = new int[2];
      int total = 0;
      for (int f = 0; f < 20; f++) {
        int[] events = random.ints(random.nextInt(30), 0, 96).sorted().distinct().toArray();
        images.add(frame(f % 3, f % 2, events));
        for (int event : events) {
          expected[0] += disk.contains(event / 12, event % 12) ? 1 : 0;
          expected[1] += ring.contains(event / 12, event % 12) ? 1 : 0;
        }
        total += events.length;
      }
      List<ScanImage> all = images.images();
      assertThat(sum(all.get(0))).as("seed %d", seed).isEqualTo(expected[0]);
      assertThat(sum(all.get(1))).as("seed %d", seed).isEqualTo(expected[1]);
      assertThat(sum(all.get(2))).as("seed %d", seed).isEqualTo(total);
    }
  }

  private static int sum(ScanImage image) {
    return Arrays.stream(image.electrons()).sum();
  }

  @Test
  void framesOfAnotherScanAreRefused() {
    ScanImages images = new ScanImages(detector, List.of(), 7, geometry);
    CountedFrame other = frame(0, 0);
    other.width = 4;
    assertThatThrownBy(() -> images.add(other)).hasMessageContaining("4 x 2");
    CountedFrame later = frame(0, 0);
    later.scan = 8;
    assertThatThrownBy(() -> images.add(later)).hasMessageContaining("scan 8");
    assertThatThrownBy(() -> new ScanImages(detector, List.of(disk, disk), 7, geometry))
        .hasMessageContaining("different names");
  }
}
