package io.millrace.operators.images;

import java.awt.image.BufferedImage;

/** How levels become colours: linear between equidistant stops. */
public enum ColourMap {
  /** From black to white, for what is counted. */
  GREY(BufferedImage.TYPE_BYTE_GRAY, 0x00, 0xff),

  /**
   * From blue through white to red, for what has a sign: the scheme RdBu of ColorBrewer (Harrower
   * and Brewer, Cartogr. J. 40, 27 (2003)), which is even in lightness and told apart by the
   * colour-blind.
   */
  BLUE_WHITE_RED(
      BufferedImage.TYPE_INT_RGB,
      0x053061,
      0x2166ac,
      0x4393c3,
      0x92c5de,
      0xd1e5f0,
      0xf7f7f7,
      0xfddbc7,
      0xf4a582,
      0xd6604d,
      0xb2182b,
      0x67001f),

  /**
   * From dark blue through green to yellow, even in lightness and told apart by the colour-blind:
   * the map of that name by Smith and van der Walt, which is matplotlib's own.
   */
  VIRIDIS(
      BufferedImage.TYPE_INT_RGB,
      0x440154,
      0x482576,
      0x414487,
      0x35608d,
      0x2a788e,
      0x21908c,
      0x22a884,
      0x43bf71,
      0x7ad151,
      0xbbdf27,
      0xfde725),

  /** From black through red to pale yellow, even in lightness: by the same authors. */
  INFERNO(
      BufferedImage.TYPE_INT_RGB,
      0x000004,
      0x160b39,
      0x420a68,
      0x6a176e,
      0x932667,
      0xbc3754,
      0xdd513a,
      0xf37819,
      0xfca50a,
      0xf6d746,
      0xfcffa4);

  private final int imageType;
  private final int bands;
  private final int[] stops;

  ColourMap(int imageType, int... stops) {
    this.imageType = imageType;
    this.bands = imageType == BufferedImage.TYPE_BYTE_GRAY ? 1 : 3;
    this.stops = stops;
  }

  /** A picture that takes these colours. */
  BufferedImage picture(int width, int height) {
    return new BufferedImage(width, height, imageType);
  }

  /** The bands of a colour (grey, or red, green and blue), 0 to 255, at a level from 0 to 1. */
  int[] at(double level) {
    double place = level * (stops.length - 1);
    int stop = Math.min((int) place, stops.length - 2);
    int[] colour = new int[bands];
    for (int band = 0; band < bands; band++) {
      int shift = 8 * (bands - 1 - band);
      int low = stops[stop] >> shift & 0xff;
      int high = stops[stop + 1] >> shift & 0xff;
      colour[band] = (int) Math.round(low + (place - stop) * (high - low));
    }
    return colour;
  }
}
