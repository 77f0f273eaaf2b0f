package io.millrace.benchmarks.latency;

import io.millrace.benchmarks.live.DrawnScan;
import io.millrace.benchmarks.live.GatewayLogin;
import io.millrace.benchmarks.live.WatchedPage;
import io.millrace.benchmarks.parts.GatewayPart;
import io.millrace.benchmarks.parts.Jvm;
import io.millrace.benchmarks.parts.Rig;
import io.millrace.benchmarks.parts.Route;
import io.millrace.benchmarks.parts.SameResult;
import io.millrace.benchmarks.parts.ScanTimes;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.Turn;
import io.millrace.detector.Thresholds;
import io.millrace.parts.RunFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;

/**
 * Scans at a camera's pace that somebody watches in a browser.
 *
 * @param simulation what was sent
 * @param pixels of every position of every scan: seconds from its last sector sent until it was
 *     drawn
 * @param late of every scan: seconds by which its last sector was sent later than it was due, which
 *     are in {@code pixels}
 * @param firstImages of every scan: seconds from its first sector sent until something was drawn
 * @param gatewayCores of every scan: cores that the gateway used for this one browser
 */
record WatchedScans(
    Simulation simulation,
    double[] pixels,
    double[] late,
    double[] firstImages,
    double[] gatewayCores) {
  /** What is drawn after the last frame was counted. */
  private static final Duration DRAWN_WITHIN = Duration.ofSeconds(30);

  /**
   * Warms all parts up, with scans as fast as possible, and measures.
   *
   * @param paced what is sent
   * @param warmUps scans
   * @param scans that count
   */
  static WatchedScans measure(
      Rig rig,
      Path chromium,
      int lanes,
      Thresholds thresholds,
      Simulation paced,
      int warmUps,
      int scans,
      Consumer<String> progress)
      throws RunFailure, InterruptedException {
    GatewayPart gateway = rig.gateway("gateway");
    SameResult result = new SameResult();
    Route route = rig.live("watched", lanes, thresholds, result, Optional.of(gateway));
    List<double[]> pixels = new ArrayList<>();
    double[] late = new double[scans];
    double[] firstImages = new double[scans];
    double[] gatewayCores = new double[scans];
    try (WatchedPage page = WatchedPage.open(rig.parts(), chromium, GatewayLogin.first(gateway))) {
      route.load(paced.paced(Double.POSITIVE_INFINITY));
      for (int i = 1; i <= warmUps; i++) {
        route.run();
        progress.accept("watched, warm-up %d of %d".formatted(i, warmUps));
      }
      route.load(paced);
      result.forget(); // another producer has frames of its own
      for (int i = 0; i < scans; i++) {
        long scan = route.nextScan();
        Turn turn = route.run();
        gatewayCores[i] = turn.cpuSeconds().get(Jvm.GATEWAY) / turn.seconds();
        ScanTimes sent = route.lastSent();
        DrawnScan drawn = page.await(scan, DRAWN_WITHIN);
        pixels.add(drawn.secondsAfterSent(sent, paced.framesPerSecond()));
        late[i] = drawn.secondsLate(sent, paced.framesPerSecond());
        firstImages[i] = drawn.secondsToFirstImage(sent);
        progress.accept(
            String.format(
                Locale.ROOT,
                "%s, watched, scan %d of %d: the first image after %.2f s",
                paced,
                i + 1,
                scans,
                firstImages[i]));
      }
    }
    return new WatchedScans(
        paced,
        pixels.stream().flatMapToDouble(DoubleStream::of).toArray(),
        late,
        firstImages,
        gatewayCores);
  }
}
