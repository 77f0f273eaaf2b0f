package io.millrace.references;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A file with numbers, as a user names it: {@code FILE}, or {@code FILE:/DATASET} inside HDF5.
 *
 * @param path a file that can be read
 * @param dataset path of the data set in the file, with its leading slash; null if none is named
 */
record ReferenceFile(Path path, String dataset) {
  /** What the file's first bytes say that it is; its name does not matter. */
  enum Format {
    NPY(new byte[][] {{(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'}}),
    TIFF(new byte[][] {{'I', 'I', 42, 0}, {'M', 'M', 0, 42}}),
    HDF5(new byte[][] {{(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'}});

    private final byte[][] signatures;

    Format(byte[][] signatures) {
      this.signatures = signatures;
    }

    private boolean begins(byte[] start) {
      return Arrays.stream(signatures)
          .anyMatch(
              s -> start.length >= s.length && Arrays.equals(s, 0, s.length, start, 0, s.length));
    }
  }

  /**
   * @throws IllegalArgumentException if there is no such file
   */
  static ReferenceFile at(String name) {
    int colon = name.lastIndexOf(":/");
    ReferenceFile file =
        colon < 0 || Files.exists(Path.of(name))
            ? new ReferenceFile(Path.of(name), null)
            : new ReferenceFile(Path.of(name.substring(0, colon)), name.substring(colon + 1));
    if (!Files.isRegularFile(file.path) || !Files.isReadable(file.path)) {
      throw new IllegalArgumentException(
          "%s: no file there that can be read; name a file, or a data set as FILE.h5:/path"
              .formatted(file.path));
    }
    return file;
  }

  /**
   * @throws IllegalArgumentException if it is none that is known, or has no data sets though one is
   *     named
   */
  Format format() throws IOException {
    byte[] start;
    try (InputStream in = Files.newInputStream(path)) {
      start = in.readNBytes(8);
    }
    Format format =
        Arrays.stream(Format.values())
            .filter(f -> f.begins(start))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "%s is neither a .npy, nor a TIFF, nor an HDF5 file; convert it to one"
                            .formatted(path)));
    if (dataset != null && format != Format.HDF5) {
      throw new IllegalArgumentException(
          "%s has no data sets, it is %s; leave out :%s".formatted(path, format, dataset));
    }
    return format;
  }

  @Override
  public String toString() {
    return dataset == null ? path.toString() : path + ":" + dataset;
  }
}
