package io.millrace.operators.calibration;

import io.millrace.coordination.Calibrations;
import io.millrace.coordination.PixelMasks;
import io.millrace.coordination.ZooKeeperAwayException;
import io.millrace.detector.Calibration;
import io.millrace.detector.CalibrationFailure;
import io.millrace.detector.CalibrationOutcome;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SampleHistogram;
import io.millrace.detector.ScanKey;
import io.millrace.detector.ScanNotice;
import io.millrace.detector.raw.UncountedScan;
import io.millrace.operators.Silence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fits the thresholds of each scan, keyed by {@link ScanKey}, and publishes them to all counters
 * through ZooKeeper. What goes on from here, to the ledger, is the histogram that was fitted. A
 * scan that cannot be calibrated stops no other: that it failed, and why, is published and goes on
 * instead.
 *
 * <p>The sample is the scan's first complete frames. If some of them do not come, it waits until no
 * more histograms come (the senders are held back then, because all that they sent waits for
 * thresholds) and takes the frames that are complete.
 *
 * <p>Thresholds that were given are published as soon as a scan begins, with the hot pixels that it
 * leaves out.
 *
 * <p>Nothing is kept in Flink's state, as long as the plain protocol cannot send a sector again;
 * what was published holds.
 */
@PublicEvolving
public final class CalibrationFunction
    extends KeyedProcessFunction<Long, SectorHistogram, ScanNotice> {
  private static final Logger LOG = LoggerFactory.getLogger(CalibrationFunction.class);

  /** Scans whose calibration is kept: many more than can be under way at once. */
  static final int REMEMBERED_SCANS = 256;

  private static final class OpenSample {
    final CalibrationSample sample;
    final long since;
    long lastActivity;

    OpenSample(CalibrationSample sample, long since) {
      this.sample = sample;
      this.since = since;
    }
  }

  private final DetectorDescription detector;
  private final CalibrationSettings settings;

  private transient Calibrations calibrations;
  private transient PixelMasks masks;
  private transient Map<Long, OpenSample> open;
  private transient Set<Long> published;

  /** A calibration of a detector's scans. */
  public CalibrationFunction(DetectorDescription detector, CalibrationSettings settings) {
    this.detector = detector;
    this.settings = settings;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    String job = getRuntimeContext().getJobInfo().getJobId().toString();
    calibrations = settings.connect(job);
    masks = settings.maskHotPixels() ? settings.connectMasks(job) : null;
    open = new HashMap<>();
    published = new LinkedHashSet<>();
  }

  @Override
  public void processElement(SectorHistogram sector, Context context, Collector<ScanNotice> out)
      throws IOException {
    long scan = sector.scan();
    if (published.contains(scan)) {
      return;
    }
    if (settings.given() != null) {
      publish(masked(Calibration.given(scan, settings.given(), settings.level())), out);
      return;
    }
    long now = context.timerService().currentProcessingTime();
    OpenSample held = open.get(scan);
    if (held == null) {
      held =
          new OpenSample(new CalibrationSample(detector.modules(), settings.fit().frames()), now);
      open.put(scan, held);
      context.timerService().registerProcessingTimeTimer(now + settings.quiet().toMillis());
    }
    held.lastActivity = now;
    held.sample.add(sector.frame(), sector.module(), sector.histogram());
    if (held.sample.isReady()) {
      fit(scan, held.sample, out);
    }
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<ScanNotice> out)
      throws IOException {
    long scan = context.getCurrentKey();
    OpenSample held = open.get(scan);
    if (held == null) {
      return;
    }
    long now = context.timerService().currentProcessingTime();
    if (Silence.wasMissed(timestamp, now)) {
      held.lastActivity = now;
    }
    long quietAt = held.lastActivity + settings.quiet().toMillis();
    boolean quiet = timestamp >= quietAt;
    boolean late = timestamp >= held.since + settings.timeout().toMillis();
    if ((quiet || late) && held.sample.completeFrames() > 0) {
      fit(scan, held.sample, out);
    } else if (late) {
      publish(
          new CalibrationFailure(
              scan,
              ("within %d s none of its first %d frames got all %d sectors. Is a module silent?"
                      + " Or give the thresholds")
                  .formatted(
                      settings.timeout().toSeconds(),
                      held.sample.heldFrames(),
                      detector.modules())),
          out);
    } else {
      context
          .timerService()
          .registerProcessingTimeTimer(quiet ? timestamp + settings.quiet().toMillis() : quietAt);
    }
  }

  private void fit(long scan, CalibrationSample sample, Collector<ScanNotice> out)
      throws IOException {
    PixelHistogram pixels = sample.histogram();
    try {
      Calibration fitted = masked(settings.fit().fit(scan, pixels, sample.completeFrames()));
      if (settings.level() != null) {
        fitted = fitted.atLevel(settings.level());
      }
      LOG.info(
          "Scan {} is calibrated from {} of {} frames: {}",
          ScanKey.name(scan),
          sample.completeFrames(),
          settings.fit().frames(),
          fitted);
      if (publish(fitted, out).equals(fitted)) {
        out.collect(new SampleHistogram(scan, pixels.first(), pixels.counts()));
      }
    } catch (CalibrationException e) {
      publish(new CalibrationFailure(scan, e.getMessage()), out);
    }
  }

  /** Returns what holds. */
  private CalibrationOutcome publish(CalibrationOutcome outcome, Collector<ScanNotice> out)
      throws IOException {
    open.remove(outcome.scan());
    published.add(outcome.scan());
    if (published.size() > REMEMBERED_SCANS) {
      long eldest = published.iterator().next();
      published.remove(eldest);
      calibrations.forget(eldest);
    }
    CalibrationOutcome holds = tryToPublish(outcome);
    // Equal and not the same: a write is repeated when its answer was lost, and then found done.
    if (!holds.equals(outcome)) {
      LOG.warn(
          "What was published before holds for scan {}: {}", ScanKey.name(outcome.scan()), holds);
    }
    if (holds instanceof CalibrationFailure failure) {
      LOG.error(
          "Scan {} cannot be calibrated: {}. It is not counted; its sectors are kept in {}",
          ScanKey.name(failure.scan()),
          failure.reason(),
          UncountedScan.folder(Path.of(settings.uncounted()), failure.scan()));
      out.collect(failure);
    }
    return holds;
  }

  /** Without ZooKeeper no counter hears of it: then the scan has failed, and the job goes on. */
  private CalibrationOutcome tryToPublish(CalibrationOutcome outcome) throws IOException {
    try {
      return calibrations.publish(outcome);
    } catch (ZooKeeperAwayException e) {
      return new CalibrationFailure(outcome.scan(), e.getMessage());
    }
  }

  /** The same without the hot pixels that are known by now, if that is wanted. */
  private Calibration masked(Calibration calibration) {
    return masks == null ? calibration : calibration.masking(masks.latest());
  }

  @Override
  public void close() {
    if (calibrations != null) {
      calibrations.close();
    }
    if (masks != null) {
      masks.close();
    }
  }
}
