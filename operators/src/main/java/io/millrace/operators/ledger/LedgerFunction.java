package io.millrace.operators.ledger;

import io.millrace.coordination.ScanJournal;
import io.millrace.coordination.ScanState;
import io.millrace.coordination.SessionAddress;
import io.millrace.detector.Calibration;
import io.millrace.detector.CalibrationFailure;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.LaneReport;
import io.millrace.detector.SampleHistogram;
import io.millrace.detector.ScanKey;
import io.millrace.detector.ScanNotice;
import io.millrace.detector.ScanRecord;
import io.millrace.detector.ScanReport;
import io.millrace.detector.ScanReport.EndedBy;
import io.millrace.detector.SectorDrop;
import io.millrace.detector.Thresholds;
import io.millrace.detector.raw.UncountedScan;
import io.millrace.operators.Silence;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.TimeDomain;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows each scan, keyed by {@link ScanKey}: frames pass through, and behind the last one comes
 * the scan's report.
 *
 * <p>A scan ends, whichever is first,
 *
 * <ol>
 *   <li>when the watermark reaches its key: every lane has handed over all it was announced, or has
 *       given up waiting, and every incomplete frame has left assembly
 *   <li>when all its frames are there, complete, and no more came for {@link Settings#quiet}:
 *       senders need not announce
 *   <li>when nothing of it came for {@link Settings#timeout}
 *   <li>when the job ends
 * </ol>
 *
 * <p>What comes of a scan that has ended is counted and dropped.
 *
 * <p>Of a scan that could not be calibrated no frames come: it has no report, and so no file. Its
 * sectors are kept elsewhere and do not pass here, therefore nothing is concluded from silence
 * before a lane has reported; it ends with the watermark, or after a time-out where the watermark
 * does not come because a scan with a higher key has ended before. Its end is said with the reason.
 */
@PublicEvolving
public final class LedgerFunction
    extends KeyedCoProcessFunction<Long, CountedFrame, ScanNotice, ScanRecord> {
  private static final Logger LOG = LoggerFactory.getLogger(LedgerFunction.class);

  /** So long it is remembered that a scan has ended: nothing of it is on its way any more. */
  private static final Duration REMEMBERED = Duration.ofDays(1);

  /**
   * @param framesPerPosition frames that every position should have; 0 takes what comes
   * @param given thresholds of all scans, or null if scans are calibrated
   * @param level of the noise that goes with given thresholds, in ADU; null if nobody needs it
   * @param uncounted directory with the sectors of scans that could not be calibrated
   * @param session where what becomes of the scans is told; null to tell nobody
   * @param quiet silence after which a scan with all frames has ended
   * @param timeout silence after which any scan has ended
   */
  public record Settings(
      DetectorDescription detector,
      int framesPerPosition,
      Thresholds given,
      Double level,
      String uncounted,
      SessionAddress session,
      Duration quiet,
      Duration timeout)
      implements Serializable {}

  private final Settings settings;

  private transient ValueState<OpenScan> open;

  /** When the scan ended, in milliseconds since 1970. */
  private transient ValueState<Long> ended;

  private transient ScanJournal journal;
  private transient Counter framesComplete;
  private transient Counter framesIncomplete;
  private transient Counter framesLate;
  private transient Counter framesInconsistent;
  private transient Counter events;
  private transient Counter scansEnded;
  private transient Counter scansUncounted;

  /** A ledger with these rules. */
  public LedgerFunction(Settings settings) {
    this.settings = settings;
  }

  @Override
  public void open(OpenContext context) {
    open =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>("open", Types.GENERIC(OpenScan.class)));
    ended = getRuntimeContext().getState(new ValueStateDescriptor<>("ended", Types.LONG));
    journal = settings.session == null ? null : new ScanJournal(settings.session);
    MetricGroup metrics = getRuntimeContext().getMetricGroup();
    framesComplete = metrics.counter("framesComplete");
    framesIncomplete = metrics.counter("framesIncomplete");
    framesLate = metrics.counter("framesLate");
    framesInconsistent = metrics.counter("framesInconsistent");
    events = metrics.counter("events");
    scansEnded = metrics.counter("scansEnded");
    scansUncounted = metrics.counter("scansUncounted");
  }

  @Override
  public void close() {
    if (journal != null) {
      journal.close();
    }
  }

  @Override
  public void processElement1(CountedFrame frame, Context context, Collector<ScanRecord> out)
      throws IOException {
    OpenScan scan = touch(context);
    if (scan == null) {
      framesLate.inc();
      LOG.warn(
          "Frame {} of scan {} came after the scan had ended",
          frame.frame,
          ScanKey.name(frame.scan));
      return;
    }
    boolean used = scan.account.add(frame);
    open.update(scan);
    if (!used) {
      framesInconsistent.inc();
      return;
    }
    (frame.mask == settings.detector.completeMask() ? framesComplete : framesIncomplete).inc();
    events.inc(frame.events.size());
    out.collect(frame);
    if (scan.account.allFrames()) {
      armTimer(scan, context);
    }
  }

  @Override
  public void processElement2(ScanNotice notice, Context context, Collector<ScanRecord> out)
      throws IOException {
    OpenScan scan = touch(context);
    if (scan == null) {
      LOG.debug("Notice for scan {} after it had ended: {}", ScanKey.name(notice.scan()), notice);
      return;
    }
    if (notice instanceof LaneReport report) {
      scan.account.add(report);
    } else if (notice instanceof SectorDrop drop) {
      scan.account.add(drop.reason());
    } else if (notice instanceof Calibration calibration) {
      scan.account.add(calibration);
      tell(notice.scan(), ScanState.STREAMING);
    } else if (notice instanceof CalibrationFailure failure) {
      scan.account.add(failure);
    } else if (notice instanceof SampleHistogram histogram) {
      scan.histogram = histogram;
    }
    open.update(scan);
  }

  /** The scan of the current key, opened if it is new, null if it has ended. */
  private OpenScan touch(Context context) throws IOException {
    long key = context.getCurrentKey();
    OpenScan scan = open.value();
    long now = context.timerService().currentProcessingTime();
    if (scan == null) {
      if (ended.value() != null) {
        return null;
      }
      scan =
          new OpenScan(
              new ScanAccount(
                  settings.detector, settings.framesPerPosition, Instant.ofEpochMilli(now)));
      if (settings.given != null) {
        scan.account.add(Calibration.given(key, settings.given, settings.level));
      }
      tell(key, settings.given == null ? ScanState.CALIBRATING : ScanState.STREAMING);
      scan.lastActivity = now;
      context.timerService().registerEventTimeTimer(key);
      armTimer(scan, context);
    }
    scan.lastActivity = now;
    return scan;
  }

  private void tell(long key, ScanState state) {
    if (journal != null) {
      journal.tell(key, state);
    }
  }

  private void tellFailed(long key, String reason) {
    if (journal != null) {
      journal.failed(key, reason);
    }
  }

  private void armTimer(OpenScan scan, Context context) throws IOException {
    long at = scan.lastActivity + patience(scan).toMillis();
    if (scan.timer == 0 || at < scan.timer) {
      scan.timer = at;
      context.timerService().registerProcessingTimeTimer(at);
    }
    open.update(scan);
  }

  private Duration patience(OpenScan scan) {
    return scan.account.allFrames() ? settings.quiet : settings.timeout;
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<ScanRecord> out)
      throws IOException {
    long key = context.getCurrentKey();
    OpenScan scan = open.value();
    if (scan == null) {
      if (context.timeDomain() == TimeDomain.PROCESSING_TIME) {
        forgetIfDue(context.timerService().currentProcessingTime());
      }
      return;
    }
    if (context.timeDomain() == TimeDomain.EVENT_TIME) {
      end(key, scan, scan.account.endedOnLanes(), context, out);
      return;
    }
    scan.timer = 0;
    long now = context.timerService().currentProcessingTime();
    if (Silence.wasMissed(timestamp, now)) {
      scan.lastActivity = now;
    }
    long silence = now - scan.lastActivity;
    if (silence < patience(scan).toMillis()) {
      armTimer(scan, context);
    } else if (scan.account.failure().isEmpty()) {
      end(key, scan, scan.account.allFrames() ? EndedBy.ALL_FRAMES : EndedBy.TIMEOUT, context, out);
    } else if (scan.account.hasLaneReport()) {
      end(key, scan, scan.account.endedOnLanes(), context, out);
    } else {
      scan.lastActivity = now;
      armTimer(scan, context);
    }
  }

  private void forgetIfDue(long now) throws IOException {
    if (ended.value() != null && now >= ended.value() + REMEMBERED.toMillis()) {
      ended.clear();
    }
  }

  private void end(long key, OpenScan scan, EndedBy by, Context context, Collector<ScanRecord> out)
      throws IOException {
    open.clear();
    ended.update(context.timerService().currentProcessingTime());
    context.timerService().registerProcessingTimeTimer(ended.value() + REMEMBERED.toMillis());
    scansEnded.inc();
    if (scan.account.failure().isPresent()) {
      scansUncounted.inc();
      LOG.error(
          "Scan {} has ended ({}) and was not counted: {}. {} of {} announced messages arrived; the"
              + " sectors are kept in {} and can be streamed again; no counted file is written",
          ScanKey.name(key),
          by,
          scan.account.failure().get().reason(),
          scan.account.received(),
          scan.account.announced(),
          UncountedScan.folder(Path.of(settings.uncounted), key));
      tellFailed(key, "not counted: " + scan.account.failure().get().reason());
      return;
    }
    if (!scan.account.hasFrames()) {
      LOG.warn("Scan {} has ended without a frame: no file is written", ScanKey.name(key));
      tellFailed(key, "no frame arrived");
      return;
    }
    Instant now = Instant.ofEpochMilli(context.timerService().currentProcessingTime());
    ScanReport report = scan.account.close(key, by, now);
    LOG.info(
        "Scan {} has ended ({}): {} frames complete, {} incomplete, {} absent; {} events; {}",
        ScanKey.name(key),
        by,
        report.complete(),
        report.incomplete(),
        report.absent(),
        report.events(),
        report.drops().total() == 0 ? "nothing dropped" : "dropped " + report.drops());
    if (scan.histogram != null) {
      out.collect(scan.histogram);
    }
    out.collect(report);
  }
}
