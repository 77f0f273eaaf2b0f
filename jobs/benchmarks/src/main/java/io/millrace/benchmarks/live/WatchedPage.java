package io.millrace.benchmarks.live;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.parts.Parts;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * The gateway's page in a browser, at the scan under way, and a script on it that looks at each
 * frame of the screen which positions of the first image are drawn.
 */
public final class WatchedPage implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String SCRIPT = "drawn.js";

  private final DevTools page;

  private WatchedPage(DevTools page) {
    this.page = page;
  }

  /** Opens it, and waits until the page is there. */
  public static WatchedPage open(Parts parts, Path chromium, GatewayLogin login)
      throws RunFailure, InterruptedException {
    DevTools page = Chromium.start(parts, chromium).page();
    page.call(
        "Network.setCookie",
        Map.of(
            "name", login.cookie().getName(),
            "value", login.cookie().getValue(),
            "url", login.address().toString(),
            "httpOnly", true,
            "sameSite", "Strict"));
    page.call("Page.enable", Map.of());
    page.call("Page.addScriptToEvaluateOnNewDocument", Map.of("source", script()));
    page.call("Page.navigate", Map.of("url", login.address().toString()));
    JsonNode live = page.evaluate("millraceDrawn.page()", DEADLINE);
    if (!live.asBoolean()) {
      throw new RunFailure("the gateway's page shows no scan under way, but " + live);
    }
    return new WatchedPage(page);
  }

  private static String script() {
    try (InputStream script = WatchedPage.class.getResourceAsStream(SCRIPT)) {
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(SCRIPT, e);
    }
  }

  /**
   * Waits until all positions of a scan are drawn.
   *
   * @param number of the scan
   */
  public DrawnScan await(long number, Duration deadline) throws RunFailure, InterruptedException {
    JsonNode drawn =
        page.evaluate(
            "millraceDrawn.all(%d, %d)".formatted(number, deadline.toMillis()),
            deadline.plus(DEADLINE));
    if (!drawn.isArray()) {
      throw new RunFailure(
          "the page has not drawn all of scan %d within %d s, but %s"
              .formatted(number, deadline.toSeconds(), drawn.asText()));
    }
    long[] millis = new long[drawn.size()];
    for (int position = 0; position < millis.length; position++) {
      millis[position] = drawn.get(position).asLong();
    }
    return new DrawnScan(millis);
  }

  @Override
  public void close() {
    page.close();
  }
}
