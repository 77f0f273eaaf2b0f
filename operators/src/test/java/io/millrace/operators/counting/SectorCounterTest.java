package io.millrace.operators.counting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.management.ThreadMXBean;
import io.millrace.detector.Calibration;
import io.millrace.detector.CountedSector;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.Thresholds;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** That it gives the right events is tested together with the seams, in SeamResolverTest. */
class SectorCounterTest {
  private static final DetectorDescription CAMERA = DetectorDescription.load("4d-camera");

  private final DetectorDescription halves = Frames.grid(6, 4, 2, 1);
  private final SectorCounter counter = new SectorCounter(halves, false);
  private final CountedSector out = new CountedSector();

  private static Discriminators discriminators(
      DetectorDescription detector, Corrections corrections) {
    return Discriminators.of(
        detector, corrections, Calibration.given(7, new Thresholds(28.5, 435), 20.0));
  }

  private static SectorHeader header(int module) {
    return new SectorHeader().set(7, 3, 5, 5, 1, 2, 0, module);
  }

  @Test
  void onlyPixelsThatTouchAnotherSectorAreProvisional() {
    byte[] pixels = Frames.bytes(50, 0, 0, 40, 0, 0, 0, 0, 60, 0, 30, 40);
    counter.count(header(0), pixels, discriminators(halves, Corrections.NONE), out);
    assertThat(out.events.toArray()).containsExactly(0, 3);
    assertThat(out.borderEvents.toArray()).containsExactly(8, 11);
    assertThat(out.haloPixels.toArray()).containsExactly(8, 10, 11);
    assertThat(out.haloValues()).startsWith(60, 30, 40);
    assertThat(out.header).usingRecursiveComparison().isEqualTo(header(0));

    counter.count(header(1), pixels, discriminators(halves, Corrections.NONE), out);
    assertThat(out.events.toArray()).containsExactly(12 + 8, 12 + 11);
    assertThat(out.borderEvents.toArray()).containsExactly(12, 15);
    assertThat(out.haloPixels.toArray()).containsExactly(12, 15);
  }

  static Stream<BlockScan> scans() {
    return BlockScans.all().stream();
  }

  /** With a bias for everything (lo = 0) a pixel's sum may carry into the next one's lane. */
  @ParameterizedTest
  @MethodSource("scans")
  void aPixelThatOverflowsDoesNotHideItsNeighbour(BlockScan scan) {
    byte[] pixels = new byte[BlockScan.BLOCK];
    int[] values = {0x8000, 0x7fff, 0, 1, 0xffff, 0, 0x7fff, 0xffff, 0x7fff};
    for (int p = 0; p < values.length; p++) {
      pixels[2 * p] = (byte) values[p];
      pixels[2 * p + 1] = (byte) (values[p] >>> 8);
    }
    for (int lo : new int[] {0, 1, 2, 0x7fff, 0x8000}) {
      long bias = (0x8000 - lo) * Pixels.EACH_LANE;
      int expected = 0;
      for (int p = 0; p < pixels.length / 2; p++) {
        expected |= (Pixels.get(pixels, p) >= lo ? 1 : 0) << p;
      }
      int[] marks = new int[1];
      scan.mark(pixels, bias, new int[1], 1, marks);
      assertThat(marks[0]).as("lo %d", lo).isEqualTo(expected);
      long[] biases = new long[pixels.length / Pixels.WORD];
      Arrays.fill(biases, bias);
      scan.mark(pixels, biases, new int[1], 1, marks);
      assertThat(marks[0]).as("lo %d each", lo).isEqualTo(expected);
    }
  }

  @Test
  void pixelsOfAnotherSizeAreRefused() {
    assertThatThrownBy(
            () ->
                counter.count(
                    header(1), new byte[22], discriminators(halves, Corrections.NONE), out))
        .hasMessageContaining("module 1")
        .hasMessageContaining("22 bytes")
        .hasMessageContaining("24");
  }

  /** Each kind of correction with each block scan. */
  static Stream<Arguments> kinds() {
    int pixels = CAMERA.pixels();
    float[] dark = new float[pixels];
    float[] gain = new float[pixels];
    for (int p = 0; p < pixels; p++) {
      dark[p] = p % 7;
      gain[p] = 0.95f + p % 11 / 100f;
    }
    boolean[] bad = new boolean[pixels];
    bad[90_000] = true;
    return Stream.of(
            Corrections.NONE,
            new Corrections(dark, null, null, null),
            new Corrections(null, gain, bad, null),
            new Corrections(dark, gain, null, RowDark.MEAN),
            new Corrections(dark, null, bad, RowDark.MEDIAN))
        .flatMap(kind -> BlockScans.all().stream().map(scan -> Arguments.of(kind, scan)));
  }

  /** Not for scripts/mutation-test: it takes long there, and finds no wrong event. */
  @Tag("allocation")
  @ParameterizedTest
  @MethodSource("kinds")
  void nothingIsAllocatedPerSector(Corrections corrections, BlockScan scan) {
    SectorCounter counter = new SectorCounter(CAMERA, true, scan);
    int[] values = new int[CAMERA.sector(1).pixels()];
    Random random = new Random(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = 15 + random.nextInt(10) + (random.nextInt(500) == 0 ? 100 : 0);
    }
    byte[] pixels = Frames.bytes(values);
    Discriminators discriminators = discriminators(CAMERA, corrections);
    SectorHeader header = header(1);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    // Vectors are objects until the JVM has compiled what uses them, which it does beside this.
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInSameThread()
        .pollInterval(Duration.ZERO)
        .until(
            () -> {
              long before = threads.getCurrentThreadAllocatedBytes();
              for (int i = 0; i < 1000; i++) {
                counter.count(header, pixels, discriminators, out);
              }
              return (threads.getCurrentThreadAllocatedBytes() - before) / 1000;
            },
            perSector -> perSector < 16);
    assertThat(out.events.size()).isPositive();
    assertThat(out.centroids.size()).isEqualTo(out.events.size());
  }

  @Test
  void withCentroidsTheHaloHasAllThatLiesAroundAProvisionalEvent() {
    SectorCounter counter = new SectorCounter(halves, true);
    byte[] pixels = Frames.bytes(0, 50, 0, 0, 30, 0, 0, 40, 0, 60, 0, 0);
    counter.count(header(0), pixels, discriminators(halves, Corrections.NONE), out);
    assertThat(out.events.toArray()).containsExactly(1, 7);
    assertThat(out.centroids.size()).isEqualTo(2);
    assertThat(out.centroids.y(0)).isEqualTo(30 / 80f);
    assertThat(out.centroids.x(0)).isEqualTo(1 - 30 / 80f);
    assertThat(out.centroids.charge(0)).isEqualTo(80);
    assertThat(out.borderEvents.toArray()).containsExactly(9);
    assertThat(out.haloPixels.toArray()).contains(9, 4).doesNotContain(1, 7);
  }

  @Test
  void aRowDarkNeedsWholeHalfRowsAndALevel() {
    Corrections rowDark = new Corrections(null, null, null, RowDark.MEAN);
    assertThatThrownBy(() -> discriminators(Frames.grid(4, 8, 1, 4), rowDark))
        .hasMessageContaining("whole half-row")
        .hasMessageContaining("sectors of 2 of its 8 columns");
    assertThatThrownBy(
            () ->
                Discriminators.of(
                    halves, rowDark, Calibration.given(1, new Thresholds(28.5, 435), null)))
        .hasMessageContaining("needs the level");
    assertThatThrownBy(
            () -> discriminators(halves, new Corrections(new float[3], null, null, null)))
        .hasMessageContaining("dark map has 3 pixels")
        .hasMessageContaining("6 x 4");
  }
}
