package io.millrace.gateway.facility;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Requests to a service that may be slow, busy or being restarted: each has a deadline, and those
 * that do no harm when repeated are.
 */
final class HttpCalls {
  /** Of a service that is busy, or is not there behind its gate: another time it may be. */
  private static final Set<Integer> ANOTHER_TIME = Set.of(429, 502, 503, 504);

  private static final Duration CONNECT = Duration.ofSeconds(10);

  private final HttpClient client;
  private final Patience patience;

  HttpCalls(Patience patience) {
    this.patience = patience;
    // HTTP/1.1, since every gate speaks it; no redirects, which could carry a token elsewhere.
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT.compareTo(patience.answer()) < 0 ? CONNECT : patience.answer())
            .build();
  }

  /**
   * What came back.
   *
   * @param status of HTTP
   * @param body as text; empty if there is none
   * @param pause how long the service asks to be left alone; empty if it does not say
   */
  record Answer(int status, String body, Optional<Duration> pause) {
    /** Whether the service says that it is no good time. */
    boolean anotherTime() {
      return ANOTHER_TIME.contains(status);
    }

    /** Whether it is what was asked for. */
    boolean good() {
      return status / 100 == 2;
    }
  }

  /** A request that is made anew for each try, since what it signs in with may have changed. */
  @FunctionalInterface
  interface Request {
    /** Makes it. */
    HttpRequest make() throws FacilityException, InterruptedException;
  }

  /**
   * Asks once.
   *
   * @throws java.net.ConnectException if nothing was sent
   * @throws IOException if there is no answer, so that nobody knows whether it was heard
   */
  Answer once(HttpRequest request) throws IOException, InterruptedException {
    // The client's own time-out ends when the answer begins; this one when it is whole.
    CompletableFuture<HttpResponse<String>> asked =
        client.sendAsync(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    try {
      HttpResponse<String> response =
          asked.get(patience.answer().toMillis(), TimeUnit.MILLISECONDS);
      return new Answer(
          response.statusCode(),
          response.body(),
          response.headers().firstValue("Retry-After").flatMap(HttpCalls::seconds));
    } catch (TimeoutException e) {
      asked.cancel(true);
      throw new HttpTimeoutException("no answer for %d s".formatted(patience.answer().toSeconds()));
    } catch (InterruptedException e) {
      asked.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException broken) {
        throw broken;
      }
      throw new IOException(e.getCause());
    }
  }

  /** Only the form in seconds: the other one, a date, is good for nothing if clocks differ. */
  private static Optional<Duration> seconds(String value) {
    return value.strip().matches("\\d{1,6}")
        ? Optional.of(Duration.ofSeconds(Long.parseLong(value.strip())))
        : Optional.empty();
  }

  /**
   * Asks, as often as it needs within the time of a call.
   *
   * @param what is asked for, for messages
   * @param request that may be heard twice
   * @return never one that says that another time were better
   * @throws FacilityException if there is none in time; names the last trouble
   */
  Answer retrying(String what, URI to, Request request)
      throws FacilityException, InterruptedException {
    Pauses pauses = patience.pauses(patience.call());
    while (true) {
      String trouble;
      Duration asked = Duration.ZERO;
      IOException cause = null;
      HttpRequest made = request.make();
      try {
        Answer answer = once(made);
        if (!answer.anotherTime()) {
          return answer;
        }
        trouble = ErrorText.of(answer);
        asked = answer.pause().orElse(Duration.ZERO);
      } catch (IOException e) {
        trouble = ErrorText.of(e);
        cause = e;
      }
      if (!pauses.pause(asked)) {
        throw new NoAnswer(
            "%s: %s gives no answer within %d s, and at last: %s%s; try again later, and see whether it can be reached from here"
                .formatted(
                    what,
                    to,
                    patience.call().toSeconds(),
                    trouble,
                    asked.isZero() ? "" : ", and asks to wait %d s".formatted(asked.toSeconds())),
            cause);
      }
    }
  }

  /** A service that did not answer as long as it was asked. */
  static final class NoAnswer extends FacilityException {
    NoAnswer(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
