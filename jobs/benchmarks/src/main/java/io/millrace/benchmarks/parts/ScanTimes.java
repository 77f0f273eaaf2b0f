package io.millrace.benchmarks.parts;

import io.millrace.parts.Part;
import io.millrace.parts.RunFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a producer or a bare receiver tells of a scan, as a line of JSON.
 *
 * @param sectors sectors that it has sent or received
 * @param first when the first one
 * @param last when the last one
 */
public record ScanTimes(long sectors, Instant first, Instant last) {
  private static final String LINE =
      "\\{\"scan\":%d,\"sectors\":(\\d+),\"first\":\"(.*)\",\"last\":\"(.*)\"}";

  /** Waits until a part tells it. */
  public static ScanTimes await(Part part, long scan, Duration deadline)
      throws RunFailure, InterruptedException {
    Matcher line = part.awaitLine(Pattern.compile(LINE.formatted(scan)), deadline);
    return new ScanTimes(
        Long.parseLong(line.group(1)), Instant.parse(line.group(2)), Instant.parse(line.group(3)));
  }
}
