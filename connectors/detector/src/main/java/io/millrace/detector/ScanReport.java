package io.millrace.detector;

import java.io.Serializable;
import java.time.Instant;

/**
 * The account of a scan that has ended: every frame is complete, incomplete, or absent.
 *
 * @param scan its {@link ScanKey key}
 * @param geometry the scan's raster
 * @param framesPerPosition frames of a position: as given, or the most that any position has
 * @param complete frames of which every sector arrived
 * @param incomplete frames that lack sectors
 * @param absent expected frames of which nothing arrived
 * @param missingSectors sectors of incomplete frames that did not arrive, by module
 * @param events electrons counted
 * @param announced data messages that the senders announced
 * @param received data messages that arrived
 * @param drops messages that were not used
 * @param endedBy what told that the scan was over
 * @param start when the scan's first frame was assembled
 * @param end when the scan was closed
 * @param calibration the thresholds, and where they come from
 */
public record ScanReport(
    long scan,
    ScanGeometry geometry,
    int framesPerPosition,
    long complete,
    long incomplete,
    long absent,
    long[] missingSectors,
    long events,
    long announced,
    long received,
    Drops drops,
    EndedBy endedBy,
    Instant start,
    Instant end,
    Calibration calibration)
    implements ScanRecord, Serializable {

  /** What told that a scan was over. */
  public enum EndedBy {
    /** All lanes received what the senders had announced. */
    ANNOUNCED,
    /** A lane gave up waiting for what was announced, the others are drained. */
    LANE_TIMEOUT,
    /** Every position has its frames, complete, and no more came. */
    ALL_FRAMES,
    /** Nothing came any more. */
    TIMEOUT,
    /** The job ended before the scan did. */
    JOB_ENDED
  }

  /** Frames that the scan should have. */
  public long expected() {
    return complete + incomplete + absent;
  }
}
