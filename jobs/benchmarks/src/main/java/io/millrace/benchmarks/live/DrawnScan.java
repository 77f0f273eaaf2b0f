package io.millrace.benchmarks.live;

import io.millrace.benchmarks.parts.ScanTimes;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * When each position of a scan was drawn for the first time, by position: in milliseconds since
 * 1970, by the clock of this machine, which the producer's times are of, too.
 *
 * @param millis all above 0
 */
public record DrawnScan(long[] millis) {
  /**
   * Seconds from when each frame's last sector was due until its position was drawn. Frame f is at
   * position f, and due f periods after the first one. A sector never leaves before it is due, so
   * what the producer was late counts here.
   *
   * @param sent when the first and the last sector of the scan were sent
   * @param framesPerSecond the pace
   */
  public double[] secondsAfterSent(ScanTimes sent, double framesPerSecond) {
    double[] seconds = new double[millis.length];
    for (int frame = 0; frame < seconds.length; frame++) {
      Instant due = sent.first().plus(ofSeconds(frame / framesPerSecond));
      seconds[frame] = seconds(due, millis[frame]);
    }
    return seconds;
  }

  /** Seconds by which the producer sent the last sector later than it was due. */
  public double secondsLate(ScanTimes sent, double framesPerSecond) {
    Duration planned = ofSeconds((millis.length - 1) / framesPerSecond);
    return Duration.between(sent.first().plus(planned), sent.last()).toNanos() / 1e9;
  }

  /** Seconds from the first sector sent until anything of the scan was drawn. */
  public double secondsToFirstImage(ScanTimes sent) {
    return seconds(sent.first(), Arrays.stream(millis).min().orElseThrow());
  }

  private static Duration ofSeconds(double seconds) {
    return Duration.ofNanos((long) (1e9 * seconds));
  }

  private static double seconds(Instant from, long untilMillis) {
    return Duration.between(from, Instant.ofEpochMilli(untilMillis)).toNanos() / 1e9;
  }
}
