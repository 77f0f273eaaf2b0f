package io.millrace.gateway.server;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.staticfiles.Location;
import io.javalin.json.JavalinJackson;
import io.javalin.security.RouteRole;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The web server: the page and the areas of the API, at one port. */
public final class WebServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WebServer.class);

  private static final String PAGE = "/page";
  private static final int MOST_BODY = 1 << 20;
  private static final int MOST_THREADS = 64;
  private static final int LEAST_THREADS = 4;

  /** For all of a request's body; 1 MB takes 10 s with 1 Mbit/s. */
  private static final Duration BODY_DEADLINE = Duration.ofSeconds(20);

  private static final Duration IDLE = Duration.ofSeconds(60);
  private static final Duration STOP_GRACE = Duration.ofSeconds(3);
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(10);

  /** Nothing comes from another host, no script stands in the page, and no other page frames it. */
  static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self';"
          + " connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self';"
          + " frame-ancestors 'none'";

  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy", CONTENT_SECURITY_POLICY,
          "X-Content-Type-Options", "nosniff",
          "X-Frame-Options", "DENY",
          "Referrer-Policy", "no-referrer",
          "Cross-Origin-Opener-Policy", "same-origin",
          "Cross-Origin-Resource-Policy", "same-origin");

  private static final HttpHeader EXTENSIONS = HttpHeader.SEC_WEBSOCKET_EXTENSIONS;

  private final Listening listening;
  private final Javalin javalin;
  private ServerConnector connector;

  private WebServer(
      Listening listening,
      RouteRole page,
      PrometheusRegistry registry,
      List<Routes> areas,
      Duration bodyDeadline) {
    this.listening = listening;
    List<Routes> all = new ArrayList<>(List.of(new Faults(), new RequestMetrics(registry)));
    all.addAll(areas);
    this.javalin =
        Javalin.create(
            config -> {
              configure(config, page);
              config.jetty.modifyServer(s -> modify(s, registry, bodyDeadline));
              config.routes.before(this::harden);
              all.forEach(area -> area.addTo(config.routes));
            });
  }

  /**
   * Starts it.
   *
   * @param page role that the page's files take
   * @param areas of the API; what is done before and after requests is done in their order
   * @throws IOException if it cannot listen there, or has no key; says why
   */
  public static WebServer start(
      Listening listening, RouteRole page, PrometheusRegistry registry, List<Routes> areas)
      throws IOException {
    return start(listening, page, registry, areas, BODY_DEADLINE);
  }

  /**
   * @param bodyDeadline for all of a request's body
   */
  static WebServer start(
      Listening listening,
      RouteRole page,
      PrometheusRegistry registry,
      List<Routes> areas,
      Duration bodyDeadline)
      throws IOException {
    if (listening.tls().isPresent()) {
      listening.tls().get().requireKey();
    }
    WebServer server = new WebServer(listening, page, registry, areas, bodyDeadline);
    try {
      server.javalin.start();
      return server;
    } catch (RuntimeException e) {
      server.close();
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      throw new IOException(
          "the gateway cannot listen at %s:%d: %s"
              .formatted(listening.host(), listening.port(), cause.getMessage()),
          e);
    }
  }

  private void configure(JavalinConfig config, RouteRole page) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.maxRequestSize = MOST_BODY;
    config.http.prefer405over404 = true;
    config.jsonMapper(new JavalinJackson(Json.mapper(), false));
    config.jetty.threadPool =
        new QueuedThreadPool(MOST_THREADS, LEAST_THREADS, (int) IDLE.toMillis());
    config.jetty.addConnector(this::connector);
    if (WebServer.class.getResource(PAGE + "/index.html") == null) {
      LOG.warn("the page is not in this build; there is the API only");
    } else {
      config.staticFiles.add(
          files -> {
            files.hostedPath = "/";
            files.directory = PAGE;
            files.location = Location.CLASSPATH;
            files.roles = Set.of(page);
            // Names of files do not tell their content's version.
            files.headers = Map.of("Cache-Control", "no-cache");
          });
    }
  }

  private static void modify(Server server, PrometheusRegistry registry, Duration bodyDeadline) {
    server.setStopTimeout(STOP_GRACE.toMillis());
    // One that is somewhat too large is for the routes to refuse, in their words.
    server.setHandler(new WholeBodies(2 * MOST_BODY, bodyDeadline, registry));
  }

  private Connector connector(Server server, HttpConfiguration http) {
    http.setSendServerVersion(false);
    http.setSendDateHeader(true);
    http.addCustomizer((request, answer) -> withoutExtensions(request));
    if (listening.tls().isPresent()) {
      SslContextFactory.Server tls = new SslContextFactory.Server();
      tls.setKeyStorePath(listening.tls().get().keyStore().toAbsolutePath().toString());
      tls.setKeyStorePassword(listening.tls().get().password());
      tls.setIncludeProtocols("TLSv1.2", "TLSv1.3");
      // Names are the certificate's matter; a client at an address sends none.
      http.addCustomizer(new SecureRequestCustomizer(false));
      connector =
          new ServerConnector(
              server, new SslConnectionFactory(tls, "http/1.1"), new HttpConnectionFactory(http));
    } else {
      connector = new ServerConnector(server, new HttpConnectionFactory(http));
    }
    connector.setHost(listening.host());
    connector.setPort(listening.port());
    connector.setIdleTimeout(IDLE.toMillis());
    return connector;
  }

  /**
   * Jetty compresses what web sockets send if a browser offers to take that. Noise does not become
   * smaller, and each viewer would cost the gateway a sixth of a core.
   */
  private static Request withoutExtensions(Request request) {
    if (!request.getHeaders().contains(EXTENSIONS)) {
      return request;
    }
    HttpFields headers = HttpFields.build(request.getHeaders()).remove(EXTENSIONS).asImmutable();
    return new Request.Wrapper(request) {
      @Override
      public HttpFields getHeaders() {
        return headers;
      }
    };
  }

  private void harden(Context ctx) {
    HEADERS.forEach(ctx::header);
    if (ctx.path().startsWith("/api/")) {
      ctx.header("Cache-Control", "no-store");
    }
    if (Arrival.of(ctx, listening.behindProxy()).secure()) {
      ctx.header("Strict-Transport-Security", "max-age=31536000");
    }
  }

  /** Where it is to be opened. */
  public String address() {
    String host = listening.host().contains(":") ? "[" + listening.host() + "]" : listening.host();
    return "%s://%s:%d/"
        .formatted(listening.tls().isPresent() ? "https" : "http", host, connector.getLocalPort());
  }

  /** Lets requests under way end, for some seconds, and then cuts them off. */
  @Override
  public void close() {
    FutureTask<Javalin> stop = new FutureTask<>(javalin::stop);
    Thread thread = new Thread(stop, "web-stop");
    thread.setDaemon(true);
    thread.start();
    try {
      stop.get(STOP_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("the web server has not stopped after {} s", STOP_DEADLINE.toSeconds());
    } catch (ExecutionException e) {
      LOG.warn("the web server has not stopped well", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
