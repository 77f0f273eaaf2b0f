package io.millrace.benchmarks.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.parts.RunFailure;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A page of a browser, at the port for developers' tools: calls with an answer each, in JSON over a
 * web socket. So little of that protocol is needed here that a library for it would be most of this
 * program.
 */
final class DevTools implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final WebSocket socket;
  private final Map<Integer, CompletableFuture<JsonNode>> calls;
  private final AtomicInteger next = new AtomicInteger(1);

  private DevTools(WebSocket socket, Map<Integer, CompletableFuture<JsonNode>> calls) {
    this.socket = socket;
    this.calls = calls;
  }

  /** Connects to a page. */
  static DevTools connect(URI page) throws RunFailure, InterruptedException {
    Map<Integer, CompletableFuture<JsonNode>> calls = new ConcurrentHashMap<>();
    CompletableFuture<WebSocket> socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .connectTimeout(DEADLINE)
            .buildAsync(page, new Answers(calls));
    return new DevTools(await(socket, "the connection to " + page, DEADLINE), calls);
  }

  /**
   * Calls a method.
   *
   * @return its result
   */
  JsonNode call(String method, Map<String, ?> parameters, Duration deadline)
      throws RunFailure, InterruptedException {
    int id = next.getAndIncrement();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    calls.put(id, answer);
    try {
      String call =
          JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters));
      await(socket.sendText(call, true), method, deadline);
      JsonNode answered = await(answer, method, deadline);
      if (answered.has("error")) {
        throw new RunFailure("the browser refuses %s: %s".formatted(method, answered.get("error")));
      }
      return answered.path("result");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(method, e);
    } finally {
      calls.remove(id);
    }
  }

  JsonNode call(String method, Map<String, ?> parameters) throws RunFailure, InterruptedException {
    return call(method, parameters, DEADLINE);
  }

  /**
   * Evaluates JavaScript on the page; a promise is waited for.
   *
   * @return the value
   */
  JsonNode evaluate(String script, Duration deadline) throws RunFailure, InterruptedException {
    JsonNode answer =
        call(
            "Runtime.evaluate",
            Map.of("expression", script, "awaitPromise", true, "returnByValue", true),
            deadline);
    if (answer.has("exceptionDetails")) {
      throw new RunFailure(
          "the page fails at %s: %s".formatted(script, answer.get("exceptionDetails")));
    }
    return answer.path("result").path("value");
  }

  private static <T> T await(CompletableFuture<T> answer, String what, Duration deadline)
      throws RunFailure, InterruptedException {
    try {
      return answer.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new RunFailure(
          "the browser has not answered within %d s to %s".formatted(deadline.toSeconds(), what),
          e);
    } catch (ExecutionException e) {
      throw new RunFailure("the browser does not answer to " + what, e.getCause());
    }
  }

  @Override
  public void close() {
    socket.abort();
  }

  /** Gives each answer to its call. */
  private static final class Answers implements WebSocket.Listener {
    private final Map<Integer, CompletableFuture<JsonNode>> calls;
    private final StringBuilder message = new StringBuilder();

    Answers(Map<Integer, CompletableFuture<JsonNode>> calls) {
      this.calls = calls;
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      message.append(data);
      if (last) {
        take(message.toString());
        message.setLength(0);
      }
      from.request(1);
      return null;
    }

    private void take(String text) {
      try {
        JsonNode answer = JSON.readTree(text);
        // Events, which have no id, are of no interest.
        CompletableFuture<JsonNode> call = calls.get(answer.path("id").asInt());
        if (call != null) {
          call.complete(answer);
        }
      } catch (JsonProcessingException e) {
        calls.values().forEach(call -> call.completeExceptionally(e));
      }
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
      fail(
          new RunFailure("the browser has closed the connection: %d %s".formatted(status, reason)));
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      fail(error);
    }

    private void fail(Throwable why) {
      calls.values().forEach(call -> call.completeExceptionally(why));
    }
  }
}
