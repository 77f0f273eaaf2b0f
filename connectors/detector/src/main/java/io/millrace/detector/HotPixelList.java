package io.millrace.detector;

import java.io.Serializable;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The pixels of a scan that are hot: they fire in far more frames than their neighbourhood does.
 *
 * @param scan its {@link ScanKey key}
 * @param pixels ascending by index
 */
public record HotPixelList(long scan, List<HotPixel> pixels) implements ScanRecord, Serializable {

  /**
   * A hot pixel.
   *
   * @param index {@code row * columns + column} in the frame
   * @param rate its events per frame that arrived, above 0 to 1
   */
  public record HotPixel(int index, float rate) implements Serializable {}

  /**
   * What a later scan should mask.
   *
   * @param known pixels that are masked already, so that no scan can find them again
   * @param most pixels to mask at most; the most active of those found are added first
   * @return flat indices, ascending
   */
  public List<Integer> mask(Collection<Integer> known, int most) {
    Stream<Integer> found =
        pixels.stream()
            .sorted(Comparator.comparingDouble(HotPixel::rate).reversed())
            .map(HotPixel::index);
    return Stream.concat(known.stream(), found).distinct().limit(most).sorted().toList();
  }
}
