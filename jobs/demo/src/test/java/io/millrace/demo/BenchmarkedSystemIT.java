package io.millrace.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.benchmarks.Bench;
import io.millrace.benchmarks.files.Comparison;
import io.millrace.benchmarks.files.Contest;
import io.millrace.benchmarks.live.Chromium;
import io.millrace.benchmarks.live.DrawnScan;
import io.millrace.benchmarks.live.GatewayLogin;
import io.millrace.benchmarks.live.Viewers;
import io.millrace.benchmarks.live.WatchedPage;
import io.millrace.benchmarks.parts.GatewayPart;
import io.millrace.benchmarks.parts.Jvm;
import io.millrace.benchmarks.parts.Rig;
import io.millrace.benchmarks.parts.Route;
import io.millrace.benchmarks.parts.SameResult;
import io.millrace.benchmarks.parts.Series;
import io.millrace.benchmarks.parts.Simulation;
import io.millrace.benchmarks.parts.Turn;
import io.millrace.demo.Sandbox.Result;
import io.millrace.detector.Thresholds;
import io.millrace.parts.RunFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The running system as the benchmarks measure it, as small as it can be. It stands here, where
 * everything that it starts is built before.
 */
@Execution(ExecutionMode.CONCURRENT)
class BenchmarkedSystemIT {
  private static final Simulation SCAN = Simulation.of("16x16", 500);
  private static final Thresholds THRESHOLDS = new Thresholds(28.5, 1088);

  @TempDir Path dir;
  private Sandbox sandbox;

  @BeforeEach
  void open() {
    sandbox = new Sandbox(dir);
  }

  @AfterEach
  void close() {
    sandbox.close();
  }

  /** A turn ends only if every sector came; that of the whole way, if the file has every frame. */
  @Test
  @Timeout(value = 12, unit = TimeUnit.MINUTES) // three clusters, beside another test's
  void scansGoThroughAllWaysInTurn() throws Exception {
    List<String> told = new ArrayList<>();
    List<Series> series;
    SameResult result = new SameResult();
    try (Rig rig = new Rig(Sandbox.ROOT, sandbox.run, sandbox.restPort)) {
      List<Route> routes =
          List.of(
              rig.bare("bare"),
              rig.relayed("relayed", 2),
              rig.counted("whole", 2, 1, THRESHOLDS, result),
              rig.acknowledged("acknowledged", 2, THRESHOLDS, result));
      series = Series.measure(routes, SCAN, 0, 1, told::add);
      assertThat(sandbox.left()).isNotEmpty();
    }
    assertThat(sandbox.left()).isEmpty();
    assertThat(told).hasSize(8);

    assertThat(series)
        .extracting(Series::name)
        .containsExactly("bare", "relayed", "whole", "acknowledged");
    assertThat(series.get(0).memory()).containsOnlyKeys(Jvm.PRODUCER, Jvm.RECEIVER);
    assertThat(series.get(1).memory()).containsOnlyKeys(Jvm.PRODUCER, Jvm.AGGREGATOR, Jvm.RECEIVER);
    assertThat(series.get(2).memory())
        .containsOnlyKeys(Jvm.PRODUCER, Jvm.AGGREGATOR, Jvm.JOB_MANAGER, Jvm.TASK_MANAGER);
    assertThat(series.get(3).memory())
        .containsOnlyKeys(
            Jvm.PRODUCER, Jvm.AGGREGATOR, Jvm.ZOOKEEPER, Jvm.JOB_MANAGER, Jvm.TASK_MANAGER);
    for (Series s : series) {
      assertThat(s.turns()).hasSize(1);
      Turn turn = s.turns().get(0);
      assertThat(turn.seconds()).isPositive();
      assertThat(turn.cpuSeconds()).containsOnlyKeys(s.memory().keySet());
      assertThat(turn.cpuSeconds().values().stream().mapToDouble(c -> c).sum()).isPositive();
      s.memory().values().forEach(m -> assertThat(m.peakResidentBytes()).isPositive());
    }
    // Nobody allocates sectors: the aggregator and the pull have pools.
    double bytes = SCAN.gigabytes() * 1e9;
    assertThat((double) series.get(1).memory().get(Jvm.AGGREGATOR).allocatedBytes())
        .isLessThan(0.5 * bytes);
    assertThat((double) series.get(1).memory().get(Jvm.RECEIVER).allocatedBytes())
        .isLessThan(0.5 * bytes);
    assertThat(series.get(2).memory().get(Jvm.TASK_MANAGER).allocatedBytes()).isPositive();
  }

  /** The comparison fails if the two ways do not make the same of a scan. */
  @Test
  void filesAndTheStreamMakeTheSameOfAScanAndNothingIsLeft() throws Exception {
    List<String> told = new ArrayList<>();
    Contest contest;
    try (Rig rig = new Rig(Sandbox.ROOT, sandbox.run, sandbox.restPort)) {
      contest =
          new Comparison(rig, THRESHOLDS, 2, true, told::add)
              .contest(Simulation.of("8x8", 500), 0, 1);
      assertThat(sandbox.left()).isNotEmpty();
    }
    assertThat(sandbox.left()).isEmpty();
    assertThat(told).hasSize(2);
    assertThat(contest.files()).hasSize(1);
    assertThat(contest.files().get(0).written()).isPositive();
    assertThat(contest.files().get(0).copied()).isPositive();
    assertThat(contest.files().get(0).counted()).isPositive();
    assertThat(contest.streaming()).hasSize(1);
    assertThat(dataFiles()).isEmpty();
  }

  /** The page draws each position after its frame was sent, also while a viewer takes nothing. */
  @Test
  @Timeout(value = 6, unit = TimeUnit.MINUTES) // a cluster, a gateway and a browser
  void thePageIsSeenToDrawAScan() throws Exception {
    Simulation paced = SCAN.paced(60);
    try (Rig rig = new Rig(Sandbox.ROOT, sandbox.run, sandbox.restPort)) {
      GatewayPart gateway = rig.gateway("gateway");
      GatewayLogin login = GatewayLogin.first(gateway);
      Route route = rig.live("live", 2, THRESHOLDS, file -> {}, Optional.of(gateway));
      route.load(paced);
      try (WatchedPage page = WatchedPage.open(rig.parts(), Chromium.find().orElseThrow(), login);
          Viewers viewers = Viewers.open(login, 2, 1)) {
        long scan = route.nextScan();
        Turn turn = route.run();
        DrawnScan drawn = page.await(scan, Sandbox.DEADLINE);
        assertThat(drawn.millis()).hasSize(SCAN.frames());
        // Most of it was drawn before the scan was over.
        assertThat(drawn.secondsToFirstImage(route.lastSent())).isBetween(0.0, turn.seconds());
        assertThat(Arrays.stream(drawn.millis()).distinct().count()).isGreaterThan(3);
        double[] seconds = drawn.secondsAfterSent(route.lastSent(), 60);
        assertThat(Arrays.stream(seconds).min().orElseThrow()).isPositive();
        // At least both images of both viewers.
        assertThat(viewers.bytes()).isGreaterThan(2 * 2 * 4L * SCAN.frames());
        viewers.requireConnected(2);
        assertThat(turn.cpuSeconds().get(Jvm.GATEWAY)).isPositive();
      }
    }
    assertThat(sandbox.left()).isEmpty();
  }

  private List<Path> dataFiles() throws IOException {
    try (Stream<Path> all = Files.walk(sandbox.run)) {
      return all.filter(f -> f.toString().matches(".*\\.(data|h5|part)")).toList();
    }
  }

  @Test
  void portsThatAreInUseAreNamed() throws Exception {
    try (Rig rig = new Rig(Sandbox.ROOT, sandbox.run, sandbox.restPort);
        Rig other = new Rig(Sandbox.ROOT, dir.resolve("other"), sandbox.restPort)) {
      rig.bare("bare");
      assertThatThrownBy(() -> other.bare("bare"))
          .isInstanceOf(RunFailure.class)
          .hasMessage(
              "port %d is in use; end what uses it, or give another --first-port",
              sandbox.restPort);
    }
  }

  /** Of the commands the one that starts least: all of them start their parts on a rig. */
  @Test
  void interruptEndsEverything() throws Exception {
    Process bench =
        sandbox.start(
            sandbox.run,
            List.of(
                "env",
                "--default-signal=INT",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dmillrace.root=" + Sandbox.ROOT,
                "-cp",
                System.getProperty("java.class.path"),
                Bench.class.getName(),
                "files",
                "--quick",
                "--scan=16x16",
                "--first-port=" + sandbox.restPort));
    await()
        .atMost(Sandbox.DEADLINE)
        .until(() -> !bench.isAlive() || sandbox.printed().contains("warm-up 1"));
    assertThat(bench.isAlive()).as(sandbox.printed()).isTrue();

    assertThat(new ProcessBuilder("kill", "-INT", Long.toString(bench.pid())).start().waitFor())
        .isZero();
    Result ended = sandbox.result(bench);
    assertThat(ended.status()).isEqualTo(130);
    assertThat(sandbox.left()).isEmpty();
    assertThat(dataFiles()).isEmpty();
  }
}
