package io.millrace.operators.calibration;

import io.millrace.coordination.Calibrations;
import io.millrace.coordination.PixelMasks;
import io.millrace.detector.Thresholds;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;

/**
 * How scans are calibrated, and where the result is shared.
 *
 * @param fit frames to sample, and the two factors
 * @param zookeeper connect string of the ZooKeeper that holds the calibrations
 * @param session name under which they are held
 * @param quiet silence after which a sample of fewer frames than asked is used
 * @param timeout time after which a scan without one complete frame is given up
 * @param given thresholds of all scans, to which only the masked pixels are added; null if they are
 *     fitted
 * @param level of the noise in ADU, for a row dark; null if that of the fit is good, or nobody
 *     needs it
 * @param maskHotPixels whether a scan leaves out the pixels that those before have shown to be hot
 * @param uncounted directory for the sectors of scans that cannot be calibrated, see {@link
 *     io.millrace.detector.raw.UncountedScan}; the same on all nodes
 * @param patience how long to wait for ZooKeeper when the job starts
 */
public record CalibrationSettings(
    ThresholdFit fit,
    String zookeeper,
    String session,
    Duration quiet,
    Duration timeout,
    Thresholds given,
    Double level,
    boolean maskHotPixels,
    String uncounted,
    Duration patience)
    implements Serializable {
  /**
   * Joins the calibrations of the session in this job. The job is part of the name, so that another
   * job never finds them, whatever its session is called, and this one does after a failure.
   *
   * @param job Flink's id of the job
   */
  public Calibrations connect(String job) throws IOException {
    return new Calibrations(zookeeper, session, job, patience);
  }

  /**
   * Joins the masks of hot pixels of the session in this job.
   *
   * @param job Flink's id of the job
   */
  public PixelMasks connectMasks(String job) throws IOException {
    return new PixelMasks(zookeeper, session, job, patience);
  }

  /**
   * How long counters wait: longer than the calibration itself and its publication, which know
   * better why they failed.
   */
  public Duration counterPatience() {
    return timeout.plus(quiet).plus(Calibrations.PATIENCE).plusSeconds(30);
  }
}
