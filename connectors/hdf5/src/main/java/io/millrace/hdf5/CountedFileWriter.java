package io.millrace.hdf5;

import io.millrace.detector.Calibration;
import io.millrace.detector.Centroids;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.DropReason;
import io.millrace.detector.HotPixelList;
import io.millrace.detector.HotPixelList.HotPixel;
import io.millrace.detector.SampleHistogram;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanImage.Axes;
import io.millrace.detector.ScanKey;
import io.millrace.detector.ScanReport;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes the counted file of one scan.
 *
 * <pre>
 *   try (CountedFileWriter writer = new CountedFileWriter(part, detector, centroids)) {
 *     writer.add(frame);                                       // any number, in any order
 *     writer.add(image);
 *     writer.finish(report, provenance, Layout.VLEN, file);
 *   }
 * </pre>
 *
 * <p>Events and centroids go to the disk as they come, into a part file; some 30 bytes a frame stay
 * in memory, 16 more with centroids. The file appears under its own name only when it is whole, and
 * never in the place of another. Closing removes the part of an unfinished scan.
 */
public final class CountedFileWriter implements Closeable {
  private static final long FILE_VERSION = 3;

  /** Frame number of an entry without a frame. */
  static final int NO_FRAME = 0xffff_ffff;

  private static final int SNAPSHOT_VERSION = 1;

  /** Of a snapshot, without the path and the frames. */
  private static final int SNAPSHOT_BYTES = 4 * Integer.BYTES + 2 * Long.BYTES;

  private static final Map<String, Object> CENTROID_FIELDS =
      Map.of("fields", "y, x, charge", "units", "pixel, pixel, ADU");

  private final Path part;
  private final DetectorDescription detector;
  private final boolean centroids;
  private final Hdf5File file;
  private final FrameTable frames;
  private final List<ScanImage> images = new ArrayList<>();
  private List<HotPixel> hotPixels = List.of();
  private SampleHistogram histogram;
  private ScanGeometry geometry;
  private long events;

  /** The parts that {@link #close} removes. */
  private final List<Path> parts = new ArrayList<>();

  /**
   * Begins the part file.
   *
   * @param part where to write until the file is whole; in the directory of the file
   * @param centroids whether the frames have centroids
   * @throws IOException if it exists, or cannot be written
   */
  public CountedFileWriter(Path part, DetectorDescription detector, boolean centroids)
      throws IOException {
    this.part = part;
    this.detector = detector;
    this.centroids = centroids;
    this.frames = new FrameTable();
    this.file = new Hdf5File(part, create(part));
  }

  /**
   * Goes on with a part file from where a {@link #snapshot} was taken. What came behind it, before
   * whoever wrote it died, is cut off.
   *
   * @throws IOException if the part is not there, is shorter, or somebody still writes it
   */
  static CountedFileWriter resume(byte[] snapshot, DetectorDescription detector, boolean centroids)
      throws IOException {
    return new CountedFileWriter(ByteBuffer.wrap(snapshot), detector, centroids);
  }

  private CountedFileWriter(ByteBuffer snapshot, DetectorDescription detector, boolean centroids)
      throws IOException {
    int version = snapshot.getInt();
    if (version != SNAPSHOT_VERSION) {
      throw new IOException(
          "an unfinished file is of version %d, and this job reads %d; start without its savepoint"
              .formatted(version, SNAPSHOT_VERSION));
    }
    byte[] path = new byte[snapshot.getInt()];
    snapshot.get(path);
    this.part = Path.of(new String(path, StandardCharsets.UTF_8));
    this.detector = detector;
    this.centroids = centroids;
    long length = snapshot.getLong();
    int width = snapshot.getInt();
    int height = snapshot.getInt();
    this.geometry = width == 0 ? null : new ScanGeometry(width, height);
    this.events = snapshot.getLong();
    this.frames = FrameTable.read(snapshot);
    FileChannel channel = PartLock.open(part);
    try {
      this.file = Hdf5File.resume(part, channel, length);
    } catch (IOException e) {
      channel.close(); // and with it the lock
      throw e;
    }
    parts.add(part);
  }

  /**
   * What {@link #resume} needs to go on from here. What was added so far is on the disk then.
   *
   * @throws IllegalStateException if more than frames were added: that is seconds before the end,
   *     and comes again
   */
  byte[] snapshot() throws IOException {
    if (!images.isEmpty() || !hotPixels.isEmpty() || histogram != null) {
      throw new IllegalStateException("%s has its images already".formatted(part));
    }
    long length = file.persist();
    byte[] path = part.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer out =
        ByteBuffer.allocate(SNAPSHOT_BYTES + path.length + frames.bytes())
            .putInt(SNAPSHOT_VERSION)
            .putInt(path.length)
            .put(path)
            .putLong(length)
            .putInt(geometry == null ? 0 : geometry.width())
            .putInt(geometry == null ? 0 : geometry.height())
            .putLong(events);
    frames.write(out);
    return out.array();
  }

  /**
   * Writes the events of a frame; the frame may be used again.
   *
   * @throws IllegalArgumentException if it does not lie in the scan of the frames before
   * @throws IllegalStateException if its centroids are not as many as its events, or there are some
   *     in a scan without
   */
  public void add(CountedFrame frame) throws IOException {
    if (geometry == null) {
      geometry = new ScanGeometry(frame.width, frame.height);
    }
    if (frame.width != geometry.width()
        || frame.height != geometry.height()
        || frame.x >= frame.width
        || frame.y >= frame.height) {
      throw new IllegalArgumentException(
          "scan %d, frame %d: position (%d, %d) of %d x %d does not lie in this scan of %d x %d"
              .formatted(
                  ScanKey.number(frame.scan),
                  frame.frame,
                  frame.x,
                  frame.y,
                  frame.width,
                  frame.height,
                  geometry.width(),
                  geometry.height()));
    }
    int n = frame.events.size();
    if (frame.centroids.size() != (centroids ? n : 0)) {
      throw new IllegalStateException(
          "scan %d, frame %d: %d centroids for %d events; the scan is counted %s centroids"
              .formatted(
                  ScanKey.number(frame.scan),
                  frame.frame,
                  frame.centroids.size(),
                  n,
                  centroids ? "with" : "without"));
    }
    frames.add(frame, file.heap().add(frame.events.array(), n));
    if (centroids) {
      frames.centroids().add(file.heap().add(frame.centroids.array(), Centroids.FIELDS * n));
    }
    events += n;
  }

  /** Leaves the part file as it is, to be {@link #resume resumed} from the last snapshot. */
  void suspend() throws IOException {
    parts.clear();
    close();
  }

  /** Takes an image, which is written at the end. */
  public void add(ScanImage image) {
    images.add(image);
  }

  /** Takes the hot pixels, which are written at the end. */
  public void add(HotPixelList list) {
    hotPixels = list.pixels();
  }

  /** Takes the histogram of the scan's calibration, which is written at the end. */
  public void add(SampleHistogram histogram) {
    this.histogram = histogram;
  }

  /** Where it writes until the file is whole. */
  Path part() {
    return part;
  }

  /** Frames that were added. */
  public long frames() {
    return frames.size();
  }

  /**
   * Completes the scan and gives the file its name.
   *
   * @param target the file in the layout {@link Layout#VLEN}; the flat one is named after it
   * @return the files that are there now
   * @throws FileAlreadyExistsException if a file has that name; the part is whole and is kept
   * @throws IllegalStateException if frames and report contradict each other
   */
  public List<Path> finish(ScanReport report, Provenance provenance, Layout layout, Path target)
      throws IOException {
    return complete(report, provenance, layout, target).name();
  }

  /**
   * Completes the scan: its parts are whole, on the disk, and want the names that are returned.
   * From then on {@link #close} leaves them.
   *
   * @param target the file in the layout {@link Layout#VLEN}; the flat one is named after it
   * @throws IllegalStateException if frames and report contradict each other
   */
  WholeFile complete(ScanReport report, Provenance provenance, Layout layout, Path target)
      throws IOException {
    check(report);
    int[] entries =
        frames.entries(
            ScanKey.number(report.scan()), report.geometry(), report.framesPerPosition());
    LinkedHashMap<String, String> names = new LinkedHashMap<>();
    if (layout != Layout.FLAT) {
      writeRest(
          file,
          eventLists(entries),
          centroidLists(entries),
          Map.of("version", FILE_VERSION),
          entries,
          report,
          provenance);
      names.put(part.toString(), target.toString());
    }
    if (layout != Layout.VLEN) {
      Path flatPart = CountedFileName.flat(part);
      // Left by whoever died between here and the next checkpoint; who has the part has this too.
      Files.deleteIfExists(flatPart);
      try (Hdf5File flat = new Hdf5File(flatPart, create(flatPart))) {
        writeRest(
            flat,
            eventArrays(flat, entries),
            centroidArray(flat, entries),
            Map.of("format", "millrace-flat-1"),
            entries,
            report,
            provenance);
      }
      names.put(flatPart.toString(), CountedFileName.flat(target).toString());
    }
    // From here on the parts hold the scan: whatever happens, they are not removed.
    parts.clear();
    return new WholeFile(
        report,
        names,
        layout == Layout.FLAT ? new ArrayList<>(List.of(part.toString())) : new ArrayList<>());
  }

  /** Closes the file and removes what is not whole. */
  @Override
  public void close() throws IOException {
    file.close();
    for (Path unfinished : parts) {
      Files.deleteIfExists(unfinished);
    }
  }

  private FileChannel create(Path path) throws IOException {
    FileChannel channel = PartLock.create(path);
    parts.add(path);
    return channel;
  }

  private void check(ScanReport report) {
    long reported = report.complete() + report.incomplete();
    if (reported != frames.size() || report.events() != events) {
      throw new IllegalStateException(
          "scan %d: %,d frames with %,d events are reported, but %,d with %,d came"
              .formatted(
                  ScanKey.number(report.scan()), reported, report.events(), frames.size(), events));
    }
    if (geometry != null && !geometry.equals(report.geometry())) {
      throw new IllegalStateException(
          "scan %d: its frames are of a scan of %s, its report of %s"
              .formatted(ScanKey.number(report.scan()), geometry, report.geometry()));
    }
  }

  /** All that the layouts have in common, and the end of the file. */
  private void writeRest(
      Hdf5File out,
      Map<String, Long> eventData,
      Map<String, Long> centroidData,
      Map<String, Object> rootAttributes,
      int[] entries,
      ScanReport report,
      Provenance provenance)
      throws IOException {
    int positions = report.geometry().positions();
    long begin = out.begin();
    for (long i = 0; i < positions; i++) {
      out.putLong(i);
    }
    Map<String, Long> electronEvents = new LinkedHashMap<>(eventData);
    electronEvents.put(
        "scan_positions",
        out.dataset(
            Hdf5Type.I8,
            new long[] {positions},
            begin,
            Map.of(
                "Nx", (long) report.geometry().width(), "Ny", (long) report.geometry().height())));
    Map<String, Long> root = new LinkedHashMap<>();
    root.put("electron_events", out.group(electronEvents, Map.of()));
    root.put(
        "metadata",
        out.group(
            Map.of("electron_counting", out.group(Map.of(), counting(report.calibration()))),
            Map.of()));
    root.put("millrace", writeAccount(out, centroidData, entries, report, provenance));
    out.finish(out.group(root, rootAttributes));
  }

  /** The events in {@link Layout#VLEN}. */
  private Map<String, Long> eventLists(int[] entries) throws IOException {
    return Map.of("frames", references(Hdf5Type.U4_LIST, entries, frames.events(), 1, frameSize()));
  }

  /** The centroids in {@link Layout#VLEN}; nothing in a scan without. */
  private Map<String, Long> centroidLists(int[] entries) throws IOException {
    if (!centroids) {
      return Map.of();
    }
    return Map.of(
        "centroids",
        references(
            Hdf5Type.F4_LIST, entries, frames.centroids(), Centroids.FIELDS, CENTROID_FIELDS));
  }

  /** A reference to the list of each entry, which has some values for each event. */
  private long references(
      Hdf5Type type, int[] entries, Places lists, int valuesOfEvent, Map<String, Object> attributes)
      throws IOException {
    long begin = file.begin();
    for (int row : entries) {
      if (row == FrameTable.ABSENT) {
        file.putLong(0);
        file.putLong(0);
      } else {
        file.putInt(valuesOfEvent * frames.count(row));
        file.putLong(lists.collection(row));
        file.putInt(lists.index(row));
      }
    }
    return file.dataset(type, new long[] {entries.length}, begin, attributes);
  }

  /** The events in {@link Layout#FLAT}. */
  private Map<String, Long> eventArrays(Hdf5File flat, int[] entries) throws IOException {
    long begin = flat.begin();
    long sum = 0;
    flat.putLong(sum);
    for (int row : entries) {
      sum += row == FrameTable.ABSENT ? 0 : frames.count(row);
      flat.putLong(sum);
    }
    long indptr = flat.dataset(Hdf5Type.I8, new long[] {entries.length + 1L}, begin, Map.of());
    CompressedRows indices = new CompressedRows(flat, Hdf5Type.U4, events);
    copy(frames.events(), 1, entries, indices);
    return Map.of("indptr", indptr, "indices", indices.dataset(frameSize()));
  }

  /** The centroids in {@link Layout#FLAT}; nothing in a scan without. */
  private Map<String, Long> centroidArray(Hdf5File flat, int[] entries) throws IOException {
    if (!centroids) {
      return Map.of();
    }
    CompressedRows rows = new CompressedRows(flat, Hdf5Type.F4, events, Centroids.FIELDS);
    copy(frames.centroids(), Centroids.FIELDS, entries, rows);
    return Map.of("centroids", rows.dataset(CENTROID_FIELDS));
  }

  /** Reads the lists back, in the order of the file. */
  private void copy(Places lists, int valuesOfEvent, int[] entries, CompressedRows to)
      throws IOException {
    file.flush();
    ByteBuffer list = ByteBuffer.allocate(0);
    for (int row : entries) {
      if (row == FrameTable.ABSENT) {
        continue;
      }
      int bytes = valuesOfEvent * frames.count(row) * Integer.BYTES;
      if (list.capacity() < bytes) {
        list = ByteBuffer.allocate(2 * bytes).order(ByteOrder.LITTLE_ENDIAN);
      }
      file.read(lists.address(row), list.clear().limit(bytes));
      list.flip();
      while (list.hasRemaining()) {
        to.put(list.getInt());
      }
    }
  }

  private Map<String, Object> frameSize() {
    return Map.of("Nx", (long) detector.rows(), "Ny", (long) detector.columns());
  }

  private static Map<String, Object> counting(Calibration calibration) {
    Map<String, Object> a = new LinkedHashMap<>();
    Calibration.Fit fit = calibration.fit();
    a.put("threshold_calculated", fit != null);
    a.put("background_threshold", calibration.thresholds().background());
    a.put("x_ray_threshold", calibration.thresholds().xray());
    if (fit != null) {
      a.put("number_of_samples", (long) fit.sampledFrames());
      a.put("min_sample", fit.min());
      a.put("max_sample", fit.max());
      a.put("mean", fit.mean());
      a.put("variance", fit.variance());
      a.put("std_dev", fit.stdDev());
      a.put("number_of_bins", (long) fit.bins());
      a.put("x_ray_threshold_n_sigma", fit.xraySigmas());
      a.put("background_threshold_n_sigma", fit.backgroundSigmas());
      a.put("optimized_mean", fit.optimizedMean());
      a.put("optimized_std_dev", fit.optimizedStdDev());
    }
    return a;
  }

  /** The group that is ours: what arrived, what is made of it, and how. */
  private long writeAccount(
      Hdf5File out,
      Map<String, Long> centroidData,
      int[] entries,
      ScanReport report,
      Provenance provenance)
      throws IOException {
    Map<String, Long> children = new LinkedHashMap<>(centroidData);
    long[] length = {entries.length};
    long begin = out.begin();
    for (int row : entries) {
      out.putByte(row == FrameTable.ABSENT ? 0 : frames.mask(row));
    }
    children.put("sector_mask", out.dataset(Hdf5Type.U1, length, begin, Map.of()));
    begin = out.begin();
    for (int row : entries) {
      out.putInt(row == FrameTable.ABSENT ? NO_FRAME : frames.frame(row));
    }
    children.put("frame_number", out.dataset(Hdf5Type.U4, length, begin, Map.of()));
    Map<String, Long> imageData = new LinkedHashMap<>();
    for (ScanImage image : images) {
      imageData.put(image.name(), writeImage(out, image));
    }
    children.put("images", out.group(imageData, Map.of()));
    children.put("hot_pixels", writePixels(out, hotPixels.stream().map(HotPixel::index).toList()));
    children.put("hot_pixel_rates", writeRates(out, hotPixels));
    children.put("masked_pixels", writePixels(out, report.calibration().maskedPixels()));
    Calibration.Fit fit = report.calibration().fit();
    if (histogram != null && fit != null) {
      children.put(
          "calibration",
          out.group(Map.of("histogram", writeHistogram(out, histogram, fit)), Map.of()));
    }
    return out.group(children, account(report, provenance));
  }

  private static long writePixels(Hdf5File out, List<Integer> pixels) throws IOException {
    long begin = out.begin();
    for (int pixel : pixels) {
      out.putInt(pixel);
    }
    return out.dataset(Hdf5Type.U4, new long[] {pixels.size()}, begin, Map.of());
  }

  private static long writeRates(Hdf5File out, List<HotPixel> pixels) throws IOException {
    long begin = out.begin();
    for (HotPixel pixel : pixels) {
      out.putInt(Float.floatToIntBits(pixel.rate()));
    }
    return out.dataset(Hdf5Type.F4, new long[] {pixels.size()}, begin, Map.of());
  }

  private static long writeImage(Hdf5File out, ScanImage image) throws IOException {
    long begin = out.begin();
    for (double value : image.values()) {
      out.putInt(image.counts() ? (int) (long) value : Float.floatToIntBits((float) value));
    }
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("description", image.description());
    boolean overRadius = image.axes() == Axes.RADIUS;
    if (!overRadius) {
      attributes.put("over_scan", image.axes() == Axes.SCAN);
    }
    return out.dataset(
        image.counts() ? Hdf5Type.U4 : Hdf5Type.F4,
        overRadius ? new long[] {image.columns()} : new long[] {image.rows(), image.columns()},
        begin,
        attributes);
  }

  /** With all that is needed to draw the Gaussian that was fitted to it. */
  private static long writeHistogram(Hdf5File out, SampleHistogram histogram, Calibration.Fit fit)
      throws IOException {
    long begin = out.begin();
    for (long pixels : histogram.counts()) {
      out.putLong(pixels);
    }
    Map<String, Object> a = new LinkedHashMap<>();
    a.put("first", (long) histogram.first());
    a.put("bin_width", 1L);
    a.put("min_bin", (long) fit.minBin());
    a.put("max_bin", (long) fit.minBin() + fit.bins());
    a.put("amplitude", fit.amplitude());
    a.put("mean", fit.optimizedMean());
    a.put("std_dev", fit.optimizedStdDev());
    return out.dataset(Hdf5Type.I8, new long[] {histogram.counts().length}, begin, a);
  }

  private Map<String, Object> account(ScanReport report, Provenance provenance) {
    Map<String, Object> a = new LinkedHashMap<>();
    a.put("software", provenance.software());
    a.put("version", provenance.version());
    a.put("session", provenance.session());
    a.put("parameters", provenance.parametersJson());
    a.put("detector", detector.name());
    a.put("detector_rows", (long) detector.rows());
    a.put("detector_columns", (long) detector.columns());
    a.put("detector_modules", (long) detector.modules());
    a.put("scan_number", ScanKey.number(report.scan()));
    a.put("start", report.start().toString());
    a.put("end", report.end().toString());
    a.put("ended_by", report.endedBy().name().toLowerCase(Locale.ROOT));
    a.put("frames_per_position", (long) report.framesPerPosition());
    a.put("frames_expected", report.expected());
    a.put("frames_complete", report.complete());
    a.put("frames_incomplete", report.incomplete());
    a.put("frames_absent", report.absent());
    for (int m = 0; m < report.missingSectors().length; m++) {
      a.put("missing_sectors_module_" + m, report.missingSectors()[m]);
    }
    a.put("events", report.events());
    a.put("messages_announced", report.announced());
    a.put("messages_received", report.received());
    a.put("messages_dropped", report.drops().total());
    for (DropReason reason : DropReason.values()) {
      a.put("dropped_" + reason.label().replace('-', '_'), report.drops().get(reason));
    }
    if (report.calibration().level() != null) {
      a.put("noise_level", report.calibration().level());
    }
    Calibration.Fit fit = report.calibration().fit();
    if (fit != null) {
      a.put("fit_requested_frames", (long) fit.requestedFrames());
      a.put("fit_sampled_frames", (long) fit.sampledFrames());
      a.put("fit_sampled_pixels", fit.pixels());
      a.put("fit_min_bin", (long) fit.minBin());
      a.put("fit_amplitude", fit.amplitude());
      a.put("fit_residual", fit.residual());
      a.put("fit_evaluations", (long) fit.evaluations());
    }
    return a;
  }
}
