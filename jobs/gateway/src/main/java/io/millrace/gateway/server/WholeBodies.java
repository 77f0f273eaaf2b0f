package io.millrace.gateway.server;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.EagerContentHandler;
import org.eclipse.jetty.server.handler.EagerContentHandler.RetainedContentLoaderFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the whole body of a request before a thread is spent on it. Strangers may log in, so
 * anybody may send a body a byte at a time: that holds a connection, and for no longer than a
 * deadline, after which the connection is closed; an idle timeout begins anew with each byte.
 */
final class WholeBodies extends Handler.Wrapper {
  /** What a piece counts for beside its bytes: tiny ones take as much memory as large ones. */
  private static final int PER_PIECE = 1 << 10;

  private static final String CUT = "millrace.body.cut";
  private static final String DEADLINE = "millrace.body.deadline";
  private static final Logger LOG = LoggerFactory.getLogger(WholeBodies.class);

  private final Duration deadline;
  private final Counter slow;

  /**
   * @param mostBytes of a body, with {@value #PER_PIECE} for each piece that it comes in; of more
   *     the request is refused
   * @param deadline for the whole body
   */
  WholeBodies(int mostBytes, Duration deadline, PrometheusRegistry registry) {
    super(
        new EagerContentHandler(
            new Arrived(), new RetainedContentLoaderFactory(mostBytes, PER_PIECE, true)));
    this.deadline = deadline;
    this.slow =
        Counter.builder()
            .name("millrace_gateway_slow_bodies_total")
            .help("Requests that were cut off since their body had not come in time")
            .register(registry);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (request.getHeaders().contains(HttpHeader.CONTENT_LENGTH)
        || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)) {
      request.setAttribute(
          DEADLINE,
          request
              .getComponents()
              .getScheduler()
              .schedule(() -> cut(request), deadline.toMillis(), TimeUnit.MILLISECONDS));
    }
    return super.handle(request, response, callback);
  }

  private void cut(Request request) {
    request.setAttribute(CUT, true);
    slow.inc();
    LOG.info(
        "a request from {} is cut off: its body has not come within {} s",
        Request.getRemoteAddr(request),
        deadline.toSeconds());
    request.getConnectionMetaData().getConnection().getEndPoint().close();
  }

  /** Behind the reading: the body is there. */
  private static final class Arrived extends Handler.Wrapper {
    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      if (request.removeAttribute(DEADLINE) instanceof Scheduler.Task task) {
        task.cancel();
      }
      if (request.getAttribute(CUT) != null) {
        callback.failed(new EofException("its body had not come in time"));
        return true;
      }
      return super.handle(request, response, callback);
    }
  }
}
