package io.millrace.gateway.live;

import io.millrace.detector.ScanKey;
import io.millrace.detector.live.LiveRing;
import io.millrace.operators.images.VirtualDetector;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongUnaryOperator;

/**
 * What one browser has seen of the scan that it is shown, and what it gets next.
 *
 * <p>Only one message is on its way to it at a time. Until that is taken nothing is made for it,
 * and what changes meanwhile is told once, as it stands then: so a slow one gets fewer updates,
 * never old ones, and what it costs does not grow. A class without sockets or clocks, for its
 * tests' sake. Not for several threads at once, but for {@link #isStalled}.
 */
final class Viewer {
  /** A viewer that takes nothing for so long has gone, or should. */
  static final Duration DEADLINE = Duration.ofSeconds(30);

  /** More own rings than this nobody can tell apart on a screen. */
  static final int MOST_RINGS = 8;

  /** Images that are shown before a viewer asks for others. */
  private static final int IMAGES_AT_FIRST = 2;

  private static final long PROGRESS_NANOS = Duration.ofMillis(500).toNanos();

  /**
   * Between two patterns at least: one is several times as large as all images of a scan, and
   * changes the less the longer the scan runs.
   */
  private static final long PATTERN_NANOS = Duration.ofMillis(400).toNanos();

  /** Values of a message at most: 1 MiB of float32. */
  private static final int MOST_VALUES = 1 << 18;

  /**
   * Something that a message is made of; an image of null is the mask, and rows of null mean the
   * pattern.
   */
  private record Piece(String image, Rows rows) {}

  /**
   * A ring of the viewer's own.
   *
   * @param same the job's ring that is the same, whose image needs no events; null if there is none
   * @param pixels null if there is such a ring
   */
  private record OwnRing(VirtualDetector ring, String same, RingPixels pixels) {}

  private final int updatesPerSecond;
  private LiveScan scan;
  private boolean greeted;
  private boolean introduced;
  private long described;

  private List<String> images;
  private List<VirtualDetector> rings = List.of();
  private Map<String, OwnRing> own = Map.of();
  private boolean ringsToTell;
  private int withoutEvents;
  private int[] position;
  private Object members;
  private String error;

  /** By image: the version of each row that was told last. */
  private final Map<String, long[]> told = new HashMap<>();

  private long[] maskTold;
  private long patternTold;
  private long patternToldAt;
  private final Deque<Piece> round = new ArrayDeque<>();
  private long roundBegan;
  private long roundVersion;
  private long progressTold;
  private long progressVersion;
  private String endTold;

  // Also read by who looks for stalled ones, and must not wait for a turn to end.
  private volatile boolean outstanding;
  private volatile long sentAt;

  /**
   * One that has seen nothing yet.
   *
   * @param updatesPerSecond at most
   * @param nanos the time
   */
  Viewer(int updatesPerSecond, long nanos) {
    this.updatesPerSecond = updatesPerSecond;
    roundBegan = nanos - updateNanos();
    progressTold = nanos - PROGRESS_NANOS;
  }

  private long updateNanos() {
    return Duration.ofSeconds(1).toNanos() / updatesPerSecond;
  }

  /** Shows a scan from now on. */
  void show(LiveScan next) {
    if (scan != next) {
      scan = next;
      introduced = false;
      position = null; // of the scan before
    }
  }

  /** The scan that is shown; null before there is one. */
  LiveScan scan() {
    return scan;
  }

  /** Chooses which images it wants; those that a scan does not have are left out. */
  void images(List<String> names) {
    images = List.copyOf(names);
    roundVersion = 0;
  }

  /**
   * Chooses rings of its own.
   *
   * @throws IllegalArgumentException if they are too many, or two have the same name
   */
  void rings(List<VirtualDetector> chosen) {
    long names = chosen.stream().map(VirtualDetector::name).distinct().count();
    if (chosen.size() > MOST_RINGS || names < chosen.size()) {
      throw new IllegalArgumentException(
          "%d rings of %d names: choose at most %d, each with a name of its own"
              .formatted(chosen.size(), names, MOST_RINGS));
    }
    Set<String> before = Set.copyOf(own.keySet());
    rings = List.copyOf(chosen);
    workOutRings();
    before.forEach(told::remove); // the job's ring of that name is back
    own.keySet().forEach(told::remove);
    round.removeIf(piece -> piece.image() != null);
    roundVersion = 0;
    ringsToTell = true;
  }

  private void workOutRings() {
    Map<String, OwnRing> all = new LinkedHashMap<>();
    if (scan != null && scan.isDescribed()) {
      for (VirtualDetector ring : rings) {
        String same =
            scan.rings().stream()
                .filter(r -> equal(r, ring))
                .map(LiveRing::name)
                .findFirst()
                .orElse(null);
        RingPixels pixels =
            same == null ? new RingPixels(ring, scan.detectorRows(), scan.detectorColumns()) : null;
        all.put(ring.name(), new OwnRing(ring, same, pixels));
      }
    }
    own = all;
  }

  private static boolean equal(LiveRing a, VirtualDetector b) {
    return a.inner() == b.inner() && a.outer() == b.outer() && a.x() == b.x() && a.y() == b.y();
  }

  /**
   * Asks what was counted at a position; of several questions before an answer the last one counts.
   *
   * @throws IllegalArgumentException if it is not in the scan
   */
  void position(int x, int y) {
    if (scan == null) {
      throw new IllegalArgumentException("no scan is shown, so there is no position");
    }
    int width = scan.geometry().width();
    int height = scan.geometry().height();
    if (x < 0 || y < 0 || x >= width || y >= height) {
      throw new IllegalArgumentException(
          "position (%d, %d) is outside the scan of %d x %d".formatted(x, y, width, height));
    }
    position = new int[] {x, y};
  }

  /** Tells who takes part, from now on. */
  void members(Object newest) {
    members = newest;
  }

  /** Says that something that it sent is wrong. */
  void error(String message) {
    error = message;
  }

  /**
   * Whether it has taken nothing for longer than that.
   *
   * @param nanos the time
   */
  boolean isStalled(long nanos, Duration deadline) {
    return outstanding && nanos - sentAt > deadline.toNanos();
  }

  /** The message that was on its way has been taken. */
  void taken() {
    outstanding = false;
  }

  /**
   * The next message, which is on its way from now on; null if one is on its way already, or there
   * is nothing to tell.
   *
   * @param nanos the time
   */
  ViewerMessage next(long nanos) {
    if (outstanding) {
      return null;
    }
    ViewerMessage message = make(nanos);
    if (message != null) {
      sentAt = nanos;
      outstanding = true;
    }
    return message;
  }

  private ViewerMessage make(long nanos) {
    if (!greeted) {
      greeted = true;
      Map<String, Object> hello = kind("hello");
      hello.put("scan", scan == null ? null : scan.id());
      hello.put("updatesPerSecond", updatesPerSecond);
      return ViewerMessage.text(hello);
    }
    if (error != null) {
      Map<String, Object> wrong = kind("error");
      wrong.put("message", error);
      error = null;
      return ViewerMessage.text(wrong);
    }
    if (members != null) {
      Map<String, Object> all = kind("members");
      all.put("members", members);
      members = null;
      return ViewerMessage.text(all);
    }
    if (scan == null || !scan.isDescribed()) {
      return null;
    }
    if (!introduced || scan.described() > described) {
      return introduce();
    }
    if (ringsToTell) {
      return tellRings();
    }
    if (position != null) {
      return tellPosition();
    }
    if (nanos - progressTold >= PROGRESS_NANOS && (!scan.hasEnded() || isNew())) {
      return tellProgress(nanos);
    }
    if (round.isEmpty() && nanos - roundBegan >= updateNanos()) {
      beginRound(nanos);
    }
    if (!round.isEmpty()) {
      return tell(round.removeFirst(), nanos);
    }
    boolean all = roundVersion == scan.version() && !isPatternNew();
    return scan.hasEnded() && all ? tellEnd(nanos) : null;
  }

  private boolean isNew() {
    return scan.version() != progressVersion;
  }

  private boolean isPatternNew() {
    return scan.patternVersion() > patternTold;
  }

  private ViewerMessage introduce() {
    introduced = true;
    described = scan.version();
    told.clear();
    maskTold = new long[scan.geometry().height()];
    patternTold = 0;
    round.clear();
    roundVersion = 0;
    endTold = null;
    progressVersion = 0;
    workOutRings();
    ringsToTell = !rings.isEmpty();
    Map<String, Object> about = kind("scan");
    about.put("id", scan.id());
    about.put("session", scan.session());
    about.put("number", ScanKey.number(scan.key()));
    about.put("width", scan.geometry().width());
    about.put("height", scan.geometry().height());
    about.put(
        "detector",
        Map.of(
            "rows", scan.detectorRows(),
            "columns", scan.detectorColumns(),
            "modules", scan.modules()));
    about.put("rings", scan.rings());
    about.put("started", scan.started());
    return ViewerMessage.text(about);
  }

  private ViewerMessage tellRings() {
    ringsToTell = false;
    withoutEvents = scan.positionsWithoutEvents();
    Map<String, Object> answer = kind("rings");
    answer.put("rings", rings);
    answer.put("positionsWithoutEvents", withoutEvents);
    return ViewerMessage.text(answer);
  }

  private ViewerMessage tellPosition() {
    int[] asked = position;
    position = null;
    PositionPattern there = scan.position(asked[0], asked[1]);
    Map<String, Object> answer = kind("position");
    answer.put("x", there.x());
    answer.put("y", there.y());
    answer.put("events", there.events());
    answer.put("mask", there.mask());
    answer.put("frames", there.frames());
    answer.put("framesWithEvents", there.framesWithEvents());
    return ViewerMessage.text(answer);
  }

  private ViewerMessage tellProgress(long nanos) {
    progressTold = nanos;
    progressVersion = scan.version();
    ringsToTell = !own.isEmpty() && scan.positionsWithoutEvents() != withoutEvents;
    Map<String, Object> answer = kind("progress");
    Progress progress = scan.progress(nanos);
    answer.put("id", progress.id());
    answer.put("complete", progress.complete());
    answer.put("incomplete", progress.incomplete());
    answer.put("absent", progress.absent());
    answer.put("absentByModule", progress.absentByModule());
    answer.put("framesPerSecond", progress.framesPerSecond());
    answer.put("bytesPerSecond", progress.bytesPerSecond());
    answer.put("seen", progress.seen());
    answer.put("expected", progress.expected());
    answer.put("gaps", progress.gaps());
    answer.put("state", progress.state());
    return ViewerMessage.text(answer);
  }

  /** When everything else was told: the end, and again when there is news of it. */
  private ViewerMessage tellEnd(long nanos) {
    String end = scan.state() + " " + scan.file();
    if (end.equals(endTold)) {
      return null;
    }
    if (isNew()) {
      return tellProgress(nanos);
    }
    endTold = end;
    Map<String, Object> answer = kind("end");
    answer.put("id", scan.id());
    answer.put("state", scan.state());
    answer.put("file", scan.file());
    return ViewerMessage.text(answer);
  }

  /** Notes what has changed since it was told. */
  private void beginRound(long nanos) {
    long version = scan.version();
    boolean withPattern =
        isPatternNew() && (patternTold == 0 || nanos - patternToldAt >= PATTERN_NANOS);
    if (version == roundVersion && !withPattern) {
      return;
    }
    roundBegan = nanos;
    roundVersion = version;
    for (String image : wanted()) {
      long[] rows = told.computeIfAbsent(image, name -> new long[scan.geometry().height()]);
      boolean ofEvents = own.containsKey(image) && own.get(image).same() == null;
      LongUnaryOperator newest = row -> scan.rowVersion((int) row, ofEvents);
      addChanged(image, rows, newest, image.equals(ImageName.COM_MAGNITUDE));
    }
    addChanged(null, maskTold, row -> scan.rowVersion((int) row, false), false);
    if (withPattern) {
      round.add(new Piece(null, null));
    }
  }

  private Set<String> wanted() {
    Set<String> there = new LinkedHashSet<>(scan.imageNames());
    Set<String> all = new LinkedHashSet<>();
    if (images == null) {
      scan.rings().stream().limit(IMAGES_AT_FIRST).map(LiveRing::name).forEach(all::add);
    } else {
      images.stream().filter(there::contains).forEach(all::add);
    }
    all.addAll(own.keySet());
    return all;
  }

  /**
   * @param whole whether a change of one row changes all
   */
  private void addChanged(String image, long[] rows, LongUnaryOperator newest, boolean whole) {
    int most = Math.max(1, MOST_VALUES / scan.geometry().width());
    boolean any = false;
    for (int row = 0; whole && row < rows.length; row++) {
      any |= newest.applyAsLong(row) > rows[row];
    }
    int first = 0;
    while (first < rows.length) {
      if (!any && newest.applyAsLong(first) <= rows[first]) {
        first++;
        continue;
      }
      int end = first + 1;
      while (end < rows.length
          && end - first < most
          && (any || newest.applyAsLong(end) > rows[end])) {
        end++;
      }
      round.add(new Piece(image, new Rows(first, end - first)));
      first = end;
    }
  }

  private ViewerMessage tell(Piece piece, long nanos) {
    long version = scan.version();
    if (piece.rows() == null) {
      patternTold = version;
      patternToldAt = nanos;
      return scan.patternMessage();
    }
    Rows rows = piece.rows();
    Map<String, Object> header = kind(piece.image() == null ? "mask" : "image");
    header.put("scan", scan.id());
    if (piece.image() != null) {
      header.put("name", piece.image());
    }
    header.put("firstRow", rows.first());
    header.put("rows", rows.count());
    header.put("width", scan.geometry().width());
    header.put("type", piece.image() == null ? "u8" : "f32");
    long[] versions = piece.image() == null ? maskTold : told.get(piece.image());
    Arrays.fill(versions, rows.first(), rows.first() + rows.count(), version);
    return piece.image() == null
        ? ViewerMessage.bytes(header, scan.mask(rows))
        : ViewerMessage.floats(header, values(piece.image(), rows));
  }

  private float[] values(String image, Rows rows) {
    OwnRing ring = own.get(image);
    if (ring != null && ring.same() == null) {
      return scan.values(ring.pixels(), rows);
    }
    return scan.values(ring == null ? image : ring.same(), rows).orElseThrow();
  }

  private static Map<String, Object> kind(String kind) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("kind", kind);
    return content;
  }
}
