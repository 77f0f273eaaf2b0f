package io.millrace.operators.counting;

import io.millrace.coordination.Calibrations;
import io.millrace.detector.Calibration;
import io.millrace.detector.CalibrationFailure;
import io.millrace.detector.CalibrationOutcome;
import io.millrace.detector.CountedSector;
import io.millrace.detector.LaneRecord;
import io.millrace.detector.LaneReport;
import io.millrace.detector.ScanKey;
import io.millrace.detector.ScanNotice;
import io.millrace.detector.Sector;
import io.millrace.detector.Thresholds;
import io.millrace.detector.raw.UncountedScan;
import io.millrace.operators.calibration.CalibrationSettings;
import io.millrace.operators.calibration.PixelHistogram;
import io.millrace.operators.calibration.SectorHistogram;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts each sector in the task that received it, chained to the source.
 *
 * <p>If a scan is calibrated, its first sectors wait here, in their slots, until the thresholds are
 * known; each gives its histogram to the calibration meanwhile. The task never blocks: when all
 * slots wait, the source has none to receive into and pauses. The report and the watermark that end
 * a scan are held until its waiting sectors are counted.
 *
 * <p>If the calibration fails, the scan's sectors, those that wait and those that come, go to raw
 * files in place of being counted.
 *
 * <p>Sectors that wait are in no checkpoint: whoever sent them keeps them until they are counted.
 * The reports that they hold back are.
 *
 * <p>An operator and not a function because of that: a function cannot hold a watermark.
 */
@PublicEvolving
public final class CountingOperator extends AbstractStreamOperator<CountedSector>
    implements OneInputStreamOperator<LaneRecord, CountedSector> {
  /** Histograms of the sectors that wait for thresholds. */
  public static final OutputTag<SectorHistogram> HISTOGRAMS =
      new OutputTag<>("histograms", Types.GENERIC(SectorHistogram.class));

  /** The lanes' reports, and the calibrations that scans are counted with. */
  public static final OutputTag<ScanNotice> NOTICES =
      new OutputTag<>("notices", Types.GENERIC(ScanNotice.class));

  private static final Logger LOG = LoggerFactory.getLogger(CountingOperator.class);

  /** How often waiting sectors look for their thresholds. */
  private static final long LOOK_MILLIS = 10;

  private final CountingSettings settings;
  private final Calibration given;
  private final CalibrationSettings calibration;

  private transient SectorCounter counter;
  private transient CountedSector counted;
  private transient StreamRecord<CountedSector> outputRecord;
  private transient Calibrations calibrations;
  private transient Map<Long, Discriminators> discriminators;
  private transient Discriminators givenDiscriminators;
  private transient List<SectorCorrections> sampled;
  private transient Map<Long, WaitingScan> waiting;
  private transient Map<Long, UncountedScan> uncounted;
  private transient List<LaneReport> heldReports;
  private transient ListState<LaneReport> heldInCheckpoint;
  private transient long sourceWatermark;
  private transient long passedWatermark;
  private transient Counter events;
  private transient Counter kept;

  /** Read by the thread that asks for metrics. */
  private transient volatile int waitingSectors;

  /** The sectors of a scan that wait for its thresholds. */
  private static final class WaitingScan {
    final Queue<Sector> sectors = new ArrayDeque<>();
    final long since;

    WaitingScan(long since) {
      this.since = since;
    }
  }

  private CountingOperator(
      CountingSettings settings, Calibration given, CalibrationSettings calibration) {
    this.settings = settings;
    this.given = given;
    this.calibration = calibration;
  }

  /**
   * Counts all scans with these thresholds.
   *
   * @param level of the noise in ADU; null without a row dark
   */
  public static CountingOperator given(
      CountingSettings settings, Thresholds thresholds, Double level) {
    return new CountingOperator(settings, Calibration.given(0, thresholds, level), null);
  }

  /** Counts each scan with the thresholds that its calibration finds. */
  public static CountingOperator calibrated(
      CountingSettings settings, CalibrationSettings calibration) {
    return new CountingOperator(settings, null, calibration);
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    heldInCheckpoint =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>("held-reports", Types.GENERIC(LaneReport.class)));
    heldReports = new ArrayList<>();
    heldInCheckpoint.get().forEach(heldReports::add);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    heldInCheckpoint.update(heldReports);
  }

  @Override
  public void open() throws Exception {
    super.open();
    counter = new SectorCounter(settings.detector(), settings.centroids());
    LOG.info("Blocks are scanned with {}", counter.blockScan());
    counted = new CountedSector();
    outputRecord = new StreamRecord<>(counted);
    discriminators = new HashMap<>();
    waiting = new HashMap<>();
    uncounted = new HashMap<>();
    sourceWatermark = Long.MIN_VALUE;
    passedWatermark = Long.MIN_VALUE;
    events = getMetricGroup().counter("eventsBeforeSeams");
    kept = getMetricGroup().counter("sectorsKeptUncounted");
    getMetricGroup().gauge("sectorsWaitingForThresholds", () -> waitingSectors);
    if (given != null) {
      givenDiscriminators = discriminators(given);
    } else {
      sampled = SectorCorrections.of(settings.corrections().withoutRowDark(), settings.detector());
      calibrations = calibration.connect(getRuntimeContext().getJobInfo().getJobId().toString());
    }
  }

  @Override
  public void processElement(StreamRecord<LaneRecord> element) throws Exception {
    if (element.getValue() instanceof Sector sector) {
      Discriminators known = given != null ? givenDiscriminators : find(sector.scan());
      if (known != null) {
        count(sector, known);
      } else if (uncounted.containsKey(sector.scan())) {
        keep(sector);
      } else {
        await(sector);
      }
    } else if (element.getValue() instanceof LaneReport report) {
      heldReports.add(report);
      passOn();
    }
  }

  private Discriminators find(long scan) throws IOException {
    Discriminators known = discriminators.get(scan);
    // Sectors of a scan are counted in the order in which they came, so those that wait go first.
    if (known == null && !waiting.containsKey(scan) && !uncounted.containsKey(scan)) {
      CalibrationOutcome found = calibrations.find(scan).orElse(null);
      if (found instanceof Calibration calibration) {
        known = use(calibration);
      } else if (found instanceof CalibrationFailure failure) {
        giveUp(failure);
      }
    }
    return known;
  }

  /** From now on the scan's sectors are kept as raw files. */
  private void giveUp(CalibrationFailure failure) throws IOException {
    UncountedScan scan =
        new UncountedScan(
            Path.of(calibration.uncounted()),
            failure,
            getRuntimeContext().getTaskInfo().getIndexOfThisSubtask());
    LOG.error(
        "Scan {} is not counted; its sectors are kept in {}: {}",
        ScanKey.name(failure.scan()),
        scan.folder(),
        failure.reason());
    uncounted.put(failure.scan(), scan);
  }

  private void keep(Sector sector) throws IOException {
    uncounted.get(sector.scan()).add(sector.header(), sector.pixels());
    kept.inc();
    sector.release();
  }

  /** From now on the scan is counted with these thresholds, and its report says so. */
  private Discriminators use(Calibration found) {
    LOG.info(
        "Scan {} is counted with {}, {} pixels masked",
        ScanKey.name(found.scan()),
        found.thresholds(),
        found.maskedPixels().size());
    Discriminators known = discriminators(found);
    discriminators.put(found.scan(), known);
    output.collect(NOTICES, new StreamRecord<>(found, found.scan()));
    return known;
  }

  private Discriminators discriminators(Calibration with) {
    return Discriminators.of(settings.detector(), settings.corrections(), with);
  }

  private void count(Sector sector, Discriminators known) {
    counter.count(sector.header(), sector.pixels(), known, counted);
    long scan = sector.scan();
    sector.release();
    events.inc(counted.events.size() + counted.borderEvents.size());
    output.collect(outputRecord.replace(counted, scan));
  }

  private void await(Sector sector) {
    if (waiting.isEmpty()) {
      lookLater();
    }
    waiting
        .computeIfAbsent(
            sector.scan(),
            scan -> new WaitingScan(getProcessingTimeService().getCurrentProcessingTime()))
        .sectors
        .add(sector);
    waitingSectors++;
    int module = sector.header().module;
    PixelHistogram histogram = sampled.get(module).histogram(sector.pixels());
    output.collect(
        HISTOGRAMS,
        new StreamRecord<>(
            new SectorHistogram(sector.scan(), sector.header().frame, module, histogram),
            sector.scan()));
  }

  private void lookLater() {
    getProcessingTimeService()
        .registerTimer(
            getProcessingTimeService().getCurrentProcessingTime() + LOOK_MILLIS,
            now -> countWaiting(now));
  }

  private void countWaiting(long now) throws IOException {
    Iterator<Map.Entry<Long, WaitingScan>> scans = waiting.entrySet().iterator();
    while (scans.hasNext()) {
      Map.Entry<Long, WaitingScan> entry = scans.next();
      long scan = entry.getKey();
      WaitingScan held = entry.getValue();
      CalibrationOutcome found = calibrations.find(scan).orElse(null);
      if (found instanceof Calibration calibrated) {
        scans.remove();
        waitingSectors -= held.sectors.size();
        Discriminators known = use(calibrated);
        held.sectors.forEach(sector -> count(sector, known));
      } else {
        CalibrationFailure failure =
            found instanceof CalibrationFailure published ? published : overdue(scan, held, now);
        if (failure != null) {
          scans.remove();
          waitingSectors -= held.sectors.size();
          giveUp(failure);
          for (Sector sector : held.sectors) {
            keep(sector);
          }
        }
      }
    }
    if (!waiting.isEmpty()) {
      lookLater();
    }
    passOn();
  }

  /** Why a scan is waited for no longer; null if it is. Nobody has told the ledger in this case. */
  private CalibrationFailure overdue(long scan, WaitingScan held, long now) {
    Duration patience = calibration.counterPatience();
    if (now - held.since <= patience.toMillis()) {
      return null;
    }
    CalibrationFailure failure =
        new CalibrationFailure(
            scan,
            "a counter saw no thresholds within %d s; see the calibration's log, and whether ZooKeeper answers"
                .formatted(patience.toSeconds()));
    output.collect(NOTICES, new StreamRecord<>(failure, scan));
    return failure;
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    sourceWatermark = mark.getTimestamp();
    passOn();
  }

  /** Passes on the reports, and the watermark as far as no waiting sector holds it back. */
  private void passOn() throws IOException {
    Iterator<LaneReport> reports = heldReports.iterator();
    while (reports.hasNext()) {
      LaneReport report = reports.next();
      if (!waiting.containsKey(report.scan())) {
        output.collect(NOTICES, new StreamRecord<>(report, report.scan()));
        reports.remove();
      }
    }
    long mark =
        waiting.keySet().stream().mapToLong(scan -> scan - 1).reduce(sourceWatermark, Math::min);
    if (mark > passedWatermark) {
      passedWatermark = mark;
      discriminators.keySet().removeIf(scan -> scan <= mark);
      endUncounted(mark);
      output.emitWatermark(new Watermark(mark));
    }
  }

  /** Closes the raw files of scans that have ended: not before, since other lanes may follow. */
  private void endUncounted(long mark) throws IOException {
    Iterator<Map.Entry<Long, UncountedScan>> scans = uncounted.entrySet().iterator();
    while (scans.hasNext()) {
      Map.Entry<Long, UncountedScan> entry = scans.next();
      if (entry.getKey() <= mark) {
        scans.remove();
        try (UncountedScan scan = entry.getValue()) {
          LOG.info(
              "Scan {}: {} sectors ({} bytes) are kept in {}",
              ScanKey.name(entry.getKey()),
              scan.sectors(),
              scan.bytes(),
              scan.folder());
        }
      }
    }
  }

  @Override
  public void finish() throws Exception {
    if (!waiting.isEmpty()) {
      throw new IllegalStateException(
          "the source ended while sectors of scans %s waited for thresholds"
              .formatted(waiting.keySet().stream().map(ScanKey::name).toList()));
    }
    super.finish();
  }

  @Override
  public void close() throws Exception {
    try {
      if (waiting != null) {
        waiting.forEach(
            (scan, held) ->
                LOG.warn(
                    "Scan {}: {} sectors that waited for thresholds are gone with this task; they come again if"
                        + " their producer keeps them",
                    ScanKey.name(scan),
                    held.sectors.size()));
      }
      if (uncounted != null) {
        endUncounted(Long.MAX_VALUE);
      }
    } finally {
      if (calibrations != null) {
        calibrations.close();
      }
      super.close();
    }
  }
}
