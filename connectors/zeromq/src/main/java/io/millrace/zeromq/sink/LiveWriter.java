package io.millrace.zeromq.sink;

import io.millrace.detector.live.LiveMessage;
import io.millrace.sockets.CurveKeys;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.MetricGroup;

/** The task's side of the sink: puts messages into the mailbox of its publisher. */
final class LiveWriter implements SinkWriter<LiveMessage> {
  private final LiveMailbox mailbox;
  private final LivePublisher publisher;
  private final Duration closeTimeout;
  private boolean streamEnded;

  LiveWriter(
      MetricGroup metrics,
      String address,
      String session,
      Configuration options,
      Optional<CurveKeys> keys)
      throws IOException {
    mailbox =
        new LiveMailbox(
            options.get(ZeroMqSinkOptions.IMAGE_MEMORY).getBytes(),
            options.get(ZeroMqSinkOptions.EVENT_MEMORY).getBytes());
    closeTimeout = options.get(ZeroMqSinkOptions.CLOSE_TIMEOUT);
    publisher = new LivePublisher(address, session, options, keys, mailbox);
    MetricGroup live = metrics.addGroup("live");
    live.gauge("sent", publisher::sent);
    live.gauge("bytes", publisher::bytes);
    live.gauge("conflated", mailbox::conflated);
    live.gauge("dropped", mailbox::dropped);
    live.gauge("subscribers", publisher::subscribers);
  }

  @Override
  public void write(LiveMessage message, Context context) {
    mailbox.put(message);
  }

  /** Nothing has to be out before a checkpoint. */
  @Override
  public void flush(boolean endOfInput) {
    streamEnded = endOfInput;
  }

  /** A task that has failed or was cancelled waits for nobody. */
  @Override
  public void close() {
    publisher.close(streamEnded ? closeTimeout : Duration.ZERO);
  }
}
