package io.millrace.ingest.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.coordination.Member;
import io.millrace.coordination.MemberState;
import io.millrace.coordination.Membership;
import io.millrace.coordination.Role;
import io.millrace.coordination.Scan;
import io.millrace.coordination.ScanState;
import io.millrace.coordination.Scans;
import io.millrace.coordination.SessionState;
import io.millrace.coordination.Sessions;
import io.millrace.coordination.ZooKeeperConnection;
import io.millrace.coordination.ZooKeeperNode;
import io.millrace.ingest.Millrace;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The commands, in this process, with a real ZooKeeper. */
class ConsoleTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @TempDir private Path directory;
  private ZooKeeperNode server;
  private ZooKeeperConnection zooKeeper;

  private record Run(int code, String out, String err) {
    JsonNode json() throws IOException {
      return new ObjectMapper().readTree(out);
    }
  }

  @BeforeEach
  void start() throws IOException {
    server = ZooKeeperNode.start("127.0.0.1", 0, directory.resolve("zookeeper"));
    zooKeeper = ZooKeeperConnection.open(address(), TIMEOUT);
  }

  @AfterEach
  void stop() {
    zooKeeper.close();
    server.close();
  }

  private String address() {
    return "127.0.0.1:" + server.port();
  }

  private Run run(String... words) {
    return run(new StringWriter(), words);
  }

  private Run run(Writer out, String... words) {
    List<String> args = new ArrayList<>(List.of(words));
    args.add("--zookeeper");
    args.add(address());
    CommandLine millrace = Millrace.commandLine();
    StringWriter err = new StringWriter();
    millrace.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int code = millrace.execute(args.toArray(String[]::new));
    return new Run(code, out.toString(), err.toString());
  }

  private Membership join(Role role, String name, Map<String, String> offers) throws IOException {
    return Membership.join(zooKeeper, Member.starting(role, name, "s", offers), TIMEOUT);
  }

  @Test
  void aSessionIsLedFromItsBeginningToItsEnd() throws IOException {
    Sessions sessions = new Sessions(zooKeeper);
    assertThat(run("session", "list").out()).isEqualTo("No session yet.\n");
    Run created =
        run("session", "create", "s", "--parameter", "user=Ada", "--parameter", "sample=MoS2");
    assertThat(created.code()).isZero();
    assertThat(sessions.find("s").orElseThrow().parameters())
        .isEqualTo(Map.of("user", "Ada", "sample", "MoS2"));
    Run again = run("session", "create", "s");
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err()).contains("there is a session s already");

    assertThat(run("session", "open", "s").out()).startsWith("session s is open since 20");
    assertThat(sessions.find("s").orElseThrow().state()).isEqualTo(SessionState.OPEN);
    assertThat(run("session", "list").out())
        .contains("SESSION  STATE  SINCE")
        .containsPattern("s +open +20.*Z +sample MoS2, user Ada");
    assertThat(run("session", "list", "--json").json().at("/sessions/0/name").asText())
        .isEqualTo("s");

    Run drained = run("session", "drain", "s");
    assertThat(drained.code()).isZero();
    assertThat(drained.out()).contains("session s is drained: no scan is under way");
    assertThat(run("session", "open", "s").err()).contains("session s is draining");
    assertThat(run("session", "close", "s").out()).isEqualTo("session s is closed\n");
    assertThat(sessions.find("s").orElseThrow().state()).isEqualTo(SessionState.CLOSED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"open", "drain", "close", "create"})
  void aNameThatNoneCanHaveIsMisuse(String command) {
    Run run = run("session", command, "a/b");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("letters, digits").contains("--help");
  }

  @ParameterizedTest
  @ValueSource(strings = {"drain", "close"})
  void aSessionThatIsNotThereIsNamed(String command) {
    Run run = run("session", command, "nobody");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("there is no session nobody");
  }

  @Test
  void drainWaitsForTheScansUnderWayAndSaysForWhich() throws Exception {
    new Sessions(zooKeeper).open("s");
    Scans scans = new Scans(zooKeeper, "s");
    Scan scan = scans.begin(7, 65, 64);
    scans.change(scan.id(), s -> s.in(ScanState.STREAMING, ""));
    StringWriter out = new StringWriter();
    CompletableFuture<Run> drain =
        CompletableFuture.supplyAsync(() -> run(out, "session", "drain", "s"));
    await()
        .atMost(TIMEOUT)
        .until(() -> out.toString().contains("waiting for scan " + scan.id() + " (streaming for "));
    assertThat(drain).isNotDone();
    scans.change(scan.id(), s -> s.in(ScanState.COMPLETE, ""));
    Run run = drain.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    assertThat(run.code()).isZero();
    assertThat(run.out()).endsWith("session s is drained: no scan is under way\n");
  }

  @Test
  void drainGivesUpAtItsDeadlineAndCloseSaysWhatIsLost() throws IOException {
    new Sessions(zooKeeper).open("s");
    Scan scan = new Scans(zooKeeper, "s").begin(7, 65, 64);
    Run drain = run("session", "drain", "s", "--wait", "1ms");
    assertThat(drain.code()).isEqualTo(1);
    assertThat(drain.err())
        .contains("session s is draining still")
        .contains(scan.id())
        .contains("scripts/millrace status --session s");
    assertThat(run("session", "drain", "s", "--wait", "0s").code()).isZero();
    assertThat(run("session", "close", "s").out())
        .contains("given up: scan %s, which was announced".formatted(scan.id()));
  }

  @Test
  void scansAreListedAndShown() throws IOException {
    assertThat(run("scan", "list", "--session", "s").out())
        .isEqualTo("Session s has no scan yet.\n");
    Scans scans = new Scans(zooKeeper, "s");
    Scan first = scans.begin(7, 65, 64);
    scans.change(
        first.id(),
        s -> s.with(65, 64, 4159, 1, 0, "/data/7.h5").in(ScanState.INCOMPLETE, "1 incomplete"));
    Scan second = scans.begin(8, 0, 0);
    assertThat(run("scan", "list", "--session", "s").out())
        .contains(first.id() + "  s        incomplete")
        .contains(second.id() + "  s        announced")
        .contains("/data/7.h5");
    assertThat(run("scan", "list", "--session", "s", "--json").json().get("scans")).hasSize(2);
    for (String wanted : List.of("7", first.id())) {
      assertThat(run("scan", "show", wanted, "--session", "s").out())
          .contains("state       incomplete\n")
          .contains("positions   65x64\n")
          .contains("frames      4,159 complete, 1 incomplete, 0 absent\n")
          .contains("file        /data/7.h5\n");
    }
    assertThat(run("scan", "show", "8", "--session", "s", "--json").json().get("id").asText())
        .isEqualTo(second.id());
    Run missing = run("scan", "show", "9", "--session", "s");
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err()).contains("session s has no scan 9");
    assertThat(run("scan", "list").out()).isEqualTo("Session default has no scan yet.\n");
  }

  @Test
  void theStatusIsWellWhenEverybodyIsThere() throws IOException {
    Run nothing = run("status");
    assertThat(nothing.out()).contains("No session is open.").endsWith("No problems.\n");
    assertThat(nothing.code()).isZero();
    new Sessions(zooKeeper).open("s");
    Run nobody = run("status");
    assertThat(nobody.code()).isEqualTo(1);
    assertThat(nobody.out())
        .contains("Session s is open and has no aggregator, no producer and no lanes.");
    try (Membership aggregator = join(Role.AGGREGATOR, "edge", Map.of(Member.LANES, "1"));
        Membership producer = join(Role.PRODUCER, "module-0", Map.of());
        Membership lane = join(Role.LANE, "lane-0", Map.of())) {
      Run all = run("status", "--session", "s");
      assertThat(all.out()).contains("edge").contains("module-0").endsWith("No problems.\n");
      assertThat(all.code()).isZero();
      producer.tell(MemberState.STREAMING);
      lane.tell(MemberState.STALLED, "the disk is full");
      aggregator.count(Map.of("relayed", 7L));
      await()
          .atMost(TIMEOUT)
          .untilAsserted(
              () -> {
                Run stalled = run("status", "--json");
                assertThat(stalled.code()).isEqualTo(1);
                assertThat(stalled.json().at("/problems/0/what").asText())
                    .contains("Lane lane-0")
                    .endsWith(": the disk is full.");
                assertThat(stalled.json().at("/members")).hasSize(3);
                assertThat(stalled.json().at("/members/1/counters/relayed").asLong()).isEqualTo(7);
              });
    }
  }

  @Test
  void aSessionThatWasAskedForIsShownAlone() throws IOException {
    new Sessions(zooKeeper).open("other");
    new Sessions(zooKeeper).create("s", Map.of());
    Run run = run("status", "--session", "s", "--json");
    assertThat(run.json().get("sessions")).hasSize(1);
    assertThat(run.code()).isZero();
    assertThat(run("status", "--session", "x").out()).contains("There is no session x.");
    assertThat(run("status", "--session", "x/y").code()).isEqualTo(2);
  }

  @Test
  void withoutZooKeeperTheStatusSaysWhatToDo() throws IOException {
    server.close();
    Run run = run("status", "--connect-timeout", "200ms");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out())
        .contains("ZooKeeper cannot be used: no ZooKeeper at " + address())
        .contains("scripts/millrace zookeeper --data DIR");
    Run json = run("status", "--connect-timeout", "200ms", "--json");
    assertThat(json.code()).isEqualTo(1);
    assertThat(json.json().get("answers").asBoolean()).isFalse();
    Run list = run("session", "list", "--connect-timeout", "200ms");
    assertThat(list.code()).isEqualTo(1);
    assertThat(list.err()).contains("no ZooKeeper at " + address());
    Run doctor = run("doctor", "--connect-timeout", "200ms", "--run", directory.toString());
    assertThat(doctor.code()).isEqualTo(1);
    assertThat(doctor.out()).contains("problem  ZooKeeper       ZooKeeper cannot be used");
  }

  @Test
  void theDoctorLooksAtEverything() {
    Run run =
        run("doctor", "--run", directory.toString(), "--output", directory.resolve("o").toString());
    assertThat(run.out().lines().filter(line -> !line.startsWith(" ")))
        .extracting(line -> line.length() < 25 ? line : line.substring(9, 25).strip())
        .contains(
            "Java",
            "cores",
            "memory",
            "run folder",
            "output",
            "ZooKeeper",
            "ensemble",
            "clock",
            "port 2181",
            "ports 5560-5563",
            "ports 5600-5603",
            "port 8081",
            "security");
    assertThat(run.out())
        .contains("ok       ZooKeeper")
        .containsPattern("\\d+ problems, \\d+ warn");
    assertThat(run.code()).isEqualTo(run.out().contains("\nproblem") ? 1 : 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status",
        "session",
        "session create",
        "session drain",
        "scan",
        "scan show",
        "doctor"
      })
  void helpIsThere(String command) {
    CommandLine millrace = Millrace.commandLine();
    StringWriter out = new StringWriter();
    millrace.setOut(new PrintWriter(out, true));
    assertThat(millrace.execute((command + " --help").split(" "))).isZero();
    assertThat(out.toString()).contains("Usage: millrace " + command);
    StringWriter all = new StringWriter();
    millrace.setOut(new PrintWriter(all, true)).execute("--help");
    assertThat(all.toString()).contains("\n  " + command.split(" ")[0] + " ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "scan"})
  void aCommandWithoutItsSubcommandIsMisuse(String command) {
    Run run = run(command);
    assertThat(run.code()).isEqualTo(2);
  }
}
