package io.millrace.references;

import io.millrace.detector.DetectorDescription;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One number for each pixel of a detector, as a file gives it: a dark reference, a gain map, or a
 * mask.
 *
 * <p>The file is {@code .npy}, TIFF or HDF5 and has the shape {@code rows x columns}; dimensions of
 * length 1 may stand before that. Values are held in double precision, which holds those of all
 * types but large 64-bit integers exactly; what comes out is in single precision, as counting uses
 * it.
 */
public final class ReferenceMap {
  private final ReferenceFile file;
  private final DetectorDescription detector;

  /** Row-major. */
  private final double[] values;

  private ReferenceMap(ReferenceFile file, DetectorDescription detector, double[] values) {
    this.file = file;
    this.detector = detector;
    this.values = values;
  }

  /**
   * Reads a map.
   *
   * @param name a file, or {@code FILE.h5:/path/to/dataset}; without a path the HDF5 file has to
   *     have exactly one two-dimensional data set of numbers
   * @param detector whose frame the map has to fit
   * @throws IllegalArgumentException if there is no such file, its format or type is not known, or
   *     it has another shape; says what was found and what to do
   */
  public static ReferenceMap read(String name, DetectorDescription detector) {
    return read(ReferenceFile.at(name), detector);
  }

  static ReferenceMap read(ReferenceFile file, DetectorDescription detector) {
    try {
      double[] values =
          switch (file.format()) {
            case NPY -> NpyFile.read(file.path(), detector);
            case TIFF -> TiffFile.read(file.path(), detector);
            case HDF5 -> hdf5(file, detector);
          };
      return new ReferenceMap(file, detector, values);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "%s cannot be read: %s; write it again".formatted(file, e.getMessage()), e);
    }
  }

  private static double[] hdf5(ReferenceFile file, DetectorDescription detector)
      throws IOException {
    try (Hdf5Numbers numbers = new Hdf5Numbers(file.path())) {
      String at = file.dataset() == null ? numbers.onlyMap() : file.dataset();
      checkShape(new ReferenceFile(file.path(), at), detector, numbers.shape(at));
      return numbers.values(at);
    }
  }

  /**
   * Whether an array of this shape is a map of the detector.
   *
   * @param source where it stands, for the error
   */
  static void checkShape(Object source, DetectorDescription detector, long... shape) {
    int n = shape.length;
    boolean fits =
        n >= 2
            && shape[n - 2] == detector.rows()
            && shape[n - 1] == detector.columns()
            && Arrays.stream(shape, 0, n - 2).allMatch(length -> length == 1);
    if (!fits) {
      throw new IllegalArgumentException(
          ("%s is %s, but a frame of the detector %s is %d x %d (rows x columns); give a map of that"
                  + " shape, or the detector that the map is of")
              .formatted(
                  source, inWords(shape), detector.name(), detector.rows(), detector.columns()));
    }
  }

  /** For instance {@code 576 x 576}. */
  static String inWords(long... shape) {
    return shape.length == 0
        ? "a single value"
        : Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(" x "))
            + (shape.length == 1 ? " values" : "");
  }

  /**
   * The numbers themselves, row-major; those of a dark reference are ADU.
   *
   * @param bad bad pixels, whose numbers are not used and may be anything; null if there are none
   * @throws IllegalArgumentException if another pixel's number is not finite; says which
   */
  public float[] values(boolean[] bad) {
    return floats(value -> value, bad, "not finite");
  }

  /**
   * The factors of a gain map: the numbers are divisors, and are inverted, row-major.
   *
   * @param bad bad pixels, whose divisors are not used and may be anything; null if there are none
   * @throws IllegalArgumentException if another pixel's divisor is not a positive number, or so
   *     large or small that nothing would be left of the pixel; says which, and how many there are
   */
  public float[] factors(boolean[] bad) {
    return floats(ReferenceMap::factor, bad, "not a positive divisor");
  }

  private static double factor(double divisor) {
    float factor = (float) (1 / divisor);
    return factor > 0 && Float.isFinite(factor) ? 1 / divisor : Double.NaN;
  }

  /** Where the number is not 0, row-major. */
  public boolean[] marked() {
    boolean[] marked = new boolean[values.length];
    for (int j = 0; j < marked.length; j++) {
      marked[j] = values[j] != 0;
    }
    return marked;
  }

  /** 0 at bad pixels that give nothing finite. */
  private float[] floats(DoubleUnaryOperator use, boolean[] bad, String complaint) {
    float[] floats = new float[values.length];
    int[] wrong =
        IntStream.range(0, floats.length)
            .filter(
                j -> {
                  float value = (float) use.applyAsDouble(values[j]);
                  boolean usable = Float.isFinite(value);
                  floats[j] = usable ? value : 0;
                  return !usable && (bad == null || !bad[j]);
                })
            .toArray();
    if (wrong.length > 0) {
      throw new IllegalArgumentException(
          ("%s is %s at row %d, column %d: %s (%,d such pixels); measure it again, or add these"
                  + " pixels to the bad ones")
              .formatted(
                  file,
                  complaint,
                  wrong[0] / detector.columns(),
                  wrong[0] % detector.columns(),
                  values[wrong[0]],
                  wrong.length));
    }
    return floats;
  }
}
