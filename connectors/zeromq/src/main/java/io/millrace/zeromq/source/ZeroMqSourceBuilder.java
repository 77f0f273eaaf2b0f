package io.millrace.zeromq.source;

import io.millrace.coordination.SessionAddress;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.wire.Lanes;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;

/** Describes a {@link ZeroMqSource}; {@link #build} checks everything and says what is wrong. */
@PublicEvolving
public final class ZeroMqSourceBuilder {
  /** Far beyond use, and far below what nanoseconds of 63 bits hold. */
  private static final Duration LONGEST = Duration.ofDays(365);

  private DetectorDescription detector;
  private Lanes lanes;
  private SessionAddress session;
  private Set<Long> scans = Set.of();
  private int boundedAfter;
  private final Configuration options = new Configuration();

  ZeroMqSourceBuilder() {}

  /** The detector whose sectors come. Required. */
  public ZeroMqSourceBuilder setDetector(DetectorDescription detector) {
    this.detector = detector;
    return this;
  }

  /** Where the lanes are, and how many. Required if there is no session to tell. */
  public ZeroMqSourceBuilder setLanes(Lanes lanes) {
    this.lanes = lanes;
    return this;
  }

  /**
   * The session whose aggregator has the lanes, if they are not given, and that ends the source
   * when it is drained. Required if no lanes are given.
   */
  public ZeroMqSourceBuilder setSession(SessionAddress session) {
    this.session = session;
    return this;
  }

  /**
   * Detector scan numbers to take; all others are dropped as foreign. Default: empty, which takes
   * all.
   */
  public ZeroMqSourceBuilder setScans(Set<Long> scans) {
    this.scans = new HashSet<>(scans);
    return this;
  }

  /** Ends the source after this many scans have ended. Default: 0, which never ends. */
  public ZeroMqSourceBuilder setBoundedAfter(int scans) {
    this.boundedAfter = scans;
    return this;
  }

  /** Sets one of {@link ZeroMqSourceOptions}. */
  public <T> ZeroMqSourceBuilder setOption(ConfigOption<T> option, T value) {
    options.set(option, value);
    return this;
  }

  /**
   * @throws IllegalArgumentException if something is missing or impossible; says what
   */
  public ZeroMqSource build() {
    require(detector != null, "the source needs a detector description: setDetector");
    require(
        lanes != null || session != null,
        "the source needs lanes, or a session that tells them: setLanes, setSession");
    require(
        lanes == null || lanes.modules() == detector.modules(),
        "lanes of %d modules do not fit the detector %s, which has %d",
        lanes == null ? 0 : lanes.modules(),
        detector.name(),
        detector.modules());
    scans.forEach(
        scan ->
            require(
                scan >= 0 && scan <= 0xffff_ffffL,
                "%d is no scan number: they are unsigned 32-bit numbers",
                scan));
    require(boundedAfter >= 0, "a source cannot end after %d scans", boundedAfter);
    positive(ZeroMqSourceOptions.SLOTS_PER_MODULE);
    positive(ZeroMqSourceOptions.RECEIVE_HIGH_WATER_MARK);
    possible(ZeroMqSourceOptions.SCAN_TIMEOUT);
    possible(ZeroMqSourceOptions.DRAIN_LINGER);
    long maxMessage = options.get(ZeroMqSourceOptions.MAX_MESSAGE_SIZE).getBytes();
    require(
        maxMessage >= detector.sectorBytes(),
        "%s of %d bytes is less than a sector of %s, %d bytes",
        ZeroMqSourceOptions.MAX_MESSAGE_SIZE.key(),
        maxMessage,
        detector.name(),
        detector.sectorBytes());
    return new ZeroMqSource(
        detector, lanes, session, scans, boundedAfter, new Configuration(options));
  }

  private void positive(ConfigOption<Integer> option) {
    require(
        options.get(option) > 0,
        "%s has to be at least 1, not %d",
        option.key(),
        options.get(option));
  }

  private void possible(ConfigOption<Duration> option) {
    Duration time = options.get(option);
    require(
        !time.isNegative() && time.compareTo(LONGEST) <= 0,
        "%s has to be from 0 to %d days, not %s",
        option.key(),
        LONGEST.toDays(),
        time);
  }

  private static void require(boolean condition, String message, Object... arguments) {
    if (!condition) {
      throw new IllegalArgumentException(message.formatted(arguments));
    }
  }
}
