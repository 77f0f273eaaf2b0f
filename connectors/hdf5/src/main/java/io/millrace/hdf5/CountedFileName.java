package io.millrace.hdf5;

import io.millrace.detector.ScanKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Names of counted files: {@code FOURD_{YYMMDD}_{HHMM}_{id:05d}_{scan:05d}.h5}, {@code _flat.h5}
 * for the flat layout. The id tells sessions apart that count into the same directory. A scan of a
 * later {@linkplain ScanKey generation} of numbers has that behind its number: {@code
 * _00007_g1.h5}.
 */
public final class CountedFileName {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyMMdd_HHmm");
  private static final Pattern FILE = Pattern.compile("FOURD_\\d{6}_\\d{4}_(\\d{5,9})_\\d{5}.*");
  private static final Pattern PART =
      Pattern.compile("FOURD_(\\d{5,9})_\\d{5,10}(_g\\d+)?(-\\d+)?(_flat)?\\.part");

  private CountedFileName() {}

  /**
   * The name of a scan's file.
   *
   * @param start when the scan started
   * @param zone the clock that names are given by
   * @param id number of the session in its directory
   * @param scan its {@link ScanKey key}
   */
  public static String of(Instant start, ZoneId zone, int id, long scan) {
    return "FOURD_%s_%05d_%s.h5".formatted(TIME.format(start.atZone(zone)), id, words(scan));
  }

  /** The name while the scan runs. */
  public static String part(int id, long scan) {
    return part(id, scan, 1);
  }

  /**
   * The name while the scan runs, if the first ones are taken.
   *
   * @param attempt the how manyth name, from 1
   */
  static String part(int id, long scan, int attempt) {
    return "FOURD_%05d_%s%s.part".formatted(id, words(scan), attempt == 1 ? "" : "-" + attempt);
  }

  private static String words(long scan) {
    return "%05d%s".formatted(ScanKey.number(scan), ScanKey.suffix(scan));
  }

  /** The file of the flat layout beside a file or a part. */
  public static Path flat(Path file) {
    return file.resolveSibling(
        file.getFileName().toString().replaceFirst("(\\.h5|\\.part)$", "_flat$1"));
  }

  /** The id in the name of a counted file or a part; empty if the name is no such name. */
  public static OptionalInt id(Path file) {
    for (Pattern pattern : new Pattern[] {FILE, PART}) {
      Matcher matcher = pattern.matcher(file.getFileName().toString());
      if (matcher.matches()) {
        return OptionalInt.of(Integer.parseInt(matcher.group(1)));
      }
    }
    return OptionalInt.empty();
  }

  /** The largest id of the directory's files and parts; 0 if there are none. */
  static int largestId(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.flatMapToInt(file -> id(file).stream()).max().orElse(0);
    }
  }
}
