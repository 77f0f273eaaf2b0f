package io.millrace.ingest.console;

import io.millrace.coordination.ZooKeeperPulse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** How ZooKeeper is. */
final class ZooKeeperFindings {
  /** Writes that take longer come from a disk or a network that is at its end. */
  static final Duration SLOW = Duration.ofMillis(100);

  /** Times of different machines that differ by more cannot be compared by eye. */
  static final Duration NOTICEABLE_SKEW = Duration.ofMillis(500);

  /** ... and by more than this put scans into a wrong order. */
  static final Duration WRONG_SKEW = Duration.ofSeconds(5);

  private ZooKeeperFindings() {}

  static Finding unreachable(String reason) {
    Problem problem = Problems.unreachable(reason);
    return Finding.problem("ZooKeeper", problem.what(), problem.next());
  }

  static List<Finding> of(String address, ZooKeeperPulse pulse) {
    return List.of(latency(address, pulse.latency()), servers(pulse.servers()), clock(pulse));
  }

  private static Finding latency(String address, Duration latency) {
    String text = "%s answers, a write takes %s".formatted(address, millis(latency));
    return latency.compareTo(SLOW) > 0
        ? Finding.warning(
            "ZooKeeper",
            text,
            "Its disk or the way to it is slow; give its log (--data) a disk that others do not use.")
        : Finding.ok("ZooKeeper", text);
  }

  private static Finding servers(int servers) {
    return switch (servers) {
      case 1 ->
          Finding.warning(
              "ensemble",
              "one server that stands alone",
              "Good for a test. If it goes, no part can start and nobody is seen, though data flow on; three servers survive the loss of one.");
      case 2 ->
          Finding.warning(
              "ensemble", "2 servers", "Neither may be lost; a third one lets one be lost.");
      default -> Finding.ok("ensemble", servers + " servers");
    };
  }

  private static Finding clock(ZooKeeperPulse pulse) {
    Duration skew = pulse.ahead().abs();
    String text =
        "ZooKeeper's is %s %s ours (+- %s)"
            .formatted(
                millis(skew),
                pulse.ahead().isNegative() ? "behind" : "ahead of",
                millis(pulse.uncertainty()));
    String next = "Let NTP or PTP set both: timedatectl, chronyc tracking.";
    // What may be the uncertainty of a slow write is no skew.
    Duration certain = skew.minus(pulse.uncertainty());
    if (certain.compareTo(WRONG_SKEW) > 0) {
      return Finding.problem("clock", text, next);
    }
    return certain.compareTo(NOTICEABLE_SKEW) > 0
        ? Finding.warning("clock", text, next)
        : Finding.ok("clock", text);
  }

  private static String millis(Duration time) {
    return String.format(Locale.ROOT, "%,.1f ms", time.toNanos() * 1e-6);
  }
}
