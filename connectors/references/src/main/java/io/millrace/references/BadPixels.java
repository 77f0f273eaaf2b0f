package io.millrace.references;

import io.millrace.detector.DetectorDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The pixels that counting leaves out: never lit, never blocking a neighbour. They come as
 *
 * <ul>
 *   <li>a {@link ReferenceMap}, in which any number but 0 marks a bad pixel
 *   <li>a text file ({@code .txt}, {@code .csv}) with a line {@code row,column} for each, both from
 *       0; what follows a {@code #} is not read
 *   <li>a counted file, from which its hot pixels are taken, those that it had masked too
 * </ul>
 */
public final class BadPixels {
  /** Where a counted file lists its hot pixels, as flat indices {@code row * columns + column}. */
  private static final String HOT_PIXELS = "/millrace/hot_pixels";

  /** And those that were hot before, so that it could not find them. */
  private static final String MASKED_PIXELS = "/millrace/masked_pixels";

  /** What makes an HDF5 file a counted one. */
  private static final String EVENTS = "/electron_events";

  private static final Pattern PIXEL = Pattern.compile("(\\d{1,9})\\s*,\\s*(\\d{1,9})");

  private BadPixels() {}

  /**
   * Reads them.
   *
   * @param name a file, or {@code FILE.h5:/path/to/dataset}
   * @return one value for each pixel of the detector, row-major; true if it is bad
   * @throws IllegalArgumentException if the file cannot be understood, does not fit the detector,
   *     or leaves no good pixel; says what was found and what to do
   */
  public static boolean[] read(String name, DetectorDescription detector) {
    ReferenceFile file = ReferenceFile.at(name);
    boolean[] bad;
    try {
      bad =
          isList(file)
              ? listed(file, detector)
              : file.format() == ReferenceFile.Format.HDF5
                  ? hdf5(file, detector)
                  : ReferenceMap.read(file, detector).marked();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "%s cannot be read: %s; write it again".formatted(file, e.getMessage()), e);
    }
    for (boolean b : bad) {
      if (!b) {
        return bad;
      }
    }
    throw new IllegalArgumentException(
        "%s marks all pixels as bad; good ones are 0 there".formatted(file));
  }

  private static boolean isList(ReferenceFile file) {
    String path = file.path().toString().toLowerCase(Locale.ROOT);
    return path.endsWith(".txt") || path.endsWith(".csv");
  }

  private static boolean[] listed(ReferenceFile file, DetectorDescription detector)
      throws IOException {
    boolean[] bad = new boolean[detector.pixels()];
    List<String> lines = Files.readAllLines(file.path());
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).replaceFirst("#.*", "").strip();
      if (line.isEmpty()) {
        continue;
      }
      Matcher pixel = PIXEL.matcher(line);
      int row = pixel.matches() ? Integer.parseInt(pixel.group(1)) : -1;
      int column = pixel.matches() ? Integer.parseInt(pixel.group(2)) : -1;
      if (row < 0 || row >= detector.rows() || column >= detector.columns()) {
        throw new IllegalArgumentException(
            ("%s, line %d: '%s' is not row,column of a pixel; rows are 0 to %d, columns 0 to %d, and"
                    + " remarks begin with #")
                .formatted(file, i + 1, line, detector.rows() - 1, detector.columns() - 1));
      }
      bad[row * detector.columns() + column] = true;
    }
    return bad;
  }

  private static boolean[] hdf5(ReferenceFile file, DetectorDescription detector)
      throws IOException {
    try (Hdf5Numbers numbers = new Hdf5Numbers(file.path())) {
      boolean asked = HOT_PIXELS.equals(file.dataset());
      if (asked || file.dataset() == null && numbers.has(EVENTS)) {
        return hot(file, numbers, detector);
      }
    }
    return ReferenceMap.read(file, detector).marked();
  }

  private static boolean[] hot(
      ReferenceFile file, Hdf5Numbers numbers, DetectorDescription detector) throws IOException {
    if (!numbers.has(HOT_PIXELS)) {
      throw new IllegalArgumentException(
          "%s is a counted file that lists no hot pixels (%s); give one that does, or a map"
              .formatted(file, HOT_PIXELS));
    }
    // The indices of another camera would be other pixels of this one.
    ReferenceMap.checkShape(
        "the frame of " + file,
        detector,
        numbers.integer("/millrace", "detector_rows"),
        numbers.integer("/millrace", "detector_columns"));
    boolean[] bad = new boolean[detector.pixels()];
    mark(file, numbers.values(HOT_PIXELS), bad);
    if (numbers.has(MASKED_PIXELS)) {
      mark(file, numbers.values(MASKED_PIXELS), bad);
    }
    return bad;
  }

  private static void mark(ReferenceFile file, double[] indices, boolean[] bad) {
    for (double index : indices) {
      if (!(index >= 0 && index < bad.length)) {
        throw new IllegalArgumentException(
            "%s: hot pixel %.0f is outside the frame of %,d pixels; give another file"
                .formatted(file, index, bad.length));
      }
      bad[(int) index] = true;
    }
  }
}
