package io.millrace.detector.live;

import io.millrace.detector.ScanGeometry;

/**
 * The events of some frames. Each frame of a scan is in one message, so none replaces another; one
 * that is lost shows as a gap of the numbers.
 *
 * @param scan the scan's key
 * @param geometry the scan's raster
 * @param detectorRows height of a frame in pixels
 * @param detectorColumns width of a frame in pixels
 * @param position by frame: its position, {@code y * width + x}
 * @param mask by frame: one bit a module whose sector arrived
 * @param count by frame: how many events it has
 * @param events of all frames, one after the other: flat indices {@code row * detectorColumns +
 *     column}
 */
public record LiveEvents(
    long scan,
    ScanGeometry geometry,
    int detectorRows,
    int detectorColumns,
    int[] position,
    int[] mask,
    int[] count,
    int[] events)
    implements LiveMessage {

  /**
   * @throws IllegalArgumentException if the arrays do not fit each other, or a position or an event
   *     is outside
   */
  public LiveEvents {
    LivePattern.checkFrame(detectorRows, detectorColumns);
    if (mask.length != position.length || count.length != position.length) {
      throw new IllegalArgumentException(
          "%d positions, %d masks and %d counts are not of the same frames"
              .formatted(position.length, mask.length, count.length));
    }
    for (int p : position) {
      if (p < 0 || p >= geometry.positions()) {
        throw new IllegalArgumentException(
            "position %d is not in a scan of %d positions".formatted(p, geometry.positions()));
      }
    }
    long sum = 0;
    for (int n : count) {
      if (n < 0) {
        throw new IllegalArgumentException("a frame cannot have %d events".formatted(n));
      }
      sum += n;
    }
    if (sum != events.length) {
      throw new IllegalArgumentException(
          "the frames have %d events, and %d are there".formatted(sum, events.length));
    }
    int pixels = detectorRows * detectorColumns;
    for (int e : events) {
      if (e < 0 || e >= pixels) {
        throw new IllegalArgumentException(
            "event %d is outside a frame of %d x %d pixels"
                .formatted(e, detectorRows, detectorColumns));
      }
    }
  }

  /** How many frames they are of. */
  public int frames() {
    return position.length;
  }

  @Override
  public long payloadBytes() {
    return payloadBytes(position.length, events.length);
  }

  /** Bytes of the payload of so many frames and events. */
  public static long payloadBytes(int frames, long events) {
    return Integer.BYTES * (3L * frames + events);
  }
}
