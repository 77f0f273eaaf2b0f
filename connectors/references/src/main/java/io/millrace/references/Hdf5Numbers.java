package io.millrace.references;

import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import io.jhdf.exceptions.HdfBrokenLinkException;
import io.jhdf.exceptions.HdfInvalidPathException;
import io.jhdf.object.datatype.DataType;
import io.jhdf.object.datatype.EnumDataType;
import io.jhdf.object.datatype.FixedPoint;
import io.jhdf.object.datatype.FloatingPoint;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The data sets of numbers in an HDF5 file. Truth values, as h5py writes them, are 0 and 1. */
final class Hdf5Numbers implements AutoCloseable {
  private final Path path;
  private final HdfFile file;

  /**
   * @throws IOException if the file is damaged
   */
  Hdf5Numbers(Path path) throws IOException {
    this.path = path;
    file = undamaged(() -> new HdfFile(path));
  }

  /** The library throws whatever it stumbles over in a damaged file. */
  private static <T> T undamaged(Supplier<T> use) throws IOException {
    try {
      return use.get();
    } catch (RuntimeException e) {
      throw new IOException("it is damaged (%s)".formatted(e.getMessage()), e);
    }
  }

  /** Whether there is a group or a data set of that path. */
  boolean has(String at) throws IOException {
    return node(at) != null;
  }

  /**
   * Path of the only two-dimensional data set of numbers.
   *
   * @throws IllegalArgumentException if there is none, or several; says which
   */
  String onlyMap() throws IOException {
    List<Dataset> maps = datasets().stream().filter(d -> isNumeric(d) && isMap(d)).toList();
    if (maps.size() == 1) {
      return maps.get(0).getPath();
    }
    throw new IllegalArgumentException(
        maps.isEmpty()
            ? "%s has no two-dimensional data set of numbers".formatted(path)
            : "%s has several maps: %s; say which with %s:%s"
                .formatted(path, inWords(maps), path, maps.get(0).getPath()));
  }

  /**
   * Lengths of a data set's dimensions.
   *
   * @throws IllegalArgumentException if there is no such data set; says which there are
   */
  long[] shape(String at) throws IOException {
    return dataset(at).getDimensionsAsLong();
  }

  /**
   * A data set's values, row-major.
   *
   * @throws IOException if they cannot be read
   * @throws IllegalArgumentException if they are not numbers
   */
  double[] values(String at) throws IOException {
    Dataset dataset = dataset(at);
    if (!isNumeric(dataset)) {
      throw notNumbers(dataset);
    }
    if (dataset.getSize() == 0) {
      return new double[0];
    }
    Object flat = undamaged(dataset::getDataFlat);
    double[] values = new double[Array.getLength(flat)];
    for (int i = 0; i < values.length; i++) {
      values[i] = number(dataset, Array.get(flat, i));
    }
    return values;
  }

  /**
   * A numeric attribute.
   *
   * @throws IllegalArgumentException if there is none
   */
  long integer(String at, String name) throws IOException {
    Attribute attribute = has(at) ? node(at).getAttribute(name) : null;
    if (attribute != null && attribute.getData() instanceof Number number) {
      return number.longValue();
    }
    throw new IllegalArgumentException(
        "%s: %s has no attribute %s that is a number".formatted(path, at, name));
  }

  @Override
  public void close() {
    file.close();
  }

  private static double number(Dataset dataset, Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    if ("FALSE".equals(value) || "TRUE".equals(value)) {
      return "TRUE".equals(value) ? 1 : 0;
    }
    throw notNumbers(dataset);
  }

  private static IllegalArgumentException notNumbers(Dataset dataset) {
    return new IllegalArgumentException(
        "%s:%s is not of numbers; convert it, for instance with .astype('f4')"
            .formatted(dataset.getFileAsPath(), dataset.getPath()));
  }

  private static boolean isNumeric(Dataset dataset) {
    DataType type = dataset.getDataType();
    return type instanceof FixedPoint
        || type instanceof FloatingPoint
        || type instanceof EnumDataType;
  }

  private static boolean isMap(Dataset dataset) {
    long[] shape = dataset.getDimensionsAsLong();
    int n = shape.length;
    return n >= 2 && Arrays.stream(shape, 0, n - 2).allMatch(length -> length == 1);
  }

  /** Null if nothing is there, or a link leads nowhere. */
  private Node node(String at) throws IOException {
    return undamaged(
        () -> {
          try {
            return file.getByPath(at);
          } catch (HdfInvalidPathException | HdfBrokenLinkException e) {
            return null;
          }
        });
  }

  private Dataset dataset(String at) throws IOException {
    if (node(at) instanceof Dataset dataset) {
      return dataset;
    }
    throw new IllegalArgumentException(
        "%s has no data set %s; it has: %s".formatted(path, at, inWords(datasets())));
  }

  /** For instance {@code /dark (576 x 576), /gain (576 x 576)}. */
  private static String inWords(List<Dataset> datasets) {
    return datasets.stream()
        .map(d -> d.getPath() + " (" + ReferenceMap.inWords(d.getDimensionsAsLong()) + ")")
        .collect(Collectors.joining(", "));
  }

  /**
   * All data sets, in the order of their paths. Those behind soft links are found by themselves.
   */
  private List<Dataset> datasets() throws IOException {
    List<Dataset> found = undamaged(() -> collect(file, new HashSet<>(), new ArrayList<>()));
    found.sort((a, b) -> a.getPath().compareTo(b.getPath()));
    return found;
  }

  /**
   * @param seen addresses of what has been found; hard links may go round in circles
   * @param found receives the data sets, and is returned
   */
  private static List<Dataset> collect(Group group, Set<Long> seen, List<Dataset> found) {
    for (Node node : group) {
      if (node.isLink() || !seen.add(node.getAddress())) {
        continue;
      }
      if (node instanceof Group child) {
        collect(child, seen, found);
      } else if (node instanceof Dataset dataset) {
        found.add(dataset);
      }
    }
    return found;
  }
}
