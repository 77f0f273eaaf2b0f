package io.millrace.benchmarks.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.parts.Part;
import io.millrace.parts.Parts;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A browser without a window, of a size as people have it. It is stopped with the other parts. */
public final class Chromium {
  /** What to say where {@link #find} finds none. */
  public static final String MISSING =
      "there is no Chromium; install it (Debian: apt-get install chromium), or name it in CHROMIUM";

  private static final List<String> PLACES =
      List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");
  private static final Duration START_DEADLINE = Duration.ofSeconds(60);
  private static final Pattern LISTENS =
      Pattern.compile("DevTools listening on ws://([0-9.]+:\\d+)/");

  private final String tools;

  private Chromium(String tools) {
    this.tools = tools;
  }

  /** The program: what CHROMIUM names, or Debian's; empty if it is not installed. */
  public static Optional<Path> find() {
    return Stream.concat(Stream.ofNullable(System.getenv("CHROMIUM")), PLACES.stream())
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Starts it, with an empty page. */
  static Chromium start(Parts parts, Path program) throws RunFailure, InterruptedException {
    Part part =
        parts.start(
            "chromium",
            List.of(
                program.toString(),
                "--headless=new",
                "--no-sandbox", // the benchmarks may run as root; it sees our own page only
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--force-device-scale-factor=1",
                "--window-size=1920,1080",
                "--remote-debugging-port=0",
                "--user-data-dir=" + parts.run().resolve("chromium"),
                "about:blank"));
    return new Chromium(part.awaitLine(LISTENS, START_DEADLINE).group(1));
  }

  /** Its page. */
  DevTools page() throws RunFailure, InterruptedException {
    URI list = URI.create("http://" + tools + "/json/list");
    try {
      String pages =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(list).timeout(START_DEADLINE).build(),
                  BodyHandlers.ofString())
              .body();
      for (JsonNode page : new ObjectMapper().readTree(pages)) {
        if (page.path("type").asText().equals("page")) {
          return DevTools.connect(URI.create(page.path("webSocketDebuggerUrl").asText()));
        }
      }
      throw new RunFailure("the browser has no page: " + pages);
    } catch (IOException e) {
      throw new RunFailure("the browser does not answer at " + list, e);
    }
  }
}
