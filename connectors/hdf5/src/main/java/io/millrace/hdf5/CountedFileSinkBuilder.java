package io.millrace.hdf5;

import io.millrace.detector.DetectorDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.annotation.PublicEvolving;

/** Builds a {@link CountedFileSink}; says what is wrong before any data flows. */
@PublicEvolving
public final class CountedFileSinkBuilder {
  private Path directory;
  private int id;
  private ZoneId zone = ZoneId.systemDefault();
  private DetectorDescription detector;
  private Provenance provenance;
  private Layout layout = Layout.VLEN;
  private boolean centroids;
  private ResultListener listener = ResultListener.nobody();

  CountedFileSinkBuilder() {}

  /** Where files are written; created if it is not there. The same on all nodes. */
  public CountedFileSinkBuilder setDirectory(Path directory) {
    this.directory = directory.toAbsolutePath();
    return this;
  }

  /** The id in the file names, from 1; {@link CountedFileName#nextId} gives a free one. */
  public CountedFileSinkBuilder setId(int id) {
    this.id = id;
    return this;
  }

  /** The clock that files are named by; that of this machine if none is set. */
  public CountedFileSinkBuilder setZone(ZoneId zone) {
    this.zone = zone;
    return this;
  }

  /** The detector that the frames come from. */
  public CountedFileSinkBuilder setDetector(DetectorDescription detector) {
    this.detector = detector;
    return this;
  }

  /** What is recorded about the making of the files. */
  public CountedFileSinkBuilder setProvenance(Provenance provenance) {
    this.provenance = provenance;
    return this;
  }

  /** How events lie in the files; {@link Layout#VLEN} if none is set. */
  public CountedFileSinkBuilder setLayout(Layout layout) {
    this.layout = layout;
    return this;
  }

  /** Whether the frames have centroids, to be written beside their events; false if not set. */
  public CountedFileSinkBuilder setCentroids(boolean centroids) {
    this.centroids = centroids;
    return this;
  }

  /** Who is told of scans whose file is in place; nobody if not set. */
  public CountedFileSinkBuilder setListener(ResultListener listener) {
    this.listener = listener;
    return this;
  }

  /**
   * The sink.
   *
   * @throws IllegalArgumentException if something is missing, the directory cannot be written, or a
   *     file in it has the id already
   */
  public CountedFileSink build() {
    require(directory, "a directory is needed: setDirectory");
    require(detector, "a detector is needed: setDetector");
    require(provenance, "the provenance is needed: setProvenance");
    if (id < 1 || id > 99_999) {
      throw new IllegalArgumentException(
          "the id of counted files is 1 to 99,999, not %,d; give another, or another directory"
              .formatted(id));
    }
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the directory %s cannot be made (%s); give another".formatted(directory, e), e);
    }
    if (!Files.isWritable(directory)) {
      throw new IllegalArgumentException(
          "the directory %s cannot be written; give another".formatted(directory));
    }
    try (Stream<Path> files = Files.list(directory)) {
      Optional<Path> taken =
          files.filter(f -> CountedFileName.id(f).orElse(0) == id).sorted().findFirst();
      if (taken.isPresent()) {
        throw new IllegalArgumentException(
            "the id %d is taken by %s; give another id or another directory"
                .formatted(id, taken.get()));
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the directory %s cannot be read (%s); give another".formatted(directory, e), e);
    }
    return new CountedFileSink(
        directory, id, zone, detector, provenance, layout, centroids, listener);
  }

  private static void require(Object value, String message) {
    if (value == null) {
      throw new IllegalArgumentException(message);
    }
  }
}
