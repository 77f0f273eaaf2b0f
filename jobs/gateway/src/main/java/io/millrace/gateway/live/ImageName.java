package io.millrace.gateway.live;

/** Names of the images over the scan that each scan has, besides those of its rings. */
final class ImageName {
  static final String TOTAL_COUNTS = "total_counts";
  static final String COM_X = "com_x";
  static final String COM_Y = "com_y";

  /** Distance of the centre of mass from its mean over the positions that have electrons. */
  static final String COM_MAGNITUDE = "com_magnitude";

  private ImageName() {}
}
