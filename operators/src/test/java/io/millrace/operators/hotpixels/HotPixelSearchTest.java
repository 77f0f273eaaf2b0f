package io.millrace.operators.hotpixels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.HotPixelList;
import io.millrace.detector.HotPixelList.HotPixel;
import io.millrace.detector.IntList;
import io.millrace.operators.counting.Frames;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Counts are drawn from Poisson distributions around what a scan would bring on average. */
class HotPixelSearchTest {
  private static final int SIZE = 64;
  private static final long FRAMES = 100_000;

  /** What the search finds in a square frame of these expected events by pixel. */
  private static Set<Integer> found(double[] expected, Random random) {
    int size = (int) Math.sqrt(expected.length);
    int[] events = Arrays.stream(expected).mapToInt(mean -> poisson(mean, random)).toArray();
    return pixels(new HotPixelSearch(7, size, size, events, FRAMES).find());
  }

  private static Set<Integer> pixels(HotPixelList list) {
    return new TreeSet<>(list.pixels().stream().map(HotPixel::index).toList());
  }

  /** Knuth's method for small means, a rounded Gaussian for large ones. */
  private static int poisson(double mean, Random random) {
    if (mean >= 100) {
      return (int) Math.max(0, Math.round(mean + Math.sqrt(mean) * random.nextGaussian()));
    }
    double limit = Math.exp(-mean);
    int n = 0;
    for (double p = random.nextDouble(); p > limit; p *= random.nextDouble()) {
      n++;
    }
    return n;
  }

  private static double[] flat(double mean, int size) {
    double[] expected = new double[size * size];
    Arrays.fill(expected, mean);
    return expected;
  }

  /** Adds a disk with a sharp edge. */
  private static double[] disk(double[] expected, double x, double y, double radius, double mean) {
    for (int i = 0; i < expected.length; i++) {
      double dx = i % SIZE - x;
      double dy = i / SIZE - y;
      expected[i] += dx * dx + dy * dy <= radius * radius ? mean : 0;
    }
    return expected;
  }

  /** Adds a Gaussian spot. */
  private static double[] spot(double[] expected, double x, double y, double sigma, double peak) {
    for (int i = 0; i < expected.length; i++) {
      double dx = i % SIZE - x;
      double dy = i / SIZE - y;
      expected[i] += peak * Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma));
    }
    return expected;
  }

  /** A hot pixel fires in a share of the frames, and silences its neighbours in these. */
  private static void plant(double[] expected, int size, int pixel, double share) {
    for (int row = pixel / size - 1; row <= pixel / size + 1; row++) {
      for (int column = pixel % size - 1; column <= pixel % size + 1; column++) {
        if (row >= 0 && row < size && column >= 0 && column < size) {
          expected[row * size + column] *= 1 - share;
        }
      }
    }
    expected[pixel] += share * FRAMES;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.3, 1, 3, 5, 8, 12, 20, 50, 200, 1000, 10_000})
  void aFlatFieldHasNone(double mean) {
    for (long seed = 0; seed < 40; seed++) {
      assertThat(found(flat(mean, SIZE), new Random(seed))).as("seed %d", seed).isEmpty();
    }
    assertThat(found(flat(mean, 576), new Random(576))).as("a frame of the camera").isEmpty();
  }

  @Test
  void theEdgeOfADiskHasNone() {
    for (long seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      double mean = Math.pow(10, 4 * random.nextDouble());
      // With an integer radius around a pixel, the disk has tips of one pixel.
      boolean tips = random.nextBoolean();
      double radius = tips ? 1 + random.nextInt(40) : 1.5 + 40 * random.nextDouble();
      double x = tips ? random.nextInt(SIZE) : SIZE * random.nextDouble();
      double y = tips ? random.nextInt(SIZE) : SIZE * random.nextDouble();
      double around = random.nextBoolean() ? 0 : mean * random.nextDouble();
      assertThat(found(disk(flat(around, SIZE), x, y, radius, mean), random))
          .as("seed %d: radius %s around (%s, %s), %s in %s", seed, radius, x, y, mean, around)
          .isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.75, 1, 1.5, 3})
  void aSpotHasNoneWhereverItIs(double sigma) {
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      double[] expected = flat(random.nextBoolean() ? 0 : random.nextDouble(), SIZE);
      for (int i = 0; i < 10; i++) {
        double peak = Math.pow(10, 0.5 + 4 * random.nextDouble());
        // On the frame's edge a spot lacks neighbours; a narrower one than sigma 0.85 may be taken.
        int from = sigma < 0.85 ? 2 : 0;
        double x = from + (SIZE - 1 - 2 * from) * random.nextDouble();
        double y = from + (SIZE - 1 - 2 * from) * random.nextDouble();
        boolean centred = random.nextBoolean();
        spot(expected, centred ? Math.rint(x) : x, centred ? Math.rint(y) : y, sigma, peak);
      }
      assertThat(found(expected, random)).as("seed %d", seed).isEmpty();
    }
  }

  /** From 200 events and 12 times the rate around it, a pixel is found wherever it is. */
  @Test
  void whatIsFarAboveItsNeighbourhoodIsFoundAndNothingElse() {
    for (long seed = 0; seed < 1000; seed++) {
      Random random = new Random(seed);
      double background = random.nextBoolean() ? 0 : 100 * random.nextDouble();
      double[] expected = flat(background, SIZE);
      disk(expected, 30, 34, 12.5, Math.pow(10, 3.7 * random.nextDouble()));
      Set<Integer> hot = new TreeSet<>();
      for (int i = 0; i < 5; i++) {
        hot.add((13 * i + random.nextInt(10)) * SIZE + random.nextInt(SIZE)); // none touch
      }
      double around = Arrays.stream(expected).max().orElseThrow();
      double least = (200 + 12 * around) / FRAMES;
      for (int pixel : hot) {
        plant(expected, SIZE, pixel, least + (1 - least) * Math.pow(random.nextDouble(), 4));
      }
      assertThat(found(expected, random)).as("seed %d: %s around", seed, around).isEqualTo(hot);
    }
  }

  @ParameterizedTest(name = "pixels {0}")
  @CsvSource({
    "0",
    "63",
    "4032",
    "4095",
    "31",
    "1984",
    "0 1",
    "0 65",
    "62 63 127",
    "2000 2001",
    "2000 2064",
    "2000 2065",
    "2000 2001 2002",
    "2000 2064 2128",
    "2000 2065 2130",
    "2000 2001 2064",
    "2000 2065 2002",
    // Four apart: the normal pixel between them has six silenced neighbours.
    "2000 2004",
    "2000 2256",
    "2000 2260"
  })
  void hotPixelsThatTouchOrLieOnTheEdgeAreFound(String together) {
    int[] hot = Arrays.stream(together.split(" ")).mapToInt(Integer::parseInt).toArray();
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      double[] expected = flat(3000 * random.nextDouble(), SIZE);
      for (int pixel : hot) {
        plant(expected, SIZE, pixel, 0);
      }
      // Those that touch share the frames, unequally: one event a frame is the strict maximum.
      double[] shares = random.doubles(hot.length, 0.5, 1.5).toArray();
      double sum = Arrays.stream(shares).sum();
      for (int i = 0; i < hot.length; i++) {
        plant(expected, SIZE, hot[i], 0.99 * shares[i] / sum);
      }
      for (int i = 0; i < hot.length; i++) {
        expected[hot[i]] = 0.99 * shares[i] / sum * FRAMES;
      }
      assertThat(found(expected, random))
          .as("seed %d", seed)
          .containsExactlyElementsOf(Arrays.stream(hot).sorted().boxed().toList());
    }
  }

  @Test
  void theRateIsEventsPerFrame() {
    HotPixelSearch search = new HotPixelSearch(Frames.grid(8, 6, 2, 1), 7);
    for (int i = 0; i < 200; i++) {
      CountedFrame frame =
          new CountedFrame(
              i % 4 == 0 ? IntList.of(20, 22) : i % 2 == 0 ? IntList.of(20) : IntList.of());
      search.add(frame);
    }
    HotPixelList list = search.find();
    assertThat(search.frames()).isEqualTo(200);
    assertThat(list.scan()).isEqualTo(7);
    assertThat(list.pixels()).extracting(HotPixel::index).containsExactly(20, 22);
    assertThat(list.pixels().get(0).rate()).isCloseTo(0.5f, within(1e-6f));
    assertThat(list.pixels().get(1).rate()).isCloseTo(0.25f, within(1e-6f));
  }

  /** 47 events without any around; one in a thousand frames; W = 5 for m = 25 at 246 events. */
  @ParameterizedTest
  @CsvSource({
    "46, 0, 46, false",
    "47, 0, 47, true",
    "99, 0, 100000, false",
    "100, 0, 100000, true",
    "245, 25, 300, false",
    "246, 25, 300, true",
  })
  void theLimits(int events, int around, long frames, boolean hot) {
    int[] counts = new int[25];
    Arrays.fill(counts, around);
    counts[12] = events;
    assertThat(pixels(new HotPixelSearch(1, 5, 5, counts, frames).find()))
        .isEqualTo(hot ? Set.of(12) : Set.of());
    // Two of the neighbours do not count, whatever they are; the third does.
    for (List<Integer> others : List.of(List.of(0, 24), List.of(7, 13))) {
      int[] more = counts.clone();
      others.forEach(pixel -> more[pixel] = 1_000_000);
      assertThat(pixels(new HotPixelSearch(1, 5, 5, more, frames).find()).contains(12))
          .isEqualTo(hot);
      more[11] = 1_000_000;
      assertThat(pixels(new HotPixelSearch(1, 5, 5, more, frames).find())).doesNotContain(12);
    }
  }
}
