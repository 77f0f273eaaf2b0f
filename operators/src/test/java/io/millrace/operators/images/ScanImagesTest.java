package io.millrace.operators.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.IntList;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanImage.Axes;
import io.millrace.operators.counting.Frames;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

  private ScanImages images(VirtualDetector... virtualDetectors) {
    return new ScanImages(detector, List.of(virtualDetectors), new DpcPhase(0, false), 7, geometry);
  }

  private static Map<String, ScanImage> byName(ScanImages images) {
    return images.images().stream().collect(Collectors.toMap(ScanImage::name, image -> image));
  }

  @Test
  void anElectronCountsOneInEachDetectorThatItHits() {
    ScanImages images = images(disk, ring);
    images.add(frame(2, 1, 0, 4 * 12 + 6, 4 * 12 + 7));
    images.add(frame(2, 1, 4 * 12 + 6));
    images.add(frame(0, 0));
    List<ScanImage> all = images.images();
    List<String> names = new ArrayList<>(List.of("bright_field", "dark_field"));
    names.addAll(ScanImages.NAMES);
    assertThat(all).extracting(ScanImage::name).isEqualTo(names);
    assertThat(all).allMatch(image -> image.scan() == 7);
    assertThat(all.get(0).values()).containsExactly(0, 0, 0, 0, 0, 3);
    assertThat(all.get(1).values()).containsExactly(0, 0, 0, 0, 0, 1);
    assertThat(all.get(0).rows()).isEqualTo(2);
    assertThat(all.get(0).columns()).isEqualTo(3);
    assertThat(all.get(0).axes()).isEqualTo(Axes.SCAN);
    assertThat(all.get(0).counts()).isTrue();
    ScanImage pattern = byName(images).get("sum_pattern");
    assertThat(pattern.axes()).isEqualTo(Axes.DETECTOR);
    assertThat(pattern.values()[0]).isEqualTo(1);
    assertThat(pattern.values()[4 * 12 + 6]).isEqualTo(2);
    images.add(frame(0, 0, 4 * 12 + 6));
    assertThat(all.get(0).values()[0]).as("an image that was given does not change").isZero();
    assertThat(byName(images).get("bright_field").values()[0]).isEqualTo(1);
  }

  @Test
  void theCentreOfMassIsThatOfAllFramesOfAPosition() {
    ScanImages images = images();
    images.add(frame(1, 0, 2 * 12 + 3, 2 * 12 + 11));
    images.add(frame(1, 0, 7 * 12 + 4, 7 * 12 + 6));
    images.add(frame(1, 0));
    images.add(frame(2, 1, 0));
    images.add(frame(0, 1));
    Map<String, ScanImage> all = byName(images);
    double none = Double.NaN;
    assertThat(all.get("total_counts").values()).containsExactly(0, 4, 0, 0, 0, 1);
    assertThat(all.get("com_x").values()).containsExactly(none, 6, none, none, none, 0);
    assertThat(all.get("com_y").values()).containsExactly(none, 4.5, none, none, none, 0);
    assertThat(all.get("com_x").counts()).isFalse();
    assertThat(all.get("com_x").axes()).isEqualTo(Axes.SCAN);
  }

  @Test
  void theRadialProfileRoundsDistancesDown() {
    ScanImages images = images();
    // The centre is column 6, row 4.
    images.add(frame(0, 0, 4 * 12 + 6, 4 * 12 + 7, 5 * 12 + 7, 7 * 12 + 10));
    images.add(frame(1, 0, 0, 4 * 12 + 6, 4 * 12 + 11));
    ScanImage profile = byName(images).get("radial_profile");
    // Distances 0, 1, 1.41, 5; 7.21 (the corner, none is farther), 0, 5.
    assertThat(profile.values()).containsExactly(2, 2, 0, 0, 0, 2, 0, 1);
    assertThat(profile.axes()).isEqualTo(Axes.RADIUS);
    assertThat(profile.rows()).isEqualTo(1);
    assertThat(profile.columns()).isEqualTo(8);
  }

  @Test
  void thePhaseIsThatOfTheCentreOfMass() {
    // Electrons to the left and to the right of the middle; the flyback's has no say.
    ScanImages images =
        new ScanImages(detector, List.of(), new DpcPhase(0, false), 7, new ScanGeometry(5, 1));
    int[] columns = {8, 6, 4, 6, 11};
    for (int x = 0; x < columns.length; x++) {
      CountedFrame frame = frame(x, 0, 4 * 12 + columns[x]);
      frame.width = 5;
      frame.height = 1;
      images.add(frame);
    }
    // cx = 2 cos(2 pi x / 4), so the phase is 2 (4 / 2 pi) sin(2 pi x / 4).
    double[] phase = byName(images).get("dpc_phase").values();
    double most = 4 / Math.PI;
    assertThat(Arrays.copyOf(phase, 4))
        .containsExactly(new double[] {0, most, 0, -most}, within(1e-12));
    assertThat(phase[4]).isNaN();
  }

  @Test
  void randomEventsAreCountedAsByTheDefinition() {
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      ScanImages images = images(disk, ring);
      List<List<Integer>> byPosition =
          Stream.generate(() -> (List<Integer>) new ArrayList<Integer>()).limit(6).toList();
      for (int f = 0; f < 20; f++) {
        int[] events = random.ints(random.nextInt(30), 0, 96).sorted().distinct().toArray();
        images.add(frame(f % 3, f % 2, events));
        Arrays.stream(events).forEach(byPosition.get(f % 2 * 3 + f % 3)::add);
      }
      Map<String, ScanImage> all = byName(images);
      for (int p = 0; p < 6; p++) {
        List<Integer> events = byPosition.get(p);
        Map<String, Double> expected =
            Map.of(
                "bright_field",
                (double) events.stream().filter(e -> disk.contains(e / 12, e % 12)).count(),
                "dark_field",
                (double) events.stream().filter(e -> ring.contains(e / 12, e % 12)).count(),
                "total_counts",
                (double) events.size(),
                "com_x",
                events.stream().mapToInt(e -> e % 12).average().orElse(Double.NaN),
                "com_y",
                events.stream().mapToInt(e -> e / 12).average().orElse(Double.NaN));
        for (Map.Entry<String, Double> image : expected.entrySet()) {
          assertThat(all.get(image.getKey()).values()[p])
              .as("seed %d, %s at %d", seed, image.getKey(), p)
              .isEqualTo(image.getValue());
        }
      }
      double total = byPosition.stream().mapToInt(List::size).sum();
      assertThat(sum(all.get("sum_pattern"))).as("seed %d", seed).isEqualTo(total);
      assertThat(sum(all.get("radial_profile"))).as("seed %d", seed).isEqualTo(total);
    }
  }

  private static double sum(ScanImage image) {
    return Arrays.stream(image.values()).sum();
  }

  @Test
  void framesOfAnotherScanAreRefused() {
    ScanImages images = images();
    CountedFrame other = frame(0, 0);
    other.width = 4;
    assertThatThrownBy(() -> images.add(other)).hasMessageContaining("4 x 2");
    CountedFrame later = frame(0, 0);
    later.scan = 8;
    assertThatThrownBy(() -> images.add(later)).hasMessageContaining("scan 8");
    assertThatThrownBy(() -> images(disk, disk)).hasMessageContaining("different names");
  }
}
