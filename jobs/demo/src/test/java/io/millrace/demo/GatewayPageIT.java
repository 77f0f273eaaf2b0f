package io.millrace.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.demo.Sandbox.Result;
import io.millrace.detector.DetectorDescription;
import io.millrace.hdf5.CountedFile;
import io.millrace.operators.images.VirtualDetector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;

/** The gateway's page in a real browser, while a scan runs through the whole system. */
@Execution(ExecutionMode.CONCURRENT)
class GatewayPageIT {
  private static final DetectorDescription CAMERA = DetectorDescription.load("4d-camera");
  private static final String PASSWORD = "a wheel without a pond";
  private static final String BRIGHT_FIELD = "bright_field";
  private static final String DARK_FIELD = "annular_dark_field";
  private static final int POSITIONS = 49 * 48;

  /** The page's build has brought it. */
  private static final String AXE = read("jobs/gateway/page/node_modules/axe-core/axe.min.js");

  /** Where pictures of the pages are kept, if they are wanted for the docs. */
  private static final String PICTURES = System.getProperty("millrace.pictures");

  @TempDir Path dir;
  private Sandbox sandbox;
  private ChromeDriver browser;

  @RegisterExtension
  final TestExecutionExceptionHandler showOutput =
      (context, failure) -> {
        String page = browser == null ? "" : browser.findElement(By.tagName("body")).getText();
        throw new AssertionError(
            failure.getMessage() + "\n" + sandbox.printed() + "\n---- page\n" + page, failure);
      };

  private static String read(String file) {
    try {
      return Files.readString(Sandbox.ROOT.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @BeforeEach
  void makeSandbox() throws Exception {
    sandbox = new Sandbox(dir);
  }

  @AfterEach
  void endAll() throws Exception {
    if (browser != null) {
      browser.quit();
    }
    sandbox.close();
  }

  /**
   * As a scientist does it: log in, start a session, watch a scan, move a ring, find the scan, take
   * it away. In mid-scan the gateway is ended and started again.
   */
  @Test
  @Timeout(value = 12, unit = TimeUnit.MINUTES)
  void aSessionIsStartedAndItsScanIsWatchedAndFound() throws Exception {
    int port = sandbox.jobManagersPort + 2;
    Path machines = sandbox.thisMachine();
    Process gateway = startGateway(port, machines);
    Matcher password =
        awaitPrinted("gateway: log in as admin with the one-time password ([^\\s,]+)");
    Matcher address = awaitPrinted("gateway: (http\\S+)"); // the password comes before it listens
    startBrowser();
    signIn(address.group(1), password.group(1));
    String zooKeeper = startSession();
    Process aggregator = startAggregator(zooKeeper);
    awaitText(".headline", text -> text.startsWith("Ready"));
    awaitText(".verdict", text -> text.startsWith("Session night is ready. Start the producers"));
    picture("session");
    Process producer = startProducer(zooKeeper);

    // In mid-scan something is seen, and not all, and who takes part.
    go("live");
    awaitImage(BRIGHT_FIELD, values -> finite(values) > 0);
    assertThat(finite(image(BRIGHT_FIELD))).isLessThan(POSITIONS);
    awaitText(
        ".lights",
        text -> !text.contains("no producer") && text.contains("edge") && text.contains("lane-0"));
    VirtualDetector ring = dragRing();
    awaitImage(DARK_FIELD, values -> finite(values) > POSITIONS / 4);
    assertOneScreen();
    picture("live");

    assertThat(producer.isAlive()).as("the scan still runs").isTrue();
    stop(gateway);
    awaitText(".verdict", text -> text.startsWith("No connection to the gateway"));
    gateway = startGateway(port, machines);
    awaitText(".connection", text -> text.equals("live"));

    Path file = file();
    try (CountedFile scan = new CountedFile(file)) {
      double[] expected = scan.image(BRIGHT_FIELD).values();
      awaitImage(BRIGHT_FIELD, values -> equal(values, expected));
      await().atMost(Sandbox.DEADLINE).untilAsserted(() -> assertDrawn(BRIGHT_FIELD, expected));
      double[] inRing = inRing(scan, ring);
      assertThat(inRing).isNotEqualTo(scan.image(DARK_FIELD).values());
      awaitImage(DARK_FIELD, values -> equal(values, inRing));
      picture("live-end");
    }
    assertThat(producer.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertAccessible();

    // The catalogue has it, and gives the same bytes.
    go("scans");
    awaitText("main", text -> text.contains("complete"));
    field("Search").sendKeys("night", Keys.ENTER);
    picture("scans");
    assertAccessible();
    browser.findElement(By.partialLinkText("night")).click();
    browser.findElement(By.linkText("Notebook"));
    awaitImage("sum_pattern", values -> finite(values) > 0);
    picture("scan");
    assertAccessible();
    assertThat(downloaded()).isEqualTo(sha256(file));
    try (CountedFile scan = new CountedFile(file)) {
      assertThat(runNotebook()).contains("electrons: " + scan.events());
    }

    go("sessions/night");
    press("Drain");
    browser.findElement(By.cssSelector("dialog[open] .danger")).click();
    awaitText(".headline", text -> text.startsWith("Ended"));
    assertAccessible();
    stop(aggregator);
    stop(gateway);
    assertThat(sandbox.left()).as("left over").isEmpty();
  }

  /** The demo's own way to it. */
  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void theDemoLeavesThePageUp() throws Exception {
    int port = sandbox.jobManagersPort + 2;
    Process demo =
        sandbox.start(
            sandbox.run,
            sandbox.demoCommand(
                "--scan=16x16",
                "--gateway",
                "--gateway-port=" + port,
                "--live-port=" + (port + 1)));
    Matcher page = awaitPrinted("The page is at (\\S+) ; sign in as admin with (\\S+)");
    awaitPrinted("The page stays up until Ctrl-C: " + Pattern.quote(page.group(1)));
    startBrowser();
    signIn(page.group(1), page.group(2));
    try (CountedFile scan = new CountedFile(file())) {
      double[] expected = scan.image(BRIGHT_FIELD).values();
      awaitImage(BRIGHT_FIELD, values -> equal(values, expected));
      assertRingFollows(scan);
    }
    stop(demo);
    await()
        .atMost(Sandbox.DEADLINE)
        .untilAsserted(() -> assertThat(sandbox.left()).as("left over").isEmpty());
  }

  // ---- The system ------------------------------------------------------------------------------

  private Process startGateway(int port, Path machines) throws Exception {
    return sandbox.start(
        sandbox.run,
        List.of(
            Sandbox.script("millrace"),
            "gateway",
            "--listen=127.0.0.1:" + port,
            "--database=sqlite:" + dir.resolve("gateway.db"),
            "--machines=" + machines,
            "--live-listen=tcp://127.0.0.1:" + (port + 1)));
  }

  /** By the form; returns its ZooKeeper's address, which the page tells. */
  private String startSession() {
    go("sessions/new");
    field("Name").sendKeys("night");
    browser.findElement(By.tagName("summary")).click();
    field("background").sendKeys("28.5");
    field("xray").sendKeys("436");
    picture("new-session");
    assertAccessible();
    press("Start the session");
    return browser
        .findElement(By.xpath("//dt[. = 'ZooKeeper']/following-sibling::dd[1]"))
        .getText();
  }

  private Process startAggregator(String zooKeeper) throws Exception {
    return sandbox.start(
        sandbox.run,
        List.of(
            Sandbox.script("millrace"),
            "aggregator",
            "--session=night",
            "--zookeeper=" + zooKeeper,
            "--listen=tcp://127.0.0.1:" + sandbox.producerPort,
            "--lane-address=tcp://127.0.0.1:" + sandbox.lanePort,
            "--lanes=1"));
  }

  private Process startProducer(String zooKeeper) throws Exception {
    return sandbox.start(
        sandbox.run,
        List.of(
            Sandbox.script("millrace"),
            "producer",
            "--session=night",
            "--zookeeper=" + zooKeeper,
            "--modules=0-3",
            "--simulate=48x48",
            "--rate=20"));
  }

  private Matcher awaitPrinted(String pattern) {
    Matcher[] found = new Matcher[1];
    await()
        .atMost(Sandbox.DEADLINE)
        .until(
            () -> {
              found[0] = Pattern.compile(pattern).matcher(sandbox.printed());
              return found[0].find();
            });
    return found[0];
  }

  private static void stop(Process process) throws Exception {
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
  }

  private Path file() throws Exception {
    Path[] found = new Path[1];
    await()
        .atMost(Sandbox.DEADLINE)
        .until(
            () -> {
              try (Stream<Path> all = Files.walk(sandbox.output)) {
                found[0] = all.filter(p -> p.toString().endsWith(".h5")).findFirst().orElse(null);
              }
              return found[0] != null;
            });
    return found[0];
  }

  /**
   * Draws the outer edge of the dark field inwards by the mouse; returns the ring that it is then.
   */
  private VirtualDetector dragRing() {
    WebElement grip =
        browser.findElement(
            By.cssSelector("g[aria-label='%s: outer radius']".formatted(DARK_FIELD)));
    new Actions(browser)
        .clickAndHold(grip)
        .moveByOffset(-40, 0)
        .moveByOffset(-40, 0)
        .release()
        .perform();
    double[] radii = new double[2];
    await()
        .atMost(Sandbox.DEADLINE)
        .until(
            () -> {
              radii[0] = value("inner radius");
              radii[1] = value("outer radius");
              return radii[1] < 270 && radii[1] == grip("outer radius");
            });
    assertThat(radii[1]).isGreaterThan(radii[0]);
    return new VirtualDetector(
        DARK_FIELD, radii[0], radii[1], value("column of the centre"), value("row of the centre"));
  }

  /** The page as a whole is on the screen: nothing of what is going on has to be looked for. */
  private void assertOneScreen() {
    assertThat(
            (Boolean)
                browser.executeScript(
                    "const d = document.documentElement; return d.scrollHeight <= d.clientHeight"
                        + " && d.scrollWidth <= d.clientWidth"))
        .isTrue();
  }

  /** What the handle on the pattern says. */
  private double grip(String what) {
    return Double.parseDouble(
        browser
            .findElement(By.cssSelector("g[aria-label='%s: %s']".formatted(DARK_FIELD, what)))
            .getDomAttribute("aria-valuenow"));
  }

  private double value(String what) {
    return Double.parseDouble(
        browser
            .findElement(By.cssSelector("input[aria-label='%s: %s']".formatted(DARK_FIELD, what)))
            .getDomProperty("value"));
  }

  /** Another ring than the scan's: the image is the new one's. */
  private void assertRingFollows(CountedFile scan) {
    WebElement outer =
        browser.findElement(
            By.cssSelector("input[aria-label='%s: outer radius']".formatted(DARK_FIELD)));
    outer.sendKeys(Keys.chord(Keys.CONTROL, "a"), "200", Keys.ENTER);
    double[] inRing = inRing(scan, VirtualDetector.parse(DARK_FIELD + ",120,200", CAMERA));
    assertThat(inRing).isNotEqualTo(scan.image(DARK_FIELD).values());
    awaitImage(DARK_FIELD, values -> equal(values, inRing));
  }

  private static double[] inRing(CountedFile scan, VirtualDetector ring) {
    double[] electrons = new double[scan.geometry().positions()];
    for (int position = 0; position < electrons.length; position++) {
      electrons[position] =
          Arrays.stream(scan.events(position, 0))
              .filter(e -> ring.contains(e / CAMERA.columns(), e % CAMERA.columns()))
              .count();
    }
    return electrons;
  }

  private static String sha256(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }

  // ---- The browser -----------------------------------------------------------------------------

  private void startBrowser() {
    ChromeOptions options = new ChromeOptions();
    options.setBinary("/usr/bin/chromium");
    options.addArguments(
        "--headless=new",
        "--no-sandbox", // the tests may run as root
        "--disable-dev-shm-usage",
        "--force-device-scale-factor=1",
        "--window-size=1920,1223");
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(Path.of("/usr/bin/chromedriver").toFile())
            .usingAnyFreePort()
            .build();
    browser = new ChromeDriver(service, options);
    browser.manage().timeouts().implicitlyWait(Duration.ofSeconds(20));
    browser.manage().timeouts().scriptTimeout(Duration.ofSeconds(60));
  }

  private void signIn(String address, String oneTime) {
    browser.get(address);
    field("Name").sendKeys("admin");
    field("Password").sendKeys(oneTime, Keys.ENTER);
    field("New password").sendKeys(PASSWORD);
    field("Once more").sendKeys(PASSWORD, Keys.ENTER);
    browser.findElement(By.cssSelector("[aria-label='Diffraction pattern']"));
  }

  private void go(String page) {
    browser.executeScript("location.hash = arguments[0]", "#/" + page);
  }

  private void press(String button) {
    browser.findElement(By.xpath("//button[. = '%s']".formatted(button))).click();
  }

  private void awaitText(String selector, Predicate<String> wanted) {
    await()
        .atMost(Sandbox.DEADLINE)
        .ignoreExceptionsInstanceOf(WebDriverException.class)
        .until(() -> wanted.test(browser.findElement(By.cssSelector(selector)).getText()));
  }

  /** By the rules of axe-core; what it calls minor or moderate is a matter of taste. */
  private void assertAccessible() {
    Object faults =
        browser.executeAsyncScript(
            AXE
                + """
                ;const done = arguments[arguments.length - 1];
                axe.run().then(
                    r => done(r.violations.filter(v => ['serious', 'critical'].includes(v.impact))
                        .map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' '))),
                    e => done([String(e)]));
                """);
    assertThat((List<?>) faults).as("of %s", browser.getCurrentUrl()).isEmpty();
  }

  private WebElement field(String label) {
    return browser.findElement(
        By.xpath(
            "//input[@id = //label[starts-with(normalize-space(.), '%s')]/@for] | //label[starts-with(normalize-space(.), '%s')]//input"
                .formatted(label, label)));
  }

  /** Null while there is no image of that name. */
  private double[] image(String name) {
    // A NaN has no form in JSON.
    Object values =
        browser.executeScript(
            "const r = window.millrace.image(arguments[0]);"
                + " return r && Array.from(r.values, v => Number.isNaN(v) ? null : v)",
            name);
    return values == null
        ? null
        : ((List<?>) values)
            .stream()
                .mapToDouble(v -> v == null ? Double.NaN : ((Number) v).doubleValue())
                .toArray();
  }

  private void awaitImage(String name, Predicate<double[]> wanted) {
    await()
        .atMost(Sandbox.DEADLINE)
        .until(
            () -> {
              double[] values = image(name);
              return values != null && wanted.test(values);
            });
  }

  private static long finite(double[] values) {
    return Arrays.stream(values).filter(Double::isFinite).count();
  }

  /** As 32-bit numbers, which the page has. */
  private static boolean equal(double[] shown, double[] file) {
    return shown.length == file.length
        && IntStream.range(0, file.length).allMatch(i -> (float) shown[i] == (float) file[i]);
  }

  /** What is brighter in the file is not darker on the canvas, and some of it is much brighter. */
  private void assertDrawn(String name, double[] file) {
    List<?> grey =
        (List<?>)
            browser.executeScript(
                "const c = [...document.querySelectorAll('canvas')].find(c => c.dataset.name === arguments[0]);"
                    + " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
                    + " return Array.from({length: d.length / 4}, (_, i) => d[4 * i])",
                name);
    assertThat(grey).hasSameSizeAs(file);
    int[] byValue =
        IntStream.range(0, file.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> file[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    List<Long> levels =
        Arrays.stream(byValue).mapToObj(i -> ((Number) grey.get(i)).longValue()).toList();
    assertThat(levels).isSorted();
    assertThat(levels.get(levels.size() - 1) - levels.get(0)).isGreaterThan(200);
  }

  /** SHA-256 of what the page's link gives. */
  private String downloaded() {
    Object sum =
        browser.executeAsyncScript(
            """
            const done = arguments[arguments.length - 1];
            (async () => {
              const link = [...document.querySelectorAll('a')].find(a => a.textContent === 'HDF5 file');
              const file = await fetch(link.href);
              const sum = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
              return Array.from(new Uint8Array(sum), b => b.toString(16).padStart(2, '0')).join('');
            })().then(done, e => done(String(e)));
            """);
    return (String) sum;
  }

  /** Gets the notebook that the page offers, and runs its cells; returns what they print. */
  private String runNotebook() throws Exception {
    String notebook =
        (String)
            browser.executeAsyncScript(
                """
                const done = arguments[arguments.length - 1];
                const link = [...document.querySelectorAll('a')].find(a => a.textContent === 'Notebook');
                fetch(link.href).then(r => r.text()).then(done, e => done(String(e)));
                """);
    StringBuilder program = new StringBuilder();
    for (JsonNode cell : new ObjectMapper().readTree(notebook).get("cells")) {
      if (cell.get("cell_type").asText().equals("code")) {
        program.append(cell.get("source").asText()).append('\n');
      }
    }
    Path cells = Files.writeString(dir.resolve("cells.py"), program);
    Result printed = sandbox.run("/usr/bin/python3", cells.toString());
    assertThat(printed.status()).as(printed.err()).isZero();
    return printed.out();
  }

  private void picture(String name) {
    if (PICTURES != null) {
      try {
        Files.write(
            Files.createDirectories(Path.of(PICTURES)).resolve("gateway-" + name + ".png"),
            browser.getScreenshotAs(OutputType.BYTES));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
