package io.millrace.operators.images;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.IntList;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanReport;
import io.millrace.detector.live.LiveEnd;
import io.millrace.detector.live.LiveEvents;
import io.millrace.detector.live.LiveMessage;
import io.millrace.detector.live.LiveRows;
import java.util.BitSet;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * What viewers of one scan have not been told yet, and when they are told. Rows go in blocks of a
 * fixed height, at most {@value #BLOCK_BYTES} bytes each unless a single row is more; only blocks
 * in which a frame came go, and at most every {@value #INTERVAL_MILLIS} ms. Events go once, sooner
 * if they are many.
 *
 * <p>It is in no checkpoint. One that takes the place of a lost one begins with {@link #changeAll},
 * since nobody knows what was told; events of frames before are not told again.
 */
final class LiveScan {
  /** Four times a second. */
  static final long INTERVAL_MILLIS = 250;

  static final int BLOCK_BYTES = 256 << 10;

  /** Of events that are told together; a frame's are never parted. */
  static final int EVENT_BYTES = 256 << 10;

  private final DetectorDescription detector;
  private final long scan;
  private final ScanGeometry geometry;
  private final int blockRows;
  private final BitSet changedBlocks = new BitSet();
  private final IntList positions = new IntList(1024);
  private final IntList masks = new IntList(1024);
  private final IntList counts = new IntList(1024);
  private final IntList events = new IntList(EVENT_BYTES / Integer.BYTES);
  private boolean armed;
  private long told = Long.MIN_VALUE;

  /**
   * A scan of which nothing has changed.
   *
   * @param virtualDetectors how many there are
   */
  LiveScan(DetectorDescription detector, long scan, ScanGeometry geometry, int virtualDetectors) {
    this.detector = detector;
    this.scan = scan;
    this.geometry = geometry;
    long rowBytes = (long) geometry.width() * LiveRows.positionBytes(virtualDetectors);
    blockRows = (int) Math.max(1, Math.min(geometry.height(), BLOCK_BYTES / rowBytes));
  }

  /** Notes what a frame changes; its events are copied. */
  void add(CountedFrame frame) {
    changedBlocks.set(frame.y / blockRows);
    positions.add(frame.position());
    masks.add(frame.mask);
    counts.add(frame.events.size());
    events.add(frame.events.array(), 0, frame.events.size());
  }

  /** Takes everything as changed. */
  void changeAll() {
    changedBlocks.set(0, (geometry.height() - 1) / blockRows + 1);
  }

  /** Whether somebody will call {@link #tell} by himself. */
  boolean isArmed() {
    return armed;
  }

  /**
   * Expects {@link #tell} to be called.
   *
   * @param now milliseconds
   * @return when, in milliseconds; not before now
   */
  long arm(long now) {
    armed = true;
    return told == Long.MIN_VALUE ? now : Math.max(now, told + INTERVAL_MILLIS);
  }

  /** Whether there are so many events that they should be told. */
  boolean hasManyEvents() {
    return LiveEvents.payloadBytes(positions.size(), events.size()) >= EVENT_BYTES;
  }

  /** Tells the events of frames that were not told yet, if there are any. */
  void tellEvents(Consumer<LiveMessage> viewers) {
    if (positions.size() == 0) {
      return;
    }
    viewers.accept(
        new LiveEvents(
            scan,
            geometry,
            detector.rows(),
            detector.columns(),
            positions.toArray(),
            masks.toArray(),
            counts.toArray(),
            events.toArray()));
    positions.clear();
    masks.clear();
    counts.clear();
    events.clear();
  }

  /**
   * Tells what has changed: events, rows, and the pattern.
   *
   * @param now milliseconds
   */
  void tell(ScanImages images, ScanCoverage coverage, long now, Consumer<LiveMessage> viewers) {
    armed = false;
    told = now;
    tellEvents(viewers);
    if (changedBlocks.isEmpty()) {
      return;
    }
    for (int b = changedBlocks.nextSetBit(0); b >= 0; b = changedBlocks.nextSetBit(b + 1)) {
      int firstRow = b * blockRows;
      int rows = Math.min(blockRows, geometry.height() - firstRow);
      viewers.accept(images.rows(firstRow, rows, coverage));
    }
    changedBlocks.clear();
    viewers.accept(images.pattern(coverage));
  }

  /** Tells that the scan is over; what has changed has to be told before. */
  void tellEnd(ScanReport report, Consumer<LiveMessage> viewers) {
    viewers.accept(
        new LiveEnd(
            scan,
            geometry,
            report.complete(),
            report.incomplete(),
            report.absent(),
            report.missingSectors(),
            report.endedBy().name().toLowerCase(Locale.ROOT)));
  }
}
