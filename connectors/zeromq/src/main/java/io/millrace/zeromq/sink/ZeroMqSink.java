package io.millrace.zeromq.sink;

import io.millrace.detector.live.LiveMessage;
import io.millrace.sockets.CurveKeys;
import java.io.IOException;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.configuration.Configuration;

/**
 * Shows running scans to a gateway.
 *
 * <pre>{@code
 * ZeroMqSink sink =
 *     ZeroMqSink.builder().setAddress("tcp://gateway.example.org:5570").setSession("night").build();
 * images.getSideOutput(ImageFunction.LIVE).sinkTo(sink); // chained: messages are not serialized
 * }</pre>
 *
 * <p>It connects to the gateway, now or as soon as it is there, and again when it was away. The
 * stream goes on whatever the gateway does; see the package for what is lost then. Delivery is not
 * guaranteed and takes no part in checkpoints. If the process has CURVE keys ({@link CurveKeys}),
 * the gateway has to have the server's.
 *
 * <p>Metrics, in the group {@code live}: {@code sent} messages, {@code bytes} of these, {@code
 * conflated} (messages that were replaced by newer ones before they were sent), {@code dropped}
 * (messages for which there was no room), {@code subscribers} (1 while a gateway takes this
 * session's messages).
 */
@PublicEvolving
public final class ZeroMqSink implements Sink<LiveMessage> {
  private final String address;
  private final String session;
  private final Configuration options;

  ZeroMqSink(String address, String session, Configuration options) {
    this.address = address;
    this.session = session;
    this.options = options;
  }

  /** Begins to describe a sink. */
  public static ZeroMqSinkBuilder builder() {
    return new ZeroMqSinkBuilder();
  }

  @Override
  public SinkWriter<LiveMessage> createWriter(WriterInitContext context) throws IOException {
    return new LiveWriter(
        context.metricGroup(), address, session, options, CurveKeys.ofEnvironment());
  }
}
