package io.millrace.gateway.live;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.gateway.server.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Puts together what a web socket tells, as the page does. */
final class Browser implements WebSocket.Listener, AutoCloseable {
  private final WebSocket socket;
  private final boolean reads;
  private final StringBuilder text = new StringBuilder();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Map<String, JsonNode> texts = new HashMap<>();
  private final Map<String, float[]> images = new HashMap<>();
  private byte[] mask;
  private int[] pattern;
  private int scans;
  private volatile boolean closed;

  /**
   * Connects.
   *
   * @param reads whether it takes what it gets
   */
  Browser(String address, boolean reads) {
    this.reads = reads;
    URI uri = URI.create(address.replaceFirst("^http", "ws") + "api/v1/live");
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(uri, this)
            .orTimeout(20, TimeUnit.SECONDS)
            .join();
  }

  void send(String json) {
    socket.sendText(json, true).orTimeout(20, TimeUnit.SECONDS).join();
  }

  /** The last text of a kind; null before there is one. */
  synchronized JsonNode told(String kind) {
    return texts.get(kind);
  }

  synchronized void forget(String kind) {
    texts.remove(kind);
  }

  /** An image as it stands; null before there is one. */
  synchronized float[] image(String name) {
    float[] image = images.get(name);
    return image == null ? null : image.clone();
  }

  synchronized byte[] mask() {
    return mask == null ? null : mask.clone();
  }

  synchronized int[] pattern() {
    return pattern == null ? null : pattern.clone();
  }

  /** How often a scan was introduced. */
  synchronized int scans() {
    return scans;
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void onOpen(WebSocket opened) {
    if (reads) {
      opened.request(1);
    }
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      try {
        take(Json.mapper().readTree(text.toString()));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      text.setLength(0);
    }
    from.request(1);
    return CompletableFuture.completedFuture(null);
  }

  private synchronized void take(JsonNode message) {
    String kind = message.get("kind").asText();
    texts.put(kind, message);
    if (kind.equals("scan")) {
      scans++;
      int positions = message.get("width").asInt() * message.get("height").asInt();
      images.clear();
      mask = new byte[positions];
    }
  }

  @Override
  public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
    byte[] part = new byte[data.remaining()];
    data.get(part);
    bytes.write(part, 0, part.length);
    if (last) {
      take(ByteBuffer.wrap(bytes.toByteArray()).order(ByteOrder.LITTLE_ENDIAN));
      bytes.reset();
    }
    from.request(1);
    return CompletableFuture.completedFuture(null);
  }

  private synchronized void take(ByteBuffer message) {
    byte[] json = new byte[message.getInt()];
    message.get(json);
    ByteBuffer payload = message.slice().order(ByteOrder.LITTLE_ENDIAN);
    try {
      JsonNode header = Json.mapper().readTree(new String(json, StandardCharsets.UTF_8));
      if (header.get("kind").asText().equals("pattern")) {
        pattern = new int[header.get("rows").asInt() * header.get("columns").asInt()];
        for (int i = 0; i < pattern.length; i++) {
          pattern[i] =
              switch (header.get("type").asText()) {
                case "u8" -> Byte.toUnsignedInt(payload.get());
                case "u16" -> Short.toUnsignedInt(payload.getShort());
                default -> payload.getInt();
              };
        }
        return;
      }
      int at = header.get("firstRow").asInt() * header.get("width").asInt();
      int n = header.get("rows").asInt() * header.get("width").asInt();
      if (header.get("kind").asText().equals("mask")) {
        payload.get(mask, at, n);
      } else {
        float[] image =
            images.computeIfAbsent(
                header.get("name").asText(),
                name -> {
                  float[] empty = new float[mask.length];
                  Arrays.fill(empty, Float.NaN);
                  return empty;
                });
        payload.asFloatBuffer().get(image, at, n);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    closed = true;
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    closed = true;
  }

  @Override
  public void close() {
    socket.abort();
  }
}
