package io.millrace.benchmarks.parts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The collections of a JVM, from its log ({@code -Xlog:gc} with the time in UTC).
 *
 * @param collections in their order
 */
record GcLog(List<Collection> collections) {
  /** The cause of a collection that {@code jcmd GC.run} has asked for. */
  private static final String ASKED_FOR = "(Diagnostic Command)";

  /** Whole megabytes (2^20 bytes) are what the log tells. */
  private static final long MEGABYTE = 1 << 20;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSZ");
  private static final Pattern PAUSE =
      Pattern.compile(
          "\\[([-+:.T\\d]+)].*GC\\(\\d+\\) Pause (.*) (\\d+)M->(\\d+)M\\(\\d+M\\) ([.\\d]+)ms");

  /**
   * One collection.
   *
   * @param end when it was over
   * @param askedFor true if it was asked for from outside
   * @param before bytes of the heap in use before it
   * @param after bytes in use behind it
   * @param seconds how long it held up the program
   */
  record Collection(Instant end, boolean askedFor, long before, long after, double seconds) {}

  /**
   * What happened between two instants.
   *
   * @param allocatedBytes growth of the heap between the collections; to the megabyte for each
   * @param collections how many there were; those that were asked for are not counted
   * @param pauseSeconds their time in all
   */
  record Span(long allocatedBytes, int collections, double pauseSeconds) {}

  static GcLog read(Path file) throws IOException {
    return parse(Files.readAllLines(file));
  }

  static GcLog parse(List<String> lines) {
    List<Collection> collections = new ArrayList<>();
    for (String line : lines) {
      Matcher m = PAUSE.matcher(line);
      if (m.matches()) {
        collections.add(
            new Collection(
                OffsetDateTime.parse(m.group(1), TIME).toInstant(),
                m.group(2).endsWith(ASKED_FOR),
                Long.parseLong(m.group(3)) * MEGABYTE,
                Long.parseLong(m.group(4)) * MEGABYTE,
                Double.parseDouble(m.group(5)) / 1e3));
      }
    }
    return new GcLog(collections);
  }

  /**
   * What happened from the last collection before {@code from} to the last one before {@code to}.
   *
   * @throws IllegalArgumentException if there was none before {@code from}: then nobody knows what
   *     was in use
   */
  Span between(Instant from, Instant to) {
    long inUse = -1;
    long allocated = 0;
    int count = 0;
    double pauses = 0;
    for (Collection c : collections) {
      if (c.end.isAfter(to)) {
        break;
      }
      if (c.end.isAfter(from)) {
        if (inUse < 0) {
          throw new IllegalArgumentException("no collection before " + from);
        }
        allocated += c.before - inUse;
        count += c.askedFor ? 0 : 1;
        pauses += c.askedFor ? 0 : c.seconds;
      }
      inUse = c.after;
    }
    return new Span(allocated, count, pauses);
  }
}
