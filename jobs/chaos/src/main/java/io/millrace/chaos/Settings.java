package io.millrace.chaos;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.Thresholds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What the system is started with, and what is sent.
 *
 * @param root the repository
 * @param output directory of the counted files
 * @param scan size without the flyback column, such as {@code 16x16}
 * @param frames of the scan, flyback included
 * @param rate frames a second
 * @param seed of the camera
 * @param longestPause of a part
 * @param deadline of a round; zero for what it may need at most
 * @param forGood a producer that is killed is not started again
 * @param producer options that are passed on, as the two next ones
 */
record Settings(
    Path root,
    Path output,
    DetectorDescription detector,
    Thresholds thresholds,
    String scan,
    int frames,
    double rate,
    long seed,
    Duration longestPause,
    Duration deadline,
    boolean forGood,
    int restPort,
    int zookeeperPort,
    int producerPort,
    int lanePort,
    List<String> producer,
    List<String> aggregator,
    List<String> job) {
  /** Flink's two JobManagers: one leads, one stands by. */
  static final int JOB_MANAGERS = 2;

  /** One has slots for all lanes, so that one stands by. */
  static final int TASK_MANAGERS = 2;

  static final int LANES = 2;
  static final String SESSION = "chaos";

  /**
   * Beyond the longest pause, before anybody gives up waiting for a part: it takes so long until
   * the claims of a dead one are free, or a job runs again.
   */
  private static final Duration RETURN = Duration.ofSeconds(30);

  /** For all that is started, and for a machine that does other things. */
  private static final Duration SLOWNESS = Duration.ofSeconds(120);

  String zookeeper() {
    return "127.0.0.1:" + zookeeperPort;
  }

  /** How long the scan takes if nothing happens. */
  Duration scanTime() {
    return Duration.ofMillis(Math.round(1000 * frames / rate));
  }

  /** After this time without any sign, lanes, aggregator and producers give a scan up. */
  Duration patience() {
    return longestPause.plus(RETURN);
  }

  /**
   * When a scan has to have ended: a producer that is started again begins anew, and if something
   * is lost, one waits for it after the other.
   */
  Duration roundDeadline() {
    return deadline.isZero()
        ? scanTime()
            .multipliedBy(2)
            .plus(longestPause)
            .plus(patience().multipliedBy(2))
            .plus(SLOWNESS)
        : deadline;
  }
}
