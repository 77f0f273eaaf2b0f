package io.millrace.benchmarks.live;

import io.millrace.parts.RunFailure;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Many who watch as the page does, and take all that they are told at once; and some who connect,
 * and then take nothing. They are in this process, which has nothing else to do while a scan runs.
 */
public final class Viewers implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final List<WebSocket> sockets = new ArrayList<>();
  private final AtomicLong bytes = new AtomicLong();

  /** Why the first one that reads has lost its connection. */
  private final AtomicReference<String> lost = new AtomicReference<>();

  private Viewers() {}

  /**
   * Connects, and waits until all who read have been told something.
   *
   * @param reading how many read
   * @param stalled how many do not
   */
  public static Viewers open(GatewayLogin login, int reading, int stalled)
      throws RunFailure, InterruptedException {
    Viewers viewers = new Viewers();
    try {
      CountDownLatch greeted = new CountDownLatch(reading);
      HttpClient http = HttpClient.newHttpClient();
      for (int i = 0; i < reading; i++) {
        viewers.add(http, login, new Reader(viewers.bytes, greeted, viewers.lost));
      }
      for (int i = 0; i < stalled; i++) {
        viewers.add(http, login, new Stalled());
      }
      if (!greeted.await(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        throw new RunFailure(
            "the gateway has told nothing to %d of %d viewers within %d s"
                .formatted(greeted.getCount(), reading, DEADLINE.toSeconds()));
      }
      return viewers;
    } catch (RunFailure | InterruptedException | RuntimeException e) {
      viewers.close();
      throw e;
    }
  }

  private void add(HttpClient http, GatewayLogin login, WebSocket.Listener listener)
      throws RunFailure, InterruptedException {
    CompletableFuture<WebSocket> socket =
        http.newWebSocketBuilder()
            .header("Cookie", login.cookieHeader())
            .header("Origin", login.origin())
            .connectTimeout(DEADLINE)
            .buildAsync(login.webSocket(), listener);
    try {
      sockets.add(socket.get(DEADLINE.toSeconds(), TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException e) {
      throw new RunFailure("the gateway does not let a viewer in at " + login.webSocket(), e);
    }
  }

  /** Bytes of images, masks and patterns that all together have been told so far. */
  public long bytes() {
    return bytes.get();
  }

  /**
   * Looks whether all who read are still told.
   *
   * @param reading how many they are
   * @throws RunFailure if one has lost its connection
   */
  public void requireConnected(int reading) throws RunFailure {
    for (WebSocket socket : sockets.subList(0, reading)) {
      if (socket.isInputClosed()) {
        throw new RunFailure(
            "a viewer that reads has lost its connection (%s); see the gateway's log"
                .formatted(lost.get()));
      }
    }
  }

  @Override
  public void close() {
    sockets.forEach(WebSocket::abort);
  }

  /** Takes everything. */
  private static final class Reader implements WebSocket.Listener {
    private final AtomicLong bytes;
    private final CountDownLatch greeted;
    private final AtomicReference<String> lost;
    private boolean isGreeted;

    Reader(AtomicLong bytes, CountDownLatch greeted, AtomicReference<String> lost) {
      this.bytes = bytes;
      this.greeted = greeted;
      this.lost = lost;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
      lost.compareAndSet(null, "closed: %d %s".formatted(status, reason));
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      lost.compareAndSet(null, error.toString());
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      if (!isGreeted) {
        isGreeted = true;
        greeted.countDown();
      }
      from.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
      bytes.addAndGet(data.remaining());
      from.request(1);
      return null;
    }
  }

  /** Asks for no message, so none is read from its socket. */
  private static final class Stalled implements WebSocket.Listener {
    @Override
    public void onOpen(WebSocket socket) {
      // The default would ask for one.
    }
  }
}
