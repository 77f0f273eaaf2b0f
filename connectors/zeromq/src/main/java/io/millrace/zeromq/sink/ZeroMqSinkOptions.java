package io.millrace.zeromq.sink;

import java.time.Duration;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;

/** What can be tuned in a {@link ZeroMqSink}. */
@PublicEvolving
public final class ZeroMqSinkOptions {
  public static final ConfigOption<Integer> SEND_HIGH_WATER_MARK =
      ConfigOptions.key("send-high-water-mark")
          .intType()
          .defaultValue(8)
          .withDescription(
              "Messages that ZeroMQ may hold for a gateway, up to 1 MB each. Those are on their way:"
                  + " what waits in the mailbox instead can still be replaced by something newer.");

  public static final ConfigOption<MemorySize> EVENT_MEMORY =
      ConfigOptions.key("event-memory")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(16))
          .withDescription(
              "Events of frames that may wait, in bytes. When they are more, because nobody listens or"
                  + " the network is slow, the oldest are dropped.");

  public static final ConfigOption<MemorySize> IMAGE_MEMORY =
      ConfigOptions.key("image-memory")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(512))
          .withDescription(
              "Newest rows and patterns of scans that are remembered, in bytes; a scan has 28 bytes a"
                  + " position, and 4 for each virtual detector. When they are more, older scans are"
                  + " forgotten, and then rows dropped.");

  public static final ConfigOption<Duration> KEY_FRAME_INTERVAL =
      ConfigOptions.key("key-frame-interval")
          .durationType()
          .defaultValue(Duration.ofSeconds(5))
          .withDescription(
              "All rows and the pattern of each scan under way are sent again at this interval, so"
                  + " that a gateway that has lost some sees the whole. A new subscriber gets them at"
                  + " once.");

  public static final ConfigOption<Duration> CLOSE_TIMEOUT =
      ConfigOptions.key("close-timeout")
          .durationType()
          .defaultValue(Duration.ofSeconds(2))
          .withDescription(
              "So long the end of the stream waits at most until the subscribers that are there have taken"
                  + " what is left; if nobody is there, it does not wait.");

  private ZeroMqSinkOptions() {}
}
