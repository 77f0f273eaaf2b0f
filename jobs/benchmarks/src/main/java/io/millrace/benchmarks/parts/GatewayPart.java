package io.millrace.benchmarks.parts;

import io.millrace.parts.Part;
import io.millrace.parts.RunFailure;
import java.net.URI;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * A gateway that runs.
 *
 * @param jvm its process
 * @param address of its page
 * @param live where jobs tell it of their scans
 * @param oneTimePassword of its admin, with which nothing can be done but to choose another
 */
public record GatewayPart(Jvm jvm, URI address, String live, String oneTimePassword) {
  private static final Duration START_DEADLINE = Duration.ofSeconds(90);
  private static final Pattern ADDRESS = Pattern.compile("gateway: (http\\S+)");
  private static final Pattern PASSWORD =
      Pattern.compile("gateway: log in as admin with the one-time password ([^\\s,]+)");

  /** Waits until it answers. */
  static GatewayPart await(Part part, Jvm jvm, String live)
      throws RunFailure, InterruptedException {
    URI address = URI.create(part.awaitLine(ADDRESS, START_DEADLINE).group(1));
    return new GatewayPart(jvm, address, live, part.awaitLine(PASSWORD, START_DEADLINE).group(1));
  }
}
