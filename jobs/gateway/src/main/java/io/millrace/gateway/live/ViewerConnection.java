package io.millrace.gateway.live;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A viewer at its web socket. Nothing here waits for the browser: a message is handed to the
 * socket, and when that says that it is out, the next one is made.
 */
final class ViewerConnection {
  private static final Logger LOG = LoggerFactory.getLogger(ViewerConnection.class);

  private final Session session;
  private final LiveScans scans;
  private final EndedScans ended;
  private final LiveCounters counters;
  private final Executor executor;
  private final Executor files;
  private final BooleanSupplier standing;
  private final Viewer viewer;

  /** Whether it is its turn soon, so that it need not be said again. */
  private final AtomicBoolean due = new AtomicBoolean();

  /** The id of the scan that it asked for; null: the newest. */
  private String chosen;

  /** Who takes part; told in the viewer's next turn. */
  private final AtomicReference<Object> members = new AtomicReference<>();

  private Object membersTold;

  /** Whether its standing is looked up soon, so that it need not be said again. */
  private final AtomicBoolean standingDue = new AtomicBoolean();

  /**
   * Shows the newest scan.
   *
   * @param executor where viewers have their turns
   * @param files where files are opened, which may take long
   * @param standing whether the viewer may still see anything
   */
  ViewerConnection(
      Session session,
      LiveScans scans,
      EndedScans ended,
      LiveCounters counters,
      Executor executor,
      Executor files,
      BooleanSupplier standing,
      int updatesPerSecond) {
    this.standing = standing;
    this.session = session;
    this.scans = scans;
    this.ended = ended;
    this.counters = counters;
    this.executor = executor;
    this.files = files;
    this.viewer = new Viewer(updatesPerSecond, System.nanoTime());
  }

  /** Gives it a turn soon, in another thread. */
  void goOnSoon() {
    if (due.compareAndSet(false, true)) {
      try {
        executor.execute(this::goOn);
      } catch (RejectedExecutionException e) {
        LOG.debug("The gateway ends, and so does the viewer", e);
      }
    }
  }

  private void goOn() {
    due.set(false);
    try {
      tellNext();
    } catch (RuntimeException e) { // It would go wrong again and again, and the page would stand.
      counters.viewersFailed.increment();
      LOG.error("A viewer could not be told more and is sent away; its page comes again", e);
      cut();
    }
  }

  /** Tells what is new, if the message before is out. */
  private synchronized void tellNext() {
    if (chosen == null) {
      scans.shown().ifPresent(viewer::show);
    }
    Object newest = members.get();
    if (newest != null && !newest.equals(membersTold)) {
      membersTold = newest;
      viewer.members(newest);
    }
    ViewerMessage next = viewer.next(System.nanoTime());
    if (next == null || !session.isOpen()) {
      return;
    }
    counters.sent.increment();
    Callback out =
        Callback.from(this::isOut, failure -> LOG.debug("A viewer went in mid-message", failure));
    if (next.text() != null) {
      session.sendText(next.text(), out);
    } else {
      session.sendBinary(next.bytes().duplicate(), out);
    }
  }

  private void isOut() {
    synchronized (this) {
      viewer.taken();
    }
    goOnSoon();
  }

  /** Tells who takes part, if that is news. Never waits. */
  void members(Object newest) {
    members.set(newest);
  }

  /** Takes what the browser sends. */
  void take(String text) {
    try {
      ViewerRequest request = ViewerRequest.read(text);
      if (request instanceof ViewerRequest.Show show) {
        show(show.scan());
      } else {
        take(request);
      }
    } catch (IllegalArgumentException e) {
      error(e.getMessage());
    }
    goOnSoon();
  }

  private synchronized void take(ViewerRequest request) {
    if (request instanceof ViewerRequest.Images images) {
      viewer.images(images.names());
    } else if (request instanceof ViewerRequest.Rings rings) {
      viewer.rings(rings.rings());
    } else if (request instanceof ViewerRequest.Position position) {
      viewer.position(position.x(), position.y());
    }
  }

  private void show(String id) {
    synchronized (this) {
      chosen = id;
    }
    Optional<LiveScan> inMemory = id == null ? scans.shown() : scans.find(id);
    if (inMemory.isPresent()) {
      show(id, inMemory.get());
    } else if (id != null) {
      files.execute(() -> open(id));
    }
  }

  private void open(String id) {
    if (!isChosen(id)) { // somebody has leafed on meanwhile
      return;
    }
    try {
      Optional<LiveScan> opened = ended.open(id);
      if (opened.isPresent()) {
        show(id, opened.get());
      } else {
        error("there is no scan %s here whose file can be shown".formatted(id));
      }
    } catch (IOException e) {
      error(e.getMessage());
    } catch (RuntimeException e) { // What it waits for does not come; it should know.
      LOG.error("Scan {} could not be opened", id, e);
      error("scan %s could not be opened; the gateway's log says why".formatted(id));
    }
    goOnSoon();
  }

  private synchronized boolean isChosen(String id) {
    return id.equals(chosen);
  }

  /** Unless another one was asked for meanwhile. */
  private synchronized void show(String id, LiveScan scan) {
    if (Objects.equals(id, chosen)) {
      viewer.show(scan);
    }
  }

  private synchronized void error(String message) {
    viewer.error(message);
  }

  /**
   * Cuts it if its login or token has ended meanwhile; in another thread, since that is looked up.
   */
  void checkStandingSoon(Executor checks) {
    if (!standingDue.compareAndSet(false, true)) {
      return;
    }
    checks.execute(
        () -> {
          standingDue.set(false);
          if (!standing.getAsBoolean()) {
            counters.viewersLoggedOut.increment();
            cut();
          }
        });
  }

  /** Whether it has taken nothing for longer than that. Never waits. */
  boolean isStalled(Duration deadline) {
    return viewer.isStalled(System.nanoTime(), deadline);
  }

  /** Ends the connection at once: one that takes nothing would not take a farewell either. */
  void cut() {
    session.disconnect();
  }
}
