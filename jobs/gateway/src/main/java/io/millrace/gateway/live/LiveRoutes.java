package io.millrace.gateway.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.websocket.WsConfig;
import io.javalin.websocket.WsConnectContext;
import io.millrace.coordination.DaemonThreads;
import io.millrace.gateway.people.Caller;
import io.millrace.gateway.people.Role;
import io.millrace.gateway.server.Json;
import io.millrace.gateway.server.Routes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is under way: the web socket of the page, and the same at a glance. */
public final class LiveRoutes implements Routes, AutoCloseable {
  private static final String WEB_SOCKET = "/api/v1/live";

  /** What a browser is told at most; jobs publish no more often than 4 times a second. */
  private static final int UPDATES_PER_SECOND = 5;

  private static final Duration LOOK = Duration.ofMillis(50);
  private static final int LOOKS_BETWEEN_MEMBERS = 20;
  private static final int LOOKS_BETWEEN_STANDING = 100;

  /** Viewers are served side by side, so that one with large rings does not delay the others. */
  private static final int THREADS = 2;

  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(LiveRoutes.class);

  private final LiveScans scans;
  private final EndedScans ended;
  private final Supplier<? extends List<?>> members;
  private final LiveCounters counters;
  private final Map<String, ViewerConnection> viewers = new ConcurrentHashMap<>();
  private final ExecutorService executor =
      Executors.newFixedThreadPool(THREADS, new DaemonThreads("live-viewers"));
  private final ExecutorService files =
      Executors.newSingleThreadExecutor(new DaemonThreads("live-viewers"));

  /** A folder that hangs must not keep those who may see nothing any more. */
  private final ExecutorService checks =
      Executors.newSingleThreadExecutor(new DaemonThreads("live-viewers"));

  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(new DaemonThreads("live-viewers"));
  private final Duration deadline;
  private int looks;

  /**
   * Begins to serve viewers.
   *
   * @param members who takes part, as JSON has it; never waits
   */
  public LiveRoutes(
      LiveScans scans,
      EndedScans ended,
      Supplier<? extends List<?>> members,
      LiveCounters counters) {
    this(scans, ended, members, counters, Viewer.DEADLINE);
  }

  LiveRoutes(
      LiveScans scans,
      EndedScans ended,
      Supplier<? extends List<?>> members,
      LiveCounters counters,
      Duration deadline) {
    this.deadline = deadline;
    this.scans = scans;
    this.ended = ended;
    this.members = members;
    this.counters = counters;
    looking.scheduleWithFixedDelay(
        this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void addTo(RoutesConfig routes) {
    routes.get("/api/v1/live", this::answer, Role.VIEWER);
    routes.ws(WEB_SOCKET, this::serve, Role.VIEWER);
  }

  /** How many viewers there are now. */
  public int viewers() {
    return viewers.size();
  }

  private void serve(WsConfig socket) {
    socket.onConnect(this::welcome);
    socket.onMessage(
        message -> {
          ViewerConnection viewer = viewers.get(message.sessionId());
          if (viewer != null) {
            viewer.take(message.message());
          }
        });
    socket.onClose(closed -> viewers.remove(closed.sessionId()));
    socket.onError(failed -> viewers.remove(failed.sessionId()));
  }

  private void welcome(WsConnectContext connected) {
    // A browser that has nothing to say for long is none that has gone: it answers pings.
    connected.enableAutomaticPings(10, TimeUnit.SECONDS);
    counters.viewers.increment();
    ViewerConnection viewer =
        new ViewerConnection(
            connected.session,
            scans,
            ended,
            counters,
            executor,
            files,
            Caller.standing(connected),
            UPDATES_PER_SECOND);
    viewer.members(members.get());
    viewers.put(connected.sessionId(), viewer);
    viewer.goOnSoon();
  }

  private void look() {
    try {
      boolean withMembers = ++looks % LOOKS_BETWEEN_MEMBERS == 0;
      boolean withStanding = looks % LOOKS_BETWEEN_STANDING == 0;
      List<?> who = withMembers ? members.get() : null;
      viewers.forEach(
          (id, viewer) -> {
            if (viewer.isStalled(deadline)) {
              counters.viewersStalled.increment();
              viewers.remove(id);
              viewer.cut();
              LOG.info("A viewer took nothing for {} s and was sent away", deadline.toSeconds());
              return;
            }
            if (who != null) {
              viewer.members(who);
            }
            if (withStanding) {
              viewer.checkStandingSoon(checks);
            }
            viewer.goOnSoon();
          });
    } catch (RuntimeException e) { // One look that fails must not be the last one.
      LOG.error("Viewers could not be served", e);
    }
  }

  private void answer(Context request) throws JsonProcessingException {
    long now = System.nanoTime();
    List<Map<String, Object>> all =
        scans.all().stream().map(scan -> LiveRoutes.describe(scan, now)).toList();
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("scans", all);
    answer.put("members", members.get());
    request.contentType("application/json").result(Json.mapper().writeValueAsString(answer));
  }

  private static Map<String, Object> describe(LiveScan scan, long now) {
    Map<String, Object> about = new LinkedHashMap<>();
    about.put("session", scan.session());
    about.put("width", scan.geometry().width());
    about.put("height", scan.geometry().height());
    about.put("started", scan.started());
    about.put("rings", scan.rings());
    about.put("progress", scan.progress(now));
    about.put("positionsWithoutEvents", scan.positionsWithoutEvents());
    about.put("file", scan.file());
    return about;
  }

  @Override
  public void close() {
    looking.shutdownNow();
    executor.shutdownNow();
    files.shutdownNow();
    checks.shutdownNow();
    viewers.values().forEach(ViewerConnection::cut);
    try {
      if (!executor.awaitTermination(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("Viewers are still served after {} s", CLOSE_WITHIN.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
