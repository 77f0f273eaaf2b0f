package io.millrace.detector;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * A detector that is read out in sectors: the shape of its frame and the place of each sector in
 * it.
 *
 * <p>Nothing in the code knows a camera; a description is a YAML file (see {@code
 * conf/detectors/4d-camera.yaml}). Pixels are unsigned 16-bit integers, little endian.
 *
 * @param name the detector's name, as it is recorded with results
 * @param rows height of a frame in pixels
 * @param columns width of a frame in pixels
 * @param sectors place of each sector; the index is the module number
 */
public record DetectorDescription(String name, int rows, int columns, List<SectorPlacement> sectors)
    implements Serializable {

  /** Bytes of a pixel. */
  public static final int PIXEL_BYTES = Short.BYTES;

  /** More modules than this do not fit the sector mask of a frame. */
  public static final int MAX_MODULES = 8;

  private record Frame(int rows, int columns) {}

  private record File(String name, Frame frame, String pixel, List<SectorPlacement> sectors) {}

  private static final ObjectMapper YAML =
      new ObjectMapper(new YAMLFactory())
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

  /**
   * @throws IllegalArgumentException if the sectors do not cover the frame exactly once, differ in
   *     size, or are too many
   */
  public DetectorDescription {
    sectors = List.copyOf(sectors);
    if (rows < 1 || columns < 1) {
      throw new IllegalArgumentException("detector %s: the frame is empty".formatted(name));
    }
    if (sectors.isEmpty() || sectors.size() > MAX_MODULES) {
      throw new IllegalArgumentException(
          "detector %s has %d sectors; 1 to %d are possible"
              .formatted(name, sectors.size(), MAX_MODULES));
    }
    boolean[] covered = new boolean[rows * columns];
    for (int m = 0; m < sectors.size(); m++) {
      SectorPlacement s = sectors.get(m);
      if (s.pixels() != sectors.get(0).pixels()) {
        throw new IllegalArgumentException(
            "detector %s: sector %d has another size than sector 0".formatted(name, m));
      }
      if (s.row() < 0 || s.column() < 0 || s.endRow() > rows || s.endColumn() > columns) {
        throw new IllegalArgumentException(
            "detector %s: sector %d reaches outside the frame".formatted(name, m));
      }
      for (int r = s.row(); r < s.endRow(); r++) {
        for (int c = s.column(); c < s.endColumn(); c++) {
          if (covered[r * columns + c]) {
            throw new IllegalArgumentException(
                "detector %s: sector %d overlaps another".formatted(name, m));
          }
          covered[r * columns + c] = true;
        }
      }
    }
    if (sectors.size() * sectors.get(0).pixels() != rows * columns) {
      throw new IllegalArgumentException(
          "detector %s: the sectors do not cover the frame".formatted(name));
    }
  }

  /**
   * The description of that name, or in that file.
   *
   * @param nameOrPath a name in {@code conf/detectors} such as {@code 4d-camera}, or the path of a
   *     {@code .yaml} file
   * @throws IllegalArgumentException if there is none, or it is not valid; says which and why
   */
  public static DetectorDescription load(String nameOrPath) {
    if (nameOrPath.endsWith(".yaml")) {
      try (InputStream in = Files.newInputStream(Path.of(nameOrPath))) {
        return parse(in, nameOrPath);
      } catch (NoSuchFileException e) {
        throw new IllegalArgumentException("no detector description at " + nameOrPath, e);
      } catch (IOException e) {
        throw new IllegalArgumentException(
            "the detector description %s cannot be read: %s".formatted(nameOrPath, e.getMessage()),
            e);
      }
    }
    String resource = "/detectors/" + nameOrPath + ".yaml";
    try (InputStream in = DetectorDescription.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException(
            "no detector is named %s; name one of conf/detectors, or give the path of a .yaml file"
                .formatted(nameOrPath));
      }
      return parse(in, nameOrPath);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DetectorDescription parse(InputStream in, String source) {
    try {
      File file = YAML.readValue(in, File.class);
      if (!"uint16-le".equals(file.pixel())) {
        throw new IllegalArgumentException(
            "the detector description %s asks for pixels of type %s; only uint16-le is known"
                .formatted(source, file.pixel()));
      }
      return new DetectorDescription(
          file.name(), file.frame().rows(), file.frame().columns(), file.sectors());
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the detector description %s is not valid: %s".formatted(source, e.getMessage()), e);
    }
  }

  /** Number of modules, each of which sends one sector of every frame. */
  public int modules() {
    return sectors.size();
  }

  /** The place of a module's sector. */
  public SectorPlacement sector(int module) {
    return sectors.get(module);
  }

  /** Bytes of one sector's pixels. */
  public int sectorBytes() {
    return sectors.get(0).pixels() * PIXEL_BYTES;
  }

  /** Bytes of one frame's pixels. */
  public int frameBytes() {
    return pixels() * PIXEL_BYTES;
  }

  /** Pixels of one frame. */
  public int pixels() {
    return rows * columns;
  }

  /** The sector mask of a frame that nothing is missing from: one bit a module. */
  public int completeMask() {
    return (1 << modules()) - 1;
  }
}
