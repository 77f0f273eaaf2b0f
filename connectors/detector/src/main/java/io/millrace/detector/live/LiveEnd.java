package io.millrace.detector.live;

import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanReport;

/**
 * A scan is over; its whole rows and its pattern were sent before. See {@link ScanReport} for the
 * counts.
 *
 * @param scan the scan's key
 * @param geometry the scan's raster
 * @param complete frames of which every sector arrived
 * @param incomplete frames that lack sectors
 * @param absent expected frames of which nothing arrived
 * @param missingSectors sectors of incomplete frames that did not arrive, by module
 * @param reason what told that the scan was over, in lower case: {@code announced}, {@code
 *     lane_timeout}, ...
 */
public record LiveEnd(
    long scan,
    ScanGeometry geometry,
    long complete,
    long incomplete,
    long absent,
    long[] missingSectors,
    String reason)
    implements LiveMessage {

  /**
   * @throws IllegalArgumentException if a count is negative
   */
  public LiveEnd {
    boolean negative = (complete | incomplete | absent) < 0;
    for (long missing : missingSectors) {
      negative |= missing < 0;
    }
    if (negative) {
      throw new IllegalArgumentException(
          "a scan cannot end with a negative count: complete %d, incomplete %d, absent %d"
              .formatted(complete, incomplete, absent));
    }
  }

  @Override
  public long payloadBytes() {
    return 0;
  }
}
