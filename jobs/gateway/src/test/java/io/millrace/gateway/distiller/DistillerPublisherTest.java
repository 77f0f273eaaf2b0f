package io.millrace.gateway.distiller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.detector.ScanGeometry;
import io.millrace.detector.live.LiveEnd;
import io.millrace.gateway.live.LiveScan;
import io.millrace.gateway.scans.Catalogue;
import io.millrace.gateway.steering.SessionJob;
import io.millrace.gateway.store.Database;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DistillerPublisherTest {
  private static final ScanGeometry GEOMETRY = new ScanGeometry(3, 2);
  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', '\r', '\n', 0, 1};
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path dir;
  private StoodInDistiller distiller;
  private Database database;
  private Catalogue catalogue;
  private DistillerPublisher publisher;
  private final Map<String, Integer> percent = new ConcurrentHashMap<>();
  private final Map<String, SessionJob> jobs = new ConcurrentHashMap<>();

  @BeforeEach
  void open() throws Exception {
    distiller = new StoodInDistiller();
    database = Database.open(databaseUrl());
    catalogue = new Catalogue(database.jdbi());
  }

  String databaseUrl() throws Exception {
    return "sqlite:" + dir.resolve("gateway.db");
  }

  @AfterEach
  void close() {
    publisher.close();
    database.close();
    distiller.close();
  }

  private void start() {
    start(StoodInDistiller.KEY, Duration.ofSeconds(10));
  }

  private void start(String key, Duration deadline) {
    publisher =
        new DistillerPublisher(
            distiller.settings(key),
            database,
            catalogue,
            id -> percent.getOrDefault(id, 0),
            session -> Optional.ofNullable(jobs.get(session)),
            Clock.systemUTC(),
            new PrometheusRegistry(),
            Duration.ofMillis(30),
            deadline);
    publisher.start();
  }

  private String begin(long number) {
    return catalogue.of("night", number, "p", GEOMETRY, Instant.now().plusMillis(1));
  }

  private void end(String id, long number) {
    LiveScan live = new LiveScan(id, "night", number, GEOMETRY, Instant.now());
    live.take(new LiveEnd(number, GEOMETRY, 5, 1, 0, new long[] {0, 1}, "announced"));
    catalogue.tellEnd(live, Instant.now());
    catalogue.note(id, 1234, "abcd", PNG);
  }

  private void session(String state, boolean isOver) {
    Instant now = Instant.now();
    jobs.put(
        "night",
        new SessionJob(
            "night", "perlmutter", 4, 60, Map.of("xray", 436), "4711", state, now, now, isOver));
  }

  /** The table of sessions has it, as if somebody had asked for it. */
  private void addSession() {
    database
        .jdbi()
        .useHandle(
            db ->
                db.execute(
                    "INSERT INTO sessions (name, machine, nodes, minutes, parameters, wish, state,"
                        + " text, since, created, created_by) VALUES ('night', 'perlmutter', 4, 60,"
                        + " '{}', 'RUN', 'READY', '', ?, ?, 'ada')",
                    Instant.now(),
                    Instant.now().plusMillis(1)));
  }

  private ObjectNode awaitScan(java.util.function.Predicate<ObjectNode> wanted) {
    return await().atMost(PATIENCE).until(distiller::scan, s -> s != null && wanted.test(s));
  }

  @Test
  void scanAppearsWhileItStreamsAndIsWholeAtItsEnd() {
    start();
    addSession();
    session("RUNNING", false);
    String id = begin(7);
    ObjectNode created = awaitScan(scan -> scan.get("job_ids").size() == 1);
    assertThat(created.get("scan_id").asInt()).isEqualTo(7);
    assertThat(created.get("microscope_id").asLong()).isEqualTo(StoodInDistiller.MICROSCOPE);
    assertThat(created.at("/metadata/session").asText()).isEqualTo("night");
    assertThat(created.at("/metadata/millrace_scan").asText()).isEqualTo(id);
    ObjectNode job = distiller.jobs.get(created.get("job_ids").get(0).asLong());
    assertThat(job.get("job_type").asText()).isEqualTo("streaming");
    assertThat(job.get("machine").asText()).isEqualTo("perlmutter");
    await().atMost(PATIENCE).until(() -> job.get("state").asText().equals("RUNNING"));
    assertThat(job.get("slurm_id").asLong()).isEqualTo(4711);
    percent.put(id, 40);
    awaitScan(scan -> scan.get("progress").asInt() == 40);

    end(id, 7);
    session("COMPLETED", true);
    ObjectNode whole = awaitScan(scan -> scan.at("/metadata/sha256").asText().equals("abcd"));
    assertThat(whole.get("progress").asInt()).isEqualTo(100);
    assertThat(whole.at("/metadata/frames_complete").asInt()).isEqualTo(5);
    assertThat(whole.at("/metadata/frames_incomplete").asInt()).isEqualTo(1);
    assertThat(whole.at("/metadata/state").asText()).isEqualTo("INCOMPLETE");
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(distiller.images.values()).containsExactly(PNG));
    await().atMost(PATIENCE).until(() -> job.get("state").asText().equals("COMPLETED"));
    assertThat(job.get("elapsed").asLong()).isZero();
    assertThat(distiller.scanCount()).isEqualTo(1);
    assertThat(distiller.jobs).hasSize(1);
    // And then nothing more is asked.
    await().atMost(PATIENCE).until(() -> new DistillerStore(database.jdbi()).waiting() == 0);
  }

  @Test
  void whatIsOlderThanTheFirstStartIsNotTold() {
    catalogue.of("night", 1, "p", GEOMETRY, Instant.now().minusSeconds(60));
    start();
    begin(7);
    assertThat(awaitScan(scan -> true).get("scan_id").asInt()).isEqualTo(7);
  }

  @Test
  void creationOfWhichNobodyHeardIsFoundAndNotRepeated() {
    distiller.losesAnswer = true;
    start();
    String id = begin(7);
    percent.put(id, 10);
    awaitScan(scan -> scan.get("progress").asInt() == 10);
    assertThat(distiller.scanCount()).isEqualTo(1);
    assertThat(distiller.count("POST /api/v1/scans")).isEqualTo(1);
  }

  @Test
  void detectorThatNumbersAnewHasTwoScans() {
    start();
    begin(7);
    awaitScan(scan -> true);
    catalogue.of("morning", 7, "p", GEOMETRY, Instant.now().plusMillis(1));
    await().atMost(PATIENCE).until(() -> distiller.scanCount() == 2);
    assertThat(distiller.scans.values())
        .extracting(s -> s.get("uuid").asText())
        .doesNotHaveDuplicates();
  }

  @Test
  void whatHappenedWhileItWasAwayIsToldLater() {
    distiller.status = 503;
    start();
    String id = begin(7);
    end(id, 7);
    await().atMost(PATIENCE).until(() -> !publisher.trouble().isEmpty());
    // The gateway is started again meanwhile.
    publisher.close();
    distiller.status = 0;
    start();
    awaitScan(scan -> scan.get("progress").asInt() == 100);
    await().atMost(PATIENCE).until(() -> distiller.images.size() == 1);
    assertThat(distiller.scanCount()).isEqualTo(1);
  }

  @Test
  void instanceThatHangsIsGivenUpAndAskedAgain() {
    distiller.hangs = true;
    start(StoodInDistiller.KEY, Duration.ofMillis(300));
    begin(7);
    await().atMost(PATIENCE).until(() -> publisher.trouble().contains("no answer"));
    distiller.hangs = false;
    publisher.close();
    start();
    awaitScan(scan -> true);
    assertThat(publisher.trouble()).isEmpty();
  }

  @Test
  void wrongKeyIsSaidWithoutTheKey() {
    start("another-key", Duration.ofSeconds(10));
    begin(7);
    await().atMost(PATIENCE).until(() -> publisher.trouble().contains("--distiller-key-file"));
    assertThat(publisher.trouble()).doesNotContain("another-key");
    assertThat(distiller.scanCount()).isZero();
  }

  /**
   * By what is asked; 403 may be of the key, which is tried again then, and 500 is for now only.
   */
  @ParameterizedTest
  @ValueSource(ints = {422, 403, 500})
  void scanThatIsRefusedDoesNotHoldUpOthers(int status) {
    distiller.refused = 7;
    distiller.refusal = status;
    start();
    begin(7);
    begin(8);
    assertThat(awaitScan(scan -> true).get("scan_id").asInt()).isEqualTo(8);
    DistillerStore store = new DistillerStore(database.jdbi());
    await().atMost(PATIENCE).until(() -> store.refused() == 1);
    assertThat(publisher.trouble()).isEmpty();
  }

  /** Those that wait for something come again and again. */
  @Test
  void manyThatWaitDoNotHoldUpANewOne() {
    start();
    for (int n = 1; n <= 60; n++) {
      catalogue.of("old", n, "p", GEOMETRY, Instant.now().plusMillis(1));
    }
    await().atMost(PATIENCE).until(() -> distiller.scanCount() == 60);
    begin(7);
    await().atMost(PATIENCE).until(() -> distiller.scanCount() == 61);
  }

  @ParameterizedTest
  @EnumSource(DistillerSettings.KeyPlace.class)
  void keyStandsWhereTheSiteWantsIt(DistillerSettings.KeyPlace place) {
    distiller.keyIn = place;
    start();
    begin(7);
    awaitScan(scan -> true);
  }

  @Test
  void settingsThatCannotBeAreSaid() {
    start();
    assertThatThrownBy(
            () ->
                new DistillerSettings(
                    URI.create("distiller.example.org"),
                    "k",
                    DistillerSettings.KeyPlace.HEADER,
                    "X-API-Key",
                    "m"))
        .hasMessageContaining("--distiller is the address");
    assertThatThrownBy(
            () ->
                new DistillerSettings(
                    URI.create("https://distiller.example.org/api/v1"),
                    "two words",
                    DistillerSettings.KeyPlace.HEADER,
                    "X-API-Key",
                    "m"))
        .hasMessageContaining("key alone")
        .hasMessageNotContaining("two words");
  }
}
