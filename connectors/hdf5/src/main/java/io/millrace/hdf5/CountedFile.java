package io.millrace.hdf5;

import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import io.jhdf.exceptions.HdfException;
import io.millrace.detector.Calibration;
import io.millrace.detector.DropReason;
import io.millrace.detector.Drops;
import io.millrace.detector.SampleHistogram;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanImage;
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

/**
 * Reads a counted file: one of ours in either layout, or one of stempy (version 3), which has
 * events, geometry and thresholds but no {@linkplain #hasAccount account}.
 *
 * <p>Events are read in blocks, so going through a file in order is quick and memory stays bounded.
 * Not for several threads at once.
 */
public final class CountedFile implements AutoCloseable {
  private static final String EVENTS = "/electron_events";
  private static final String COUNTING = "/metadata/electron_counting";
  private static final String ACCOUNT = "/millrace";
  private static final String IMAGES = ACCOUNT + "/images";
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
  private int blockStart;
  private int[][] block = {};

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
    } catch (HdfException | NoSuchElementException e) {
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
    int entry = entry(position, k);
    if (entry < blockStart || entry >= blockStart + block.length) {
      blockStart = entry - entry % BLOCK;
      int end =
          Math.min(blockStart + BLOCK, entry(geometry.positions() - 1, 0) + framesPerPosition);
      block = flat ? arrays(blockStart, end) : lists(blockStart, end);
    }
    return block[entry - blockStart].clone();
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

  /** An image by its name. */
  public ScanImage image(String name) {
    String at = IMAGES + "/" + name;
    Dataset image = dataset(at);
    int[] size = image.getDimensions();
    return new ScanImage(
        scan(),
        name,
        (String) value(at, "description"),
        "TRUE".equals(value(at, "over_scan")),
        size[0],
        size[1],
        ints(image.getDataFlat()));
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

  private int[][] lists(int from, int to) {
    Object[] lists =
        (Object[]) dataset(EVENTS + "/frames").getData(new long[] {from}, new int[] {to - from});
    return Arrays.stream(lists).map(CountedFile::ints).toArray(int[][]::new);
  }

  private int[][] arrays(int from, int to) {
    long[] indptr =
        (long[]) dataset(EVENTS + "/indptr").getData(new long[] {from}, new int[] {to - from + 1});
    int n = Math.toIntExact(indptr[to - from] - indptr[0]);
    int[] indices =
        n == 0
            ? new int[0]
            : ints(dataset(EVENTS + "/indices").getData(new long[] {indptr[0]}, new int[] {n}));
    int[][] lists = new int[to - from][];
    for (int i = 0; i < lists.length; i++) {
      lists[i] =
          Arrays.copyOfRange(
              indices, (int) (indptr[i] - indptr[0]), (int) (indptr[i + 1] - indptr[0]));
    }
    return lists;
  }

  /** The library gives unsigned 32-bit values as longs. */
  private static int[] ints(Object unsigned) {
    return Arrays.stream((long[]) unsigned).mapToInt(v -> (int) v).toArray();
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
