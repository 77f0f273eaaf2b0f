package io.millrace.zeromq.source;

import java.time.Duration;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;

/** What can be tuned in a {@link ZeroMqSource}. */
@PublicEvolving
public final class ZeroMqSourceOptions {
  public static final ConfigOption<Integer> SLOTS_PER_MODULE =
      ConfigOptions.key("slots-per-module")
          .intType()
          .defaultValue(32)
          .withDescription(
              "Sectors of one lane and module that may wait in the task for being counted. While a"
                  + " scan is calibrated they all wait, so there have to be more than the calibration"
                  + " takes frames. Memory of a lane: modules x (slots-per-module +"
                  + " receive-high-water-mark + 2) x bytes of a sector.");

  public static final ConfigOption<Integer> RECEIVE_HIGH_WATER_MARK =
      ConfigOptions.key("receive-high-water-mark")
          .intType()
          .defaultValue(16)
          .withDescription(
              "Sectors of one lane and module that ZeroMQ may have received before they are read: what"
                  + " comes while the lane's thread lets them gather. ZeroMQ's thread is told each"
                  + " time that half of them were read, which with few costs more than the sectors.");

  public static final ConfigOption<Duration> SCAN_TIMEOUT =
      ConfigOptions.key("scan-timeout")
          .durationType()
          .defaultValue(Duration.ofSeconds(30))
          .withDescription(
              "A scan has ended on a lane if nothing of it came for this time, even if more was"
                  + " announced.");

  public static final ConfigOption<Duration> RETAINED_SCAN_TIMEOUT =
      ConfigOptions.key("retained-scan-timeout")
          .durationType()
          .defaultValue(Duration.ofMinutes(5))
          .withDescription(
              "The same once a producer that keeps its sectors was heard on the lane: it can send"
                  + " again what was lost, and may be away for a while.");

  public static final ConfigOption<Boolean> ACKNOWLEDGE_CHECKPOINTS =
      ConfigOptions.key("acknowledge-checkpoints")
          .booleanType()
          .defaultValue(true)
          .withDescription(
              "Whether sectors are acknowledged when a checkpoint has them. Else they are as soon as"
                  + " they are counted: for a job without checkpoints, which cannot go on anyway.");

  public static final ConfigOption<Duration> DRAIN_LINGER =
      ConfigOptions.key("drain-linger")
          .durationType()
          .defaultValue(Duration.ofMillis(100))
          .withDescription(
              "Time without a message of the scan before a lane that has received all that was"
                  + " announced takes the scan as ended. A sender that repeats a sector without"
                  + " announcing it would otherwise end a scan one sector early.");

  public static final ConfigOption<MemorySize> MAX_MESSAGE_SIZE =
      ConfigOptions.key("max-message-size")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(16))
          .withDescription(
              "A connection that brings a larger message part is closed and made anew; the part is"
                  + " dropped as oversized, with what waits behind it at the peer. Parts of another"
                  + " size than a sector do not come from the pool; a sane peer does not send them.");

  private ZeroMqSourceOptions() {}
}
