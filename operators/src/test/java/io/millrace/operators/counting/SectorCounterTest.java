package io.millrace.operators.counting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.millrace.detector.CountedSector;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.Thresholds;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** That it gives the right events is tested together with the seams, in SeamResolverTest. */
class SectorCounterTest {
  private final DetectorDescription halves = Frames.grid(6, 4, 2, 1);
  private final SectorCounter counter = new SectorCounter(halves);
  private final CountedSector out = new CountedSector();

  private static SectorHeader header(int module) {
    return new SectorHeader().set(7, 3, 5, 5, 1, 2, 0, module);
  }

  @Test
  void onlyPixelsThatTouchAnotherSectorAreProvisional() {
    byte[] pixels = Frames.bytes(50, 0, 0, 40, 0, 0, 0, 0, 60, 0, 30, 40);
    counter.count(header(0), pixels, new Thresholds(28.5, 435), out);
    assertThat(out.events.toArray()).containsExactly(0, 3);
    assertThat(out.borderEvents.toArray()).containsExactly(8, 11);
    assertThat(out.haloPixels.toArray()).containsExactly(8, 10, 11);
    assertThat(out.haloValues()).startsWith(60, 30, 40);
    assertThat(out.header).usingRecursiveComparison().isEqualTo(header(0));

    counter.count(header(1), pixels, new Thresholds(28.5, 435), out);
    assertThat(out.events.toArray()).containsExactly(12 + 8, 12 + 11);
    assertThat(out.borderEvents.toArray()).containsExactly(12, 15);
    assertThat(out.haloPixels.toArray()).containsExactly(12, 15);
  }

  @Test
  void pixelsOfAnotherSizeAreRefused() {
    assertThatThrownBy(() -> counter.count(header(1), new byte[22], new Thresholds(28.5, 435), out))
        .hasMessageContaining("module 1")
        .hasMessageContaining("22 bytes")
        .hasMessageContaining("24");
  }

  @Test
  void nothingIsAllocatedPerSector() {
    DetectorDescription camera = DetectorDescription.load("4d-camera");
    SectorCounter counter = new SectorCounter(camera);
    int[] values = new int[camera.sector(1).pixels()];
    Random random = new Random(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = 15 + random.nextInt(10) + (random.nextInt(500) == 0 ? 100 : 0);
    }
    byte[] pixels = Frames.bytes(values);
    Thresholds thresholds = new Thresholds(28.5, 435);
    SectorHeader header = header(1);
    for (int i = 0; i < 3000; i++) {
      counter.count(header, pixels, thresholds, out);
    }
    assertThat(out.events.size()).isPositive();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 1000; i++) {
      counter.count(header, pixels, thresholds, out);
    }
    long perSector = (threads.getCurrentThreadAllocatedBytes() - before) / 1000;
    assertThat(perSector).as("bytes per sector").isLessThan(16);
  }
}
