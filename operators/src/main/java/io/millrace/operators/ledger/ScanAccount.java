package io.millrace.operators.ledger;

import io.millrace.detector.Calibration;
import io.millrace.detector.CalibrationFailure;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.Drops;
import io.millrace.detector.LaneReport;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanReport;
import io.millrace.detector.ScanReport.EndedBy;
import java.io.Serializable;
import java.time.Instant;
import java.util.Optional;

/**
 * The account of one scan: which frames came, complete or not, and what happened to its messages.
 *
 * <p>A scan should have {@code framesPerPosition} frames at each position. If that is not given, it
 * is the most that any position got.
 */
public final class ScanAccount implements Serializable {
  private static final long serialVersionUID = 1;

  /**
   * Frames that a scan may have, absent ones included: a beam that stands still on one position of
   * a large scan would otherwise make every other one lack thousands. What goes beyond is dropped.
   */
  static final int MAX_FRAMES = 1 << 24;

  private final int completeMask;
  private final int givenFramesPerPosition;
  private final Instant start;

  private ScanGeometry geometry;
  private int[] framesAt;
  private int mostFramesAt;
  private int filledPositions;
  private long complete;
  private long incomplete;
  private final long[] missingSectors;
  private long events;
  private long announced;
  private long received;
  private int laneReports;
  private boolean laneTimedOut;
  private final Drops drops = new Drops();
  private Calibration calibration;
  private CalibrationFailure failure;

  /**
   * @param framesPerPosition how many frames each position should have; 0 if not known
   */
  public ScanAccount(DetectorDescription detector, int framesPerPosition, Instant start) {
    this.completeMask = detector.completeMask();
    this.givenFramesPerPosition = framesPerPosition;
    this.start = start;
    this.missingSectors = new long[detector.modules()];
  }

  /**
   * Accounts for a frame that has left assembly.
   *
   * @return false if the frame is not to be used, and is counted as dropped: it tells another scan
   *     size than the first one, or its position has all its frames
   */
  public boolean add(CountedFrame frame) {
    if (geometry == null) {
      geometry = new ScanGeometry(frame.width, frame.height);
      framesAt = new int[geometry.positions()];
    } else if (frame.width != geometry.width() || frame.height != geometry.height()) {
      drops.add(DropReason.INCONSISTENT_SCAN_SIZE, Integer.bitCount(frame.mask));
      return false;
    }
    if (framesAt[frame.position()] == mostFramesPerPosition()) {
      drops.add(DropReason.POSITION_FULL, Integer.bitCount(frame.mask));
      return false;
    }
    if (frame.mask == completeMask) {
      complete++;
    } else {
      incomplete++;
      for (int m = 0; m < missingSectors.length; m++) {
        missingSectors[m] += ~frame.mask >>> m & 1;
      }
    }
    events += frame.events.size();
    int frames = ++framesAt[frame.position()];
    mostFramesAt = Math.max(mostFramesAt, frames);
    if (frames == givenFramesPerPosition) {
      filledPositions++;
    }
    return true;
  }

  private int mostFramesPerPosition() {
    return Math.max(Math.max(1, givenFramesPerPosition), MAX_FRAMES / geometry.positions());
  }

  /** Accounts for a lane's part of the scan. */
  public void add(LaneReport report) {
    announced += report.announced();
    received += report.received();
    laneReports++;
    laneTimedOut |= !report.drained();
    drops.add(report.drops());
  }

  /** Accounts for a sector that was not used. */
  public void add(DropReason reason) {
    drops.add(reason);
  }

  /** Notes the scan's thresholds. */
  public void add(Calibration calibration) {
    this.calibration = calibration;
  }

  /** Notes that the scan has no thresholds and is not counted. */
  public void add(CalibrationFailure failure) {
    this.failure = failure;
  }

  /** Why the scan is not counted; empty if it is. */
  public Optional<CalibrationFailure> failure() {
    return Optional.ofNullable(failure);
  }

  /** Data messages that the senders announced to the lanes that have reported. */
  public long announced() {
    return announced;
  }

  /** Data messages of the scan that arrived, in the lanes that have reported. */
  public long received() {
    return received;
  }

  /** Whether a lane has reported its part. */
  public boolean hasLaneReport() {
    return laneReports > 0;
  }

  /**
   * Whether every position has its frames, complete: nothing more can be expected. Never true if it
   * was not given how many frames a position has, because then another round may follow.
   */
  public boolean allFrames() {
    return givenFramesPerPosition > 0
        && geometry != null
        && incomplete == 0
        && filledPositions == geometry.positions();
  }

  /** Whether a frame has come at all; without one there is nothing to write. */
  public boolean hasFrames() {
    return geometry != null;
  }

  /** What told that the scan is over, if nothing more comes from the lanes. */
  public EndedBy endedOnLanes() {
    if (laneReports == 0) {
      return EndedBy.JOB_ENDED;
    }
    return laneTimedOut ? EndedBy.LANE_TIMEOUT : EndedBy.ANNOUNCED;
  }

  /** Frames so far of which every sector came. */
  public long complete() {
    return complete;
  }

  /** Frames so far that lack sectors. */
  public long incomplete() {
    return incomplete;
  }

  /** The account as it stands; the scan has ended. */
  public ScanReport close(long scan, EndedBy endedBy, Instant end) {
    int framesPerPosition = Math.max(givenFramesPerPosition, mostFramesAt);
    long expected = (long) geometry.positions() * framesPerPosition;
    return new ScanReport(
        scan,
        geometry,
        framesPerPosition,
        complete,
        incomplete,
        expected - complete - incomplete,
        missingSectors,
        events,
        announced,
        received,
        drops,
        endedBy,
        start,
        end,
        calibration);
  }
}
