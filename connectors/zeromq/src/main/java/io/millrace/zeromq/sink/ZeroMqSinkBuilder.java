package io.millrace.zeromq.sink;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;

/** Describes a {@link ZeroMqSink}; {@link #build} checks everything and says what is wrong. */
@PublicEvolving
public final class ZeroMqSinkBuilder {
  private static final Pattern ADDRESS = Pattern.compile("tcp://(\\S+):([0-9]{1,5})");
  private static final int MAX_PORT = 0xffff;

  /** JeroMQ counts milliseconds of 31 bits. */
  private static final Duration LONGEST = Duration.ofDays(24);

  private String address;
  private String session;
  private final Configuration options = new Configuration();

  ZeroMqSinkBuilder() {}

  /** Where a gateway listens: {@code tcp://HOST:PORT}. Required. */
  public ZeroMqSinkBuilder setAddress(String address) {
    this.address = address;
    return this;
  }

  /**
   * Name of the session, which a gateway subscribes to: letters, digits, dots, dashes and
   * underscores, at most 200. Required.
   */
  public ZeroMqSinkBuilder setSession(String session) {
    this.session = session;
    return this;
  }

  /** Sets one of {@link ZeroMqSinkOptions}. */
  public <T> ZeroMqSinkBuilder setOption(ConfigOption<T> option, T value) {
    options.set(option, value);
    return this;
  }

  /**
   * @throws IllegalArgumentException if something is missing or impossible; says what
   */
  public ZeroMqSink build() {
    require(address != null, "the sink needs the address of a gateway: setAddress");
    checkAddress(address);
    require(session != null, "the sink needs the name of its session: setSession");
    require(
        session.matches("[A-Za-z0-9._-]{1,200}"),
        "session '%s' has to be of 1 to 200 letters, digits, dots, dashes and underscores",
        session);
    int messages = options.get(ZeroMqSinkOptions.SEND_HIGH_WATER_MARK);
    require(
        messages > 0,
        "%s has to be at least 1, not %d",
        ZeroMqSinkOptions.SEND_HIGH_WATER_MARK.key(),
        messages);
    positive(ZeroMqSinkOptions.EVENT_MEMORY);
    positive(ZeroMqSinkOptions.IMAGE_MEMORY);
    possible(ZeroMqSinkOptions.KEY_FRAME_INTERVAL, Duration.ofMillis(1));
    possible(ZeroMqSinkOptions.CLOSE_TIMEOUT, Duration.ZERO);
    return new ZeroMqSink(address, session, new Configuration(options));
  }

  private static void checkAddress(String address) {
    Matcher matcher = ADDRESS.matcher(address);
    boolean matches = matcher.matches();
    int port = matches ? Integer.parseInt(matcher.group(2)) : 0;
    require(
        port >= 1 && port <= MAX_PORT,
        "'%s' is not the address of a gateway: it is tcp://HOST:PORT, as the gateway's --live-listen"
            + " with the name of its host",
        address);
  }

  private void positive(ConfigOption<MemorySize> option) {
    require(options.get(option).getBytes() > 0, "%s has to be above 0", option.key());
  }

  private void possible(ConfigOption<Duration> option, Duration shortest) {
    Duration time = options.get(option);
    require(
        time.compareTo(shortest) >= 0 && time.compareTo(LONGEST) <= 0,
        "%s has to be from %d ms to %d days, not %s",
        option.key(),
        shortest.toMillis(),
        LONGEST.toDays(),
        time);
  }

  private static void require(boolean condition, String message, Object... arguments) {
    if (!condition) {
      throw new IllegalArgumentException(message.formatted(arguments));
    }
  }
}
