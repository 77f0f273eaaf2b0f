package io.millrace.ingest;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** How arguments are written: {@code 500ms}, {@code 64x64}, {@code 0-3}, {@code 4d-camera}. */
final class Arguments {
  /** A set of module numbers. */
  record Modules(Set<Integer> numbers) {}

  /** Pictured positions, without the flyback column. */
  record Raster(int columns, int rows) {
    ScanGeometry geometry() {
      return ScanGeometry.withFlyback(columns, rows);
    }
  }

  /** An amount of memory. */
  record Bytes(long number) {}

  /** JeroMQ and ZooKeeper take milliseconds of 31 bits, which is a little more. */
  private static final Duration LONGEST = Duration.ofDays(24);

  private static final Pattern DURATION = Pattern.compile("(\\d{1,18})(ms|s|m|h)");
  private static final Pattern BYTES = Pattern.compile("(\\d{1,6})([MG])");
  private static final Pattern RASTER = Pattern.compile("(\\d{1,5})x(\\d{1,5})");
  private static final Pattern RANGE = Pattern.compile("(\\d{1,2})(?:-(\\d{1,2}))?");

  private Arguments() {}

  /** Makes a command line understand them. */
  static CommandLine in(CommandLine command) {
    return command
        .registerConverter(Duration.class, Arguments::duration)
        .registerConverter(Raster.class, Arguments::raster)
        .registerConverter(Modules.class, Arguments::modules)
        .registerConverter(RelayedScans.class, Arguments::relayedScans)
        .registerConverter(Bytes.class, Arguments::bytes)
        .registerConverter(Retention.class, Arguments::retention)
        .registerConverter(DetectorDescription.class, Arguments::detector);
  }

  static Duration duration(String text) {
    Matcher m = match(DURATION, text, "a time such as 500ms, 30s, 5m or 1h");
    ChronoUnit unit =
        switch (m.group(2)) {
          case "ms" -> ChronoUnit.MILLIS;
          case "s" -> ChronoUnit.SECONDS;
          case "m" -> ChronoUnit.MINUTES;
          default -> ChronoUnit.HOURS;
        };
    long n = Long.parseLong(m.group(1));
    long most = LONGEST.dividedBy(unit.getDuration());
    if (n > most) {
      throw new TypeConversionException(
          "'%s' is too long; a time is at most %d%s (%d days)"
              .formatted(text, most, m.group(2), LONGEST.toDays()));
    }
    return Duration.of(n, unit);
  }

  static Raster raster(String text) {
    Matcher m = match(RASTER, text, "columns and rows of the picture such as 64x64");
    Raster raster = new Raster(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)));
    try {
      raster.geometry().positions();
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(text + " is no possible scan: " + e.getMessage());
    }
    if (raster.columns() == 0) {
      throw new TypeConversionException("a picture has at least one column, besides the flyback");
    }
    return raster;
  }

  static Modules modules(String text) {
    Set<Integer> numbers = new TreeSet<>();
    for (String part : text.split(",", -1)) {
      Matcher m = match(RANGE, part, "module numbers such as 0-3 or 0,2");
      int first = Integer.parseInt(m.group(1));
      int last = m.group(2) == null ? first : Integer.parseInt(m.group(2));
      if (last < first) {
        throw new TypeConversionException("the range %s is the wrong way round".formatted(part));
      }
      for (int module = first; module <= last; module++) {
        numbers.add(module);
      }
    }
    return new Modules(numbers);
  }

  static Bytes bytes(String text) {
    Matcher m = match(BYTES, text, "an amount of memory such as 256M or 4G");
    int shift = m.group(2).equals("M") ? 20 : 30;
    return new Bytes(Long.parseLong(m.group(1)) << shift);
  }

  static Retention retention(String text) {
    return Arrays.stream(Retention.values())
        .filter(choice -> choice.toString().equals(text))
        .findAny()
        .orElseThrow(
            () -> new TypeConversionException("'%s' is not none, memory or disk".formatted(text)));
  }

  static RelayedScans relayedScans(String text) {
    return Arrays.stream(RelayedScans.values())
        .filter(choice -> choice.toString().equals(text))
        .findAny()
        .orElseThrow(
            () -> new TypeConversionException("'%s' is not any or registered".formatted(text)));
  }

  private static DetectorDescription detector(String text) {
    try {
      return DetectorDescription.load(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  private static Matcher match(Pattern pattern, String text, String expected) {
    Matcher m = pattern.matcher(text);
    if (!m.matches()) {
      throw new TypeConversionException("'%s' is not %s".formatted(text, expected));
    }
    return m;
  }
}
