package io.millrace.gateway.live;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.IntList;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanImage.Axes;
import io.millrace.detector.ScanKey;
import io.millrace.detector.live.LiveEnd;
import io.millrace.detector.live.LiveEvents;
import io.millrace.detector.live.LiveMessage;
import io.millrace.detector.live.LivePattern;
import io.millrace.detector.live.LiveRing;
import io.millrace.detector.live.LiveRows;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One scan as it stands: what messages have told of it, whether they came from the job or were made
 * from its file.
 *
 * <p>Each change gets a higher version, and each row knows the version of its last one, so who has
 * seen the scan at some version can ask what is new since. A message that repeats what is known
 * changes nothing. May be used by several threads.
 */
public final class LiveScan {
  /** State of a scan that goes on. */
  static final String STREAMING = "STREAMING";

  /** How an image is described before the scan has ended. */
  public static final String SO_FAR = "as it stands while the scan runs";

  private final String id;
  private final String session;
  private final long key;
  private final ScanGeometry geometry;
  private final Instant started;

  private final int[] mask;
  private final int[] frames;
  private final int[] total;
  private final long[] columnSum;
  private final long[] rowSum;
  private List<LiveRing> rings;
  private int[][] counts = {};

  private int detectorRows;
  private int detectorColumns;
  private int modules;
  private int[] pattern;

  private StoredEvents stored;
  private PositionEvents events;
  private final Map<String, Integer> publishers = new LinkedHashMap<>();
  private long framesWithoutRoom;

  private long version;
  private final long[] rowVersion;
  private final long[] eventVersion;
  private long patternVersion;
  private ViewerMessage patternMessage;
  private long described;

  private long gaps;
  private long framesSeen;
  private final Throughput throughput = new Throughput();
  private LiveEnd end;
  private boolean endNoted;
  private boolean silent;
  private String state = STREAMING;
  private String file;

  private long meanVersion = -1;
  private double meanX;
  private double meanY;
  private long talliedVersion = -1;
  private long complete;
  private long incomplete;
  private long[] absentByModule = {};

  /**
   * A scan of which nothing is known yet.
   *
   * @param id that the API names it by
   * @param key the job's {@link ScanKey key} of it
   */
  public LiveScan(String id, String session, long key, ScanGeometry geometry, Instant started) {
    this.id = id;
    this.session = session;
    this.key = key;
    this.geometry = geometry;
    this.started = started;
    int positions = geometry.positions();
    mask = new int[positions];
    frames = new int[positions];
    total = new int[positions];
    columnSum = new long[positions];
    rowSum = new long[positions];
    rowVersion = new long[geometry.height()];
    eventVersion = new long[geometry.height()];
    stored = new StoredEvents(positions);
    events = stored;
  }

  /** That the API names it by. */
  public String id() {
    return id;
  }

  /** Name of its session. */
  public String session() {
    return session;
  }

  /** The job's {@link ScanKey key} of it. */
  public long key() {
    return key;
  }

  /** The scan's raster, flyback column included. */
  public ScanGeometry geometry() {
    return geometry;
  }

  /** When it began. */
  public Instant started() {
    return started;
  }

  /** Takes what a file tells of the scan. */
  public void take(LiveMessage message) {
    take(message, "file", System.nanoTime());
  }

  /**
   * Takes what is told of the scan.
   *
   * @param publisher who tells it
   * @param nanos the time, by {@link System#nanoTime}
   * @throws IllegalArgumentException if it is of another scan size or detector
   */
  synchronized void take(LiveMessage message, String publisher, long nanos) {
    if (!message.geometry().equals(geometry)) {
      throw new IllegalArgumentException(
          "scan %s is %d x %d; a message tells of %d x %d"
              .formatted(
                  id,
                  geometry.width(),
                  geometry.height(),
                  message.geometry().width(),
                  message.geometry().height()));
    }
    version++;
    int number = publishers.computeIfAbsent(publisher, p -> publishers.size());
    if (message instanceof LiveRows rows) {
      take(rows);
      throughput.note(nanos, framesSeen);
    } else if (message instanceof LivePattern newest) {
      take(newest);
    } else if (message instanceof LiveEvents ofFrames) {
      take(ofFrames, number);
    } else if (message instanceof LiveEnd last) {
      end(last);
    }
  }

  private void take(LiveRows rows) {
    silent = false;
    if (!rows.detectors().equals(rings)) {
      rings = rows.detectors();
      counts = new int[rings.size()][geometry.positions()];
      described = version;
      Arrays.fill(rowVersion, version);
    }
    int width = geometry.width();
    for (int row = 0; row < rows.rows(); row++) {
      int from = row * width;
      int to = (rows.firstRow() + row) * width;
      framesSeen += sum(rows.frames(), from, width) - sum(frames, to, width);
      boolean changed =
          copy(rows.mask(), from, mask, to)
              | copy(rows.frames(), from, frames, to)
              | copy(rows.total(), from, total, to)
              | copy(rows.columnSum(), from, columnSum, to)
              | copy(rows.rowSum(), from, rowSum, to);
      for (int d = 0; d < counts.length; d++) {
        changed |= copy(rows.counts()[d], from, counts[d], to);
      }
      if (changed) {
        rowVersion[rows.firstRow() + row] = version;
      }
    }
  }

  private static long sum(int[] values, int from, int n) {
    return Arrays.stream(values, from, from + n).asLongStream().sum();
  }

  private boolean copy(int[] source, int from, int[] target, int to) {
    int n = geometry.width();
    if (Arrays.equals(source, from, from + n, target, to, to + n)) {
      return false;
    }
    System.arraycopy(source, from, target, to, n);
    return true;
  }

  private boolean copy(long[] source, int from, long[] target, int to) {
    int n = geometry.width();
    if (Arrays.equals(source, from, from + n, target, to, to + n)) {
      return false;
    }
    System.arraycopy(source, from, target, to, n);
    return true;
  }

  private void take(LivePattern newest) {
    detector(newest.detectorRows(), newest.detectorColumns());
    if (modules != newest.modules()) {
      modules = newest.modules();
      described = version;
      Arrays.fill(rowVersion, version);
    }
    if (!Arrays.equals(pattern, newest.pixels())) {
      pattern = newest.pixels();
      patternVersion = version;
      patternMessage = null;
    }
  }

  private void take(LiveEvents ofFrames, int publisher) {
    detector(ofFrames.detectorRows(), ofFrames.detectorColumns());
    int offset = 0;
    for (int f = 0; f < ofFrames.frames(); f++) {
      int position = ofFrames.position()[f];
      int n = ofFrames.count()[f];
      if (stored != null && stored.add(publisher, position, ofFrames.events(), offset, n)) {
        eventVersion[position / geometry.width()] = version;
      } else {
        framesWithoutRoom++;
      }
      offset += n;
    }
  }

  private void detector(int rows, int columns) {
    if (detectorRows == 0) {
      detectorRows = rows;
      detectorColumns = columns;
    } else if (detectorRows != rows || detectorColumns != columns) {
      throw new IllegalArgumentException(
          "frames of scan %s are %d x %d; a message tells of %d x %d"
              .formatted(id, detectorRows, detectorColumns, rows, columns));
    }
  }

  private void end(LiveEnd last) {
    if (end == null) {
      end = last;
      if (!hasEnded()) { // others may know it better
        state = last.incomplete() + last.absent() == 0 ? "COMPLETE" : "INCOMPLETE";
      }
      Arrays.fill(rowVersion, version); // what has not come by now is absent
    }
  }

  /** Whether it is noted elsewhere that the job has told its end. */
  synchronized boolean isEndNoted() {
    return endNoted;
  }

  synchronized void noteEnd() {
    endNoted = true;
  }

  /**
   * Notes how the scan has ended, as others know it: a job that has died tells nothing.
   *
   * @param state such as {@code FAILED}
   * @param file its result; null if there is none
   */
  public synchronized void ended(String state, String file) {
    if (!state.equals(this.state) || !Objects.equals(file, this.file)) {
      version++;
      this.state = state;
      this.file = file;
      Arrays.fill(rowVersion, version);
    }
  }

  /** Takes the events from elsewhere from now on, and forgets those in memory. */
  public synchronized void events(PositionEvents from) {
    version++;
    stored = null;
    events = from;
    Arrays.fill(eventVersion, version);
  }

  /** Gives the memory of its events back; the images stay. */
  synchronized void forgetEvents() {
    if (stored != null) {
      version++;
      stored.forget();
      Arrays.fill(eventVersion, version);
    }
  }

  synchronized void addGaps(long messages) {
    gaps += messages;
  }

  /** Whether a publisher has told of it before. */
  synchronized boolean isToldBy(String publisher) {
    return publishers.containsKey(publisher);
  }

  /** Frames whose events came when there was no room for them. */
  synchronized long framesWithoutRoom() {
    return framesWithoutRoom;
  }

  /** Memory of its events. */
  synchronized long eventBytes() {
    return events.bytes();
  }

  /** Whether enough is known to show it: its rings and its detector. */
  public synchronized boolean isDescribed() {
    return rings != null && modules > 0;
  }

  /** Version at which its rings and its detector were last told anew. */
  synchronized long described() {
    return described;
  }

  /** Rises with each change. */
  synchronized long version() {
    return version;
  }

  synchronized long patternVersion() {
    return patternVersion;
  }

  /** The job's rings; none before it has told. */
  public synchronized List<LiveRing> rings() {
    return rings == null ? List.of() : rings;
  }

  synchronized int detectorRows() {
    return detectorRows;
  }

  synchronized int detectorColumns() {
    return detectorColumns;
  }

  synchronized int modules() {
    return modules;
  }

  /** Whether nothing more comes of it. */
  public synchronized boolean hasEnded() {
    return !STREAMING.equals(state);
  }

  /** Notes that nothing was heard of it for long, and it has no end; until something is. */
  public synchronized void fallSilent() {
    silent = true;
  }

  /** Whether it gives way to others: it has ended, or has fallen silent. */
  public synchronized boolean isOver() {
    return silent || hasEnded();
  }

  /** {@code STREAMING}, or how it ended. */
  public synchronized String state() {
    return state;
  }

  /** Frames of which every sector arrived. */
  public synchronized long complete() {
    return progress(System.nanoTime()).complete();
  }

  /** Frames that lack sectors. */
  public synchronized long incomplete() {
    return progress(System.nanoTime()).incomplete();
  }

  /** Frames of which nothing arrived; 0 while it runs. */
  public synchronized long absent() {
    return progress(System.nanoTime()).absent();
  }

  /** How far it is: 0 to 100. */
  public int percent() {
    Progress now = progress(System.nanoTime());
    return (int) (100 * now.seen() / now.expected());
  }

  /** Path of its result; null while there is none. */
  public synchronized String file() {
    return file;
  }

  /**
   * The version at which a row changed last.
   *
   * @param withEvents whether a change of its events counts
   */
  synchronized long rowVersion(int row, boolean withEvents) {
    return withEvents ? Math.max(rowVersion[row], eventVersion[row]) : rowVersion[row];
  }

  /** Electrons by detector pixel, unsigned; nobody writes to it. */
  private int[] pattern() {
    return pattern == null ? new int[detectorRows * detectorColumns] : pattern;
  }

  /**
   * The pattern as viewers get it. It is the largest of what they are told, and the same for all of
   * them, so it is made once; not while others wait for the scan.
   */
  ViewerMessage patternMessage() {
    Map<String, Object> header = new LinkedHashMap<>();
    int[] electrons;
    long newest;
    synchronized (this) {
      if (patternMessage != null) {
        return patternMessage;
      }
      header.put("kind", "pattern");
      header.put("scan", id);
      header.put("rows", detectorRows);
      header.put("columns", detectorColumns);
      electrons = pattern();
      newest = patternVersion;
    }
    ViewerMessage made = ViewerMessage.counts(header, electrons);
    synchronized (this) {
      if (newest == patternVersion) {
        patternMessage = made;
      }
    }
    return made;
  }

  /**
   * Values of an image over the scan: NaN where nothing was counted yet, and where a centre of mass
   * has no electrons.
   *
   * @return empty if there is no such image
   */
  synchronized Optional<float[]> values(String image, Rows rows) {
    int from = rows.first() * geometry.width();
    float[] values = new float[rows.count() * geometry.width()];
    int[] electrons = electrons(image);
    if (electrons != null) {
      for (int i = 0; i < values.length; i++) {
        values[i] = frames[from + i] == 0 ? Float.NaN : Integer.toUnsignedLong(electrons[from + i]);
      }
      return Optional.of(values);
    }
    switch (image) {
      case ImageName.COM_X -> fillMeans(values, columnSum, from);
      case ImageName.COM_Y -> fillMeans(values, rowSum, from);
      case ImageName.COM_MAGNITUDE -> fillMagnitude(values, from);
      default -> {
        return Optional.empty();
      }
    }
    return Optional.of(values);
  }

  /** Whether an image has whole numbers of electrons. */
  public synchronized boolean isCounts(String image) {
    return electrons(image) != null;
  }

  private int[] electrons(String image) {
    if (image.equals(ImageName.TOTAL_COUNTS)) {
      return total;
    }
    for (int d = 0; d < counts.length; d++) {
      if (rings.get(d).name().equals(image)) {
        return counts[d];
      }
    }
    return null;
  }

  private void fillMeans(float[] values, long[] sums, int from) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) mean(sums, from + i);
    }
  }

  /** Mean over the electrons of a position; NaN if there are none. */
  private double mean(long[] sums, int position) {
    return sums[position] / (double) Integer.toUnsignedLong(total[position]); // 0 / 0.0 is NaN
  }

  private void fillMagnitude(float[] values, int from) {
    if (meanVersion != version) {
      meanVersion = version;
      double x = 0;
      double y = 0;
      long n = 0;
      for (int p = 0; p < total.length; p++) {
        if (total[p] != 0) {
          x += mean(columnSum, p);
          y += mean(rowSum, p);
          n++;
        }
      }
      meanX = x / n;
      meanY = y / n;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] =
          (float) Math.hypot(mean(columnSum, from + i) - meanX, mean(rowSum, from + i) - meanY);
    }
  }

  /**
   * Electrons in a ring by position, from the events; NaN where not all events are here. Rows are
   * counted one by one, so that nobody waits for all of them, least of all what the job tells.
   */
  float[] values(RingPixels ring, Rows rows) {
    int width = geometry.width();
    float[] values = new float[rows.count() * width];
    IntList ofPosition = new IntList(1024);
    for (int row = 0; row < rows.count(); row++) {
      count(ring, (rows.first() + row) * width, values, row * width, ofPosition);
    }
    return values;
  }

  private void count(RingPixels ring, int from, float[] values, int to, IntList ofPosition) {
    PositionEvents there;
    int[] expected;
    synchronized (this) {
      there = events;
      expected = Arrays.copyOfRange(frames, from, from + geometry.width());
      if (there == stored) {
        count(ring, there, expected, from, values, to, ofPosition);
        return;
      }
    }
    // What is in a file does not change, and its disk may be slow: nobody else waits for that.
    count(ring, there, expected, from, values, to, ofPosition);
  }

  private static void count(
      RingPixels ring,
      PositionEvents there,
      int[] expected,
      int from,
      float[] values,
      int to,
      IntList ofPosition) {
    for (int i = 0; i < expected.length; i++) {
      if (hasEvents(there, from + i, expected[i])) {
        ofPosition.clear();
        there.addTo(from + i, ofPosition);
        values[to + i] = ring.count(ofPosition.array(), ofPosition.size());
      } else {
        values[to + i] = Float.NaN;
      }
    }
  }

  /** Events may be told a moment before the images have them. */
  private static boolean hasEvents(PositionEvents there, int position, int frames) {
    return there.frames(position) >= Math.max(1, frames);
  }

  /** Positions that have frames whose events are not here. */
  public synchronized int positionsWithoutEvents() {
    int without = 0;
    for (int p = 0; p < frames.length; p++) {
      if (frames[p] > 0 && !hasEvents(events, p, frames[p])) {
        without++;
      }
    }
    return without;
  }

  /** Whether it is here to its end: all frames in its images, and the events of all of them. */
  public synchronized boolean isWhole() {
    return end != null
        && framesSeen == end.complete() + end.incomplete()
        && positionsWithoutEvents() == 0;
  }

  /** The events of a position, as far as they are here, with its mask and its frames. */
  public PositionPattern position(int x, int y) {
    int position = geometry.position(x, y);
    IntList ofPosition = new IntList(1024);
    PositionEvents there;
    boolean inMemory;
    synchronized (this) {
      there = events;
      inMemory = there == stored;
      if (inMemory) {
        there.addTo(position, ofPosition);
      }
    }
    if (!inMemory) {
      there.addTo(position, ofPosition); // nobody else waits for its disk
    }
    synchronized (this) {
      return new PositionPattern(
          x,
          y,
          ofPosition.toArray(),
          mask[position],
          frames[position],
          there.frames(position),
          detectorRows,
          detectorColumns);
    }
  }

  /** By position of some rows: 0 nothing yet, 1 complete, 2 incomplete, 3 absent. */
  synchronized byte[] mask(Rows rows) {
    byte[] codes = new byte[rows.count() * geometry.width()];
    int from = rows.first() * geometry.width();
    int all = completeMask();
    for (int i = 0; i < codes.length; i++) {
      if (frames[from + i] == 0) {
        codes[i] = (byte) (hasEnded() ? 3 : 0);
      } else {
        codes[i] = (byte) (mask[from + i] == all ? 1 : 2);
      }
    }
    return codes;
  }

  private int completeMask() {
    return (1 << modules) - 1;
  }

  /** How far it is. */
  synchronized Progress progress(long nanos) {
    tally();
    long absent = 0;
    if (end != null) {
      complete = end.complete();
      incomplete = end.incomplete();
      absent = end.absent();
      absentByModule = end.missingSectors();
    }
    double perSecond = hasEnded() ? 0 : throughput.perSecond(nanos);
    long seen = complete + incomplete;
    long frameBytes = (long) DetectorDescription.PIXEL_BYTES * detectorRows * detectorColumns;
    return new Progress(
        id,
        complete,
        incomplete,
        absent,
        absentByModule,
        perSecond,
        perSecond * frameBytes,
        seen,
        end == null ? Math.max(seen, geometry.positions()) : seen + absent,
        gaps,
        state);
  }

  /** Counts frames by what has come of them. */
  private void tally() {
    if (talliedVersion == version) {
      return;
    }
    talliedVersion = version;
    complete = 0;
    incomplete = 0;
    absentByModule = new long[modules];
    int all = completeMask();
    for (int p = 0; p < frames.length; p++) {
      if (frames[p] == 0) {
        continue;
      }
      int missing = all & ~mask[p];
      if (missing == 0) {
        complete += frames[p];
      } else {
        incomplete += frames[p];
        for (int left = missing; left != 0; left &= left - 1) {
          absentByModule[Integer.numberOfTrailingZeros(left)]++;
        }
      }
    }
  }

  /** Names of its images over the scan. */
  public synchronized List<String> imageNames() {
    return Stream.concat(
            rings().stream().map(LiveRing::name),
            Stream.of(
                ImageName.TOTAL_COUNTS, ImageName.COM_X, ImageName.COM_Y, ImageName.COM_MAGNITUDE))
        .toList();
  }

  /** An image as it stands, as the file would have it; empty if there is none of that name. */
  public synchronized Optional<ScanImage> image(String name) {
    if (name.equals("sum_pattern")) {
      double[] electrons = new double[detectorRows * detectorColumns];
      int[] pixels = pattern();
      Arrays.setAll(electrons, i -> Integer.toUnsignedLong(pixels[i]));
      return Optional.of(
          new ScanImage(
              key,
              name,
              "electrons per detector pixel so far",
              Axes.DETECTOR,
              detectorRows,
              detectorColumns,
              true,
              electrons));
    }
    return values(name, new Rows(0, geometry.height()))
        .map(
            values -> {
              double[] all = new double[values.length];
              Arrays.setAll(all, i -> values[i]);
              return new ScanImage(
                  key,
                  name,
                  SO_FAR,
                  Axes.SCAN,
                  geometry.height(),
                  geometry.width(),
                  electrons(name) != null,
                  all);
            });
  }
}
