package io.millrace.detector;

import java.io.Serializable;
import java.util.List;

/**
 * The pixels of a scan that are hot: they fire in far more frames than their neighbourhood does.
 *
 * @param scan the detector's scan number
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
}
