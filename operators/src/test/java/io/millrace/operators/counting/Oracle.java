package io.millrace.operators.counting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.detector.Thresholds;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Inputs and the exact results of the program in use. The whole set is read if it is found: in the
 * folder that the system property {@code millrace.oracle} names, or in {@code shared/oracle} beside
 * the repository. Otherwise the small part among the test resources is.
 */
public final class Oracle {
  /** Frames of one shape. */
  public record Stack(int rows, int columns, List<byte[]> frames) {}

  /** The events of each frame, on these thresholds. */
  public record Events(Thresholds thresholds, List<int[]> frames) {}

  private static final Path FOLDER = find();

  private Oracle() {}

  private static Path find() {
    String named = System.getProperty("millrace.oracle");
    if (named != null) {
      return Path.of(named);
    }
    for (Path dir = Path.of("").toAbsolutePath(); dir.getParent() != null; dir = dir.getParent()) {
      Path beside = dir.resolveSibling("shared/oracle");
      if (Files.exists(beside.resolve("micro.json"))) {
        return beside;
      }
    }
    try {
      return Path.of(Oracle.class.getResource("/oracle").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  public static boolean has(String name) {
    return Files.exists(FOLDER.resolve(name));
  }

  public static JsonNode json(String name) {
    try {
      return new ObjectMapper().readTree(FOLDER.resolve(name).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Names of the files of a folder that begin and end so, in order. */
  public static List<String> files(String folder, String prefix, String suffix) {
    try (Stream<Path> files = Files.list(FOLDER.resolve(folder))) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(f -> f.startsWith(prefix) && f.endsWith(suffix))
          .sorted()
          .map(f -> folder + "/" + f)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a gzip file holds. */
  public static ByteBuffer unzip(String name) {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(FOLDER.resolve(name)))) {
      return ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The frames of a folder, from its file {@code frames_{n}x{rows}x{columns}.u16le.gz}. */
  public static Stack frames(String folder) {
    String name = files(folder, "frames_", ".u16le.gz").get(0);
    String[] shape = name.replaceAll(".*frames_|\\.u16le\\.gz", "").split("x");
    int rows = Integer.parseInt(shape[1]);
    int columns = Integer.parseInt(shape[2]);
    ByteBuffer all = unzip(name);
    List<byte[]> frames = new ArrayList<>();
    while (all.hasRemaining()) {
      byte[] frame = new byte[rows * columns * Short.BYTES];
      all.get(frame);
      frames.add(frame);
    }
    return new Stack(rows, columns, frames);
  }

  public static Events events(String name) {
    ByteBuffer in = unzip(name);
    Thresholds thresholds = new Thresholds(in.getDouble(), in.getDouble());
    int[] counts = ints(in, in.getInt());
    List<int[]> frames = Arrays.stream(counts).mapToObj(n -> ints(in, n)).toList();
    return new Events(thresholds, frames);
  }

  private static int[] ints(ByteBuffer in, int n) {
    int[] values = new int[n];
    in.asIntBuffer().get(values);
    in.position(in.position() + n * Integer.BYTES);
    return values;
  }

  /** The dark or gain map that a case names; null if it names none. */
  public static float[] map(JsonNode name, int pixels) {
    if (name.isNull()) {
      return null;
    }
    float[] values = new float[pixels];
    if (!name.asText().equals("zeros")) {
      unzip("frames/" + name.asText() + ".f32le.gz").asFloatBuffer().get(values);
    }
    return values;
  }
}
