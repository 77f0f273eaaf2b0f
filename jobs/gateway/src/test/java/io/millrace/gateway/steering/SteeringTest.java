package io.millrace.gateway.steering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.gateway.facility.FacilityException;
import io.millrace.gateway.facility.JobState;
import io.millrace.gateway.machine.MachineProfile;
import io.millrace.gateway.server.ApiException;
import io.millrace.gateway.session.MachineSessions;
import io.millrace.gateway.store.Database;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked for, and the threads that see to it. */
class SteeringTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  private final StoodInFacility facility = new StoodInFacility();
  private volatile boolean hasNoKey;
  private MachineProfile machine;
  private Database database;
  private Steering steering;
  private volatile String live = "tcp://127.0.0.1:5570";

  @BeforeEach
  void start() throws Exception {
    machine = MachineProfile.load(Path.of("../..").toAbsolutePath().normalize(), "local-slurm");
    database = Database.open("sqlite:" + folder.resolve("gateway.db"));
    restart();
  }

  private void restart() {
    if (steering != null) {
      steering.close();
    }
    steering =
        new Steering(
            database,
            List.of(machine),
            () -> live,
            m -> {
              if (hasNoKey) {
                throw new FacilityException("there is no key");
              }
              return new MachineSessions(facility, m);
            },
            Clock.systemUTC(),
            Optional.of(Duration.ofMillis(50)),
            new PrometheusRegistry());
    steering.start();
  }

  @AfterEach
  void close() {
    steering.close();
    database.close();
  }

  @Test
  void jobsAreToldWhereTheGatewayListensIfTheyCanReachIt() throws Exception {
    ask("near", 1, 60, Map.of());
    await().atMost(PATIENCE).until(() -> facility.scripts.containsKey("near"));
    assertThat(facility.scripts.get("near")).contains("--live=" + live);
    machine = MachineProfile.load(Path.of("../..").toAbsolutePath().normalize(), "perlmutter");
    restart();
    ask("s", 1, 60, Map.of());
    await().atMost(PATIENCE).until(() -> facility.scripts.containsKey("s"));
    assertThat(facility.scripts.get("s")).doesNotContain("--live");
    live = "tcp://gateway.example.org:5570";
    ask("t", 1, 60, Map.of());
    await().atMost(PATIENCE).until(() -> facility.scripts.containsKey("t"));
    assertThat(facility.scripts.get("t")).contains("--live=" + live);
  }

  @Test
  void sessionsUnderWayTellWhereTheirZooKeepersAre() {
    ask("s", 1, 60, Map.of());
    assertThat(steering.zooKeepers()).isEmpty();
    steering.store().found("s", null, "node1:2181", null);
    assertThat(steering.zooKeepers()).containsExactly("node1:2181");
  }

  private SteeredSession ask(String name, int nodes, int minutes, Map<String, Object> values) {
    return steering.request(name, machine.name(), nodes, minutes, values, "ada");
  }

  private void awaitState(SteeredState state) {
    await().atMost(PATIENCE).until(() -> steering.find("s").state() == state);
  }

  @Test
  void whatIsImpossibleIsNotStored() {
    for (String message : List.of("1 to 8 nodes", "3 to 480 minutes", "named with", "0 to 65535")) {
      assertThatThrownBy(
              () ->
                  ask(
                      message.startsWith("named") ? "a b" : "s",
                      message.startsWith("1 to") ? 9 : 1,
                      message.startsWith("3 to") ? 481 : 60,
                      message.startsWith("0 to") ? Map.of("background", -1, "xray", 5) : Map.of()))
          .isInstanceOf(ApiException.class)
          .hasMessageContaining(message);
    }
    assertThatThrownBy(() -> steering.request("s", "elsewhere", 1, 60, Map.of(), "ada"))
        .hasMessageContaining(machine.name());
    assertThat(steering.store().count(null)).isZero();
    assertThat(facility.submits).isEmpty();
  }

  @Test
  void aNameIsUsedUp() {
    ask("s", 1, 60, Map.of());
    assertThatThrownBy(() -> ask("s", 1, 60, Map.of())).hasMessageContaining("another name");
  }

  @Test
  void goesOnWithTheNextGateway() {
    ask("s", 2, 60, Map.of("centroids", true));
    awaitState(SteeredState.QUEUED);
    restart();
    facility.job("s", JobState.RUNNING);
    awaitState(SteeredState.STARTING);
    steering.wish("s", Wish.CANCEL);
    await().atMost(PATIENCE).until(() -> !facility.cancels.isEmpty());
    facility.job("s", JobState.CANCELLED);
    awaitState(SteeredState.ENDED);
    assertThat(facility.submits).containsExactly("s");
    assertThatThrownBy(() -> steering.wish("s", Wish.DRAIN)).hasMessageContaining("is over");
    assertThat(steering.store().count(true)).isEqualTo(1);
    assertThat(steering.store().count(false)).isZero();
  }

  @Test
  void aMachineWithoutAKeySaysSoAndIsTriedAgain() {
    hasNoKey = true;
    restart();
    ask("s", 1, 60, Map.of());
    await().atMost(PATIENCE).until(() -> steering.find("s").text().equals("there is no key"));
    MachineReconciler on = steering.machines().iterator().next();
    assertThat(on.sight().state()).isEqualTo("unknown");
    hasNoKey = false;
    awaitState(SteeredState.QUEUED);
    await().atMost(PATIENCE).until(() -> on.sight().state().equals("up"));
  }

  @Test
  void logIsReadWhereTheJobIs() throws Exception {
    ask("s", 1, 60, Map.of());
    awaitState(SteeredState.QUEUED);
    assertThat(steering.log("s", 100)).isEmpty();
    facility.files.put(machine.logOf("s"), "hello\n");
    assertThat(steering.log("s", 100)).isEqualTo("hello\n");
    facility.unreachable = true;
    assertThatThrownBy(() -> steering.log("s", 100))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("does not answer");
  }
}
