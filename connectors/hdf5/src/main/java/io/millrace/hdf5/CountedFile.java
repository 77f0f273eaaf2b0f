package io.millrace.hdf5;

import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import io.jhdf.exceptions.HdfException;
import io.millrace.detector.Calibration;
import io.millrace.detector.Centroids;
import io.millrace.detector.DropReason;
import io.millrace.detector.Drops;
import io.millrace.detector.HotPixelList;
import io.millrace.detector.HotPixelList.HotPixel;
import io.millrace.detector.SampleHistogram;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
import io.millrace.detector.ScanImage.Axes;
import io.millrace.detector.Thresholds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/**
 * Reads a counted file: one of ours in either layout, or one of stempy (version 3), which has
 * events, geometry and thresholds but no {@linkplain #hasAccount account}.
 *
 * <p>Events and centroids are read in blocks, so going through a file in order is quick and memory
 * stays bounded. Not for several threads at once.
 */
public final class CountedFile implements AutoCloseable {
  private static final String EVENTS = "/electron_events";
  private static final String COUNTING = "/metadata/electron_counting";
  private static final String ACCOUNT = "/millrace";
  private static final String IMAGES = ACCOUNT + "/images";
  private static final String CENTROIDS = ACCOUNT + "/centroids";
  private static final String HISTOGRAM = ACCOUNT + "/calibration/histogram";

  /** Frames that are read at once. */
  private static final int BLOCK = 256;

  private final Path path;
  private final HdfFile file;
  private final ScanGeometry geometry;
  private final int framesPerPosition;
  private final int rows;
  private final int columns;
  private final boolean flat;
  private int[] masks;
  private long[] frameNumbers;
  private final Block<int[]> events;
  private final Block<float[]> centroids;

  /**
   * Opens a file.
   *
   * @throws IOException if there is none, or it is not a counted file; says why
   */
  public CountedFile(Path path) throws IOException {
    this.path = path;
    if (!Files.isReadable(path)) {
      throw new NoSuchFileException(path.toString(), null, "no file there that can be read");
    }
    try {
      file = new HdfFile(path);
    } catch (HdfException e) {
      throw new IOException("%s is not an HDF5 file".formatted(path), e);
    }
    try {
      flat = file.getByPath(EVENTS) instanceof Group g && g.getChildren().containsKey("indptr");
      String positions = EVENTS + "/scan_positions";
      geometry = new ScanGeometry((int) integer(positions, "Nx"), (int) integer(positions, "Ny"));
      String frames = EVENTS + (flat ? "/indices" : "/frames");
      rows = (int) integer(frames, "Nx");
      columns = (int) integer(frames, "Ny");
      long entries = flat ? dataset(EVENTS + "/indptr").getSize() - 1 : dataset(frames).getSize();
      framesPerPosition = Math.toIntExact(entries / geometry.positions());
      events = new Block<>(flat ? this::eventArrays : this::eventLists);
      centroids = new Block<>(flat ? this::centroidArrays : this::centroidLists);
    } catch (RuntimeException e) { // Anything may stand in a file: a missing name, another type.
      file.close();
      throw new IOException("%s is not a counted file: %s".formatted(path, e.getMessage()), e);
    }
  }

  /** The scan's raster, flyback included. */
  public ScanGeometry geometry() {
    return geometry;
  }

  /** Frames of a position. */
  public int framesPerPosition() {
    return framesPerPosition;
  }

  /** Height of a frame in pixels. */
  public int rows() {
    return rows;
  }

  /** Width of a frame in pixels. */
  public int columns() {
    return columns;
  }

  /**
   * The events of a frame: flat indices {@code row * columns + column}, ascending; none if the
   * frame is absent.
   *
   * @param position index of the position, {@code y * width + x}
   * @param k which of the position's frames, from 0
   */
  public int[] events(int position, int k) {
    return events.get(entry(position, k)).clone();
  }

  /** Whether the events have centroids. */
  public boolean hasCentroids() {
    return hasAccount() && ((Group) node(ACCOUNT)).getChildren().containsKey("centroids");
  }

  /**
   * The centroids of a frame's {@link #events}, in their order.
   *
   * @param position index of the position, {@code y * width + x}
   * @param k which of the position's frames, from 0
   * @throws NoSuchElementException if the file has none
   */
  public Centroids centroids(int position, int k) {
    return Centroids.of(centroids.get(entry(position, k)).clone());
  }

  /** Whether the file tells what arrived and who made it, as ours do. */
  public boolean hasAccount() {
    return file.getChildren().containsKey(ACCOUNT.substring(1));
  }

  /** One bit a sector of the frame that arrived, 0 if the frame is absent. */
  public int mask(int position, int k) {
    if (masks == null) {
      masks = (int[]) dataset(ACCOUNT + "/sector_mask").getDataFlat();
    }
    return masks[entry(position, k)];
  }

  /** The detector's number of the frame, -1 if the frame is absent. */
  public long frameNumber(int position, int k) {
    if (frameNumbers == null) {
      frameNumbers = (long[]) dataset(ACCOUNT + "/frame_number").getDataFlat();
    }
    long number = frameNumbers[entry(position, k)];
    return number == Integer.toUnsignedLong(CountedFileWriter.NO_FRAME) ? -1 : number;
  }

  /** A numeric attribute of the account, or else of the counting's metadata. */
  public OptionalDouble number(String name) {
    return find(name)
        .filter(Number.class::isInstance)
        .map(n -> OptionalDouble.of(((Number) n).doubleValue()))
        .orElse(OptionalDouble.empty());
  }

  /** A text of the account. */
  public Optional<String> text(String name) {
    return find(name).filter(String.class::isInstance).map(String.class::cast);
  }

  /** The detector's scan number. */
  public long scan() {
    return integer(ACCOUNT, "scan_number");
  }

  /** Frames of which every sector arrived. */
  public long complete() {
    return integer(ACCOUNT, "frames_complete");
  }

  /** Frames that lack sectors. */
  public long incomplete() {
    return integer(ACCOUNT, "frames_incomplete");
  }

  /** Frames of which nothing arrived. */
  public long absent() {
    return integer(ACCOUNT, "frames_absent");
  }

  /** Electrons counted. */
  public long events() {
    return integer(ACCOUNT, "events");
  }

  /**
   * Messages that were not used, by reason; none for a reason that the file's writer did not know.
   */
  public Drops drops() {
    Drops drops = new Drops();
    for (DropReason reason : DropReason.values()) {
      drops.add(reason, (long) number("dropped_" + reason.label().replace('-', '_')).orElse(0));
    }
    return drops;
  }

  /** When the scan's first frame was assembled. */
  public Instant start() {
    return Instant.parse((String) value(ACCOUNT, "start"));
  }

  /** When the scan was closed. */
  public Instant end() {
    return Instant.parse((String) value(ACCOUNT, "end"));
  }

  /** What the scan was counted with. */
  public Thresholds thresholds() {
    return new Thresholds(
        (double) value(COUNTING, "background_threshold"),
        (double) value(COUNTING, "x_ray_threshold"));
  }

  /**
   * The fit that gave the thresholds; empty if they were given, or if the file's writer did not
   * record all of it.
   */
  public Optional<Calibration.Fit> fit() {
    if (number("fit_amplitude").isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Calibration.Fit(
            (double) value(COUNTING, "background_threshold_n_sigma"),
            (double) value(COUNTING, "x_ray_threshold_n_sigma"),
            (int) integer(ACCOUNT, "fit_requested_frames"),
            (int) integer(ACCOUNT, "fit_sampled_frames"),
            integer(ACCOUNT, "fit_sampled_pixels"),
            (double) value(COUNTING, "min_sample"),
            (double) value(COUNTING, "max_sample"),
            (double) value(COUNTING, "mean"),
            (double) value(COUNTING, "variance"),
            (double) value(COUNTING, "std_dev"),
            (int) integer(ACCOUNT, "fit_min_bin"),
            (int) integer(COUNTING, "number_of_bins"),
            (double) value(ACCOUNT, "fit_amplitude"),
            (double) value(COUNTING, "optimized_mean"),
            (double) value(COUNTING, "optimized_std_dev"),
            (double) value(ACCOUNT, "fit_residual"),
            (int) integer(ACCOUNT, "fit_evaluations")));
  }

  /** The histogram that the thresholds were fitted to; empty if they were given. */
  public Optional<SampleHistogram> histogram() {
    if (!hasAccount() || !((Group) node(ACCOUNT)).getChildren().containsKey("calibration")) {
      return Optional.empty();
    }
    return Optional.of(
        new SampleHistogram(
            scan(), (int) integer(HISTOGRAM, "first"), (long[]) dataset(HISTOGRAM).getDataFlat()));
  }

  /** Names of the images in the file, in alphabetical order. */
  public List<String> imageNames() {
    return hasAccount()
        ? ((Group) node(IMAGES)).getChildren().keySet().stream().sorted().toList()
        : List.of();
  }

  /** What is known of an image without reading its values. */
  public ImageOutline outline(String name) {
    String at = IMAGES + "/" + name;
    Dataset image = dataset(at);
    int[] size = image.getDimensions();
    Axes axes = Axes.RADIUS;
    if (size.length == 2) {
      axes = "TRUE".equals(value(at, "over_scan")) ? Axes.SCAN : Axes.DETECTOR;
    }
    return new ImageOutline(
        name,
        (String) value(at, "description"),
        axes,
        size.length == 2 ? size[0] : 1,
        size[size.length - 1],
        image.getJavaType() == long.class);
  }

  /** An image by its name. */
  public ScanImage image(String name) {
    ImageOutline outline = outline(name);
    Object values = dataset(IMAGES + "/" + name).getDataFlat();
    return new ScanImage(
        scan(),
        name,
        outline.description(),
        outline.axes(),
        outline.rows(),
        outline.columns(),
        outline.counts(),
        outline.counts() ? doubles((long[]) values) : doubles((float[]) values));
  }

  /** The pixels that were hot in this scan. */
  public HotPixelList hotPixels() {
    int[] pixels = pixels("/hot_pixels");
    float[] rates =
        pixels.length == 0
            ? new float[0]
            : (float[]) dataset(ACCOUNT + "/hot_pixel_rates").getDataFlat();
    return new HotPixelList(
        scan(),
        IntStream.range(0, pixels.length)
            .mapToObj(i -> new HotPixel(pixels[i], rates[i]))
            .toList());
  }

  /** Flat indices of the pixels that were hot in earlier scans and are left out; ascending. */
  public List<Integer> maskedPixels() {
    return Arrays.stream(pixels("/masked_pixels")).boxed().toList();
  }

  @Override
  public void close() {
    file.close();
  }

  private int entry(int position, int k) {
    if (k < 0 || k >= framesPerPosition) {
      throw new IndexOutOfBoundsException(
          "frame %d of a position; %s has %d".formatted(k, path, framesPerPosition));
    }
    return position * framesPerPosition + k;
  }

  /** The lists of consecutive entries, which are read at once. */
  private final class Block<T> {
    /** Gives the lists of the entries from one to before another. */
    private final BiFunction<Integer, Integer, T[]> reading;

    private int first;
    private T[] lists;

    Block(BiFunction<Integer, Integer, T[]> reading) {
      this.reading = reading;
    }

    T get(int entry) {
      if (lists == null || entry < first || entry >= first + lists.length) {
        first = entry - entry % BLOCK;
        int entries = geometry.positions() * framesPerPosition;
        lists = reading.apply(first, Math.min(first + BLOCK, entries));
      }
      return lists[entry - first];
    }
  }

  private int[][] eventLists(int from, int to) {
    Object[] lists = (Object[]) read(EVENTS + "/frames", from, to - from);
    return Arrays.stream(lists).map(CountedFile::ints).toArray(int[][]::new);
  }

  private float[][] centroidLists(int from, int to) {
    Object[] lists = (Object[]) read(CENTROIDS, from, to - from);
    return Arrays.stream(lists).map(float[].class::cast).toArray(float[][]::new);
  }

  private int[][] eventArrays(int from, int to) {
    long[] indptr = (long[]) read(EVENTS + "/indptr", from, to - from + 1);
    int n = Math.toIntExact(indptr[to - from] - indptr[0]);
    int[] events = n == 0 ? new int[0] : ints(read(EVENTS + "/indices", indptr[0], n));
    int[][] lists = new int[to - from][];
    for (int i = 0; i < lists.length; i++) {
      lists[i] =
          Arrays.copyOfRange(
              events, (int) (indptr[i] - indptr[0]), (int) (indptr[i + 1] - indptr[0]));
    }
    return lists;
  }

  private float[][] centroidArrays(int from, int to) {
    long[] indptr = (long[]) read(EVENTS + "/indptr", from, to - from + 1);
    int n = Math.toIntExact(indptr[to - from] - indptr[0]);
    Dataset centroids = dataset(CENTROIDS);
    float[][] rows =
        n == 0
            ? new float[0][]
            : (float[][])
                centroids.getData(new long[] {indptr[0], 0}, new int[] {n, Centroids.FIELDS});
    float[][] lists = new float[to - from][];
    for (int i = 0; i < lists.length; i++) {
      int events = (int) (indptr[i + 1] - indptr[i]);
      lists[i] = new float[Centroids.FIELDS * events];
      for (int e = 0; e < events; e++) {
        float[] row = rows[(int) (indptr[i] - indptr[0]) + e];
        System.arraycopy(row, 0, lists[i], Centroids.FIELDS * e, Centroids.FIELDS);
      }
    }
    return lists;
  }

  /** Reads {@code n} values of a data set of one dimension. */
  private Object read(String at, long first, int n) {
    return dataset(at).getData(new long[] {first}, new int[] {n});
  }

  /** The library gives unsigned 32-bit values as longs. */
  private static int[] ints(Object unsigned) {
    return Arrays.stream((long[]) unsigned).mapToInt(v -> (int) v).toArray();
  }

  private int[] pixels(String name) {
    Dataset pixels = dataset(ACCOUNT + name);
    return pixels.getSize() == 0 ? new int[0] : ints(pixels.getDataFlat());
  }

  private static double[] doubles(long[] values) {
    return Arrays.stream(values).asDoubleStream().toArray();
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    return doubles;
  }

  private Optional<Object> find(String name) {
    for (String at : List.of(ACCOUNT, COUNTING)) {
      if (hasAccount() || !at.equals(ACCOUNT)) {
        Attribute attribute = node(at).getAttribute(name);
        if (attribute != null) {
          return Optional.of(attribute.getData());
        }
      }
    }
    return Optional.empty();
  }

  private long integer(String at, String name) {
    return (long) value(at, name);
  }

  private Object value(String at, String name) {
    Attribute attribute = node(at).getAttribute(name);
    if (attribute == null) {
      throw new NoSuchElementException("%s: %s has no attribute %s".formatted(path, at, name));
    }
    return attribute.getData();
  }

  private Dataset dataset(String at) {
    if (node(at) instanceof Dataset dataset) {
      return dataset;
    }
    throw new NoSuchElementException("%s: %s is not a data set".formatted(path, at));
  }

  private Node node(String at) {
    try {
      return file.getByPath(at);
    } catch (HdfException e) {
      throw new NoSuchElementException("%s has no %s".formatted(path, at), e);
    }
  }
}
