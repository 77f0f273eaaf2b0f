package io.millrace.gateway.distiller;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.coordination.DaemonThreads;
import io.millrace.gateway.scans.Catalogue;
import io.millrace.gateway.scans.CatalogueScan;
import io.millrace.gateway.server.Json;
import io.millrace.gateway.steering.SessionJob;
import io.millrace.gateway.store.Database;
import io.millrace.gateway.store.Ownership;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a Distiller instance of the scans of a catalogue, and of the jobs that stream them, in a
 * thread of its own.
 *
 * <p>Every two seconds it compares what there is with what was told, and tells the difference.
 * While the instance does not answer it tries again after 2 s, 4 s, ... up to a minute; what the
 * instance refuses it tries again after ten minutes, and goes on with the other scans.
 */
public final class DistillerPublisher implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(2);
  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
  private static final Duration AFTER_REFUSAL = Duration.ofMinutes(10);

  /** What comes late, as a picture of a file that is copied here first, is waited for so long. */
  private static final Duration AFTER_END = Duration.ofHours(1);

  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(3);
  private static final int SCANS_A_TURN = 50;
  private static final int ALL = 100;
  private static final Logger LOG = LoggerFactory.getLogger(DistillerPublisher.class);

  private final DistillerSettings settings;
  private final DistillerApi api;
  private final Database database;
  private final DistillerStore store;
  private final Catalogue catalogue;
  private final Function<String, Integer> percent;
  private final Function<String, Optional<SessionJob>> jobs;
  private final Clock clock;
  private final Duration every;
  private final Counter calls;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(new DaemonThreads("distiller"));

  private Long microscope;
  private Duration pause = Duration.ZERO;
  private Instant pausedUntil = Instant.MIN;

  /** Why nothing is told at present; empty if that is not so. */
  private volatile String trouble = "";

  /**
   * @param percent how far a scan under way is, by its id: 0 to 100
   * @param jobs the job of a session; empty if the gateway did not start it
   */
  public DistillerPublisher(
      DistillerSettings settings,
      Database database,
      Catalogue catalogue,
      Function<String, Integer> percent,
      Function<String, Optional<SessionJob>> jobs,
      Clock clock,
      PrometheusRegistry registry) {
    this(settings, database, catalogue, percent, jobs, clock, registry, EVERY, DEADLINE);
  }

  DistillerPublisher(
      DistillerSettings settings,
      Database database,
      Catalogue catalogue,
      Function<String, Integer> percent,
      Function<String, Optional<SessionJob>> jobs,
      Clock clock,
      PrometheusRegistry registry,
      Duration every,
      Duration deadline) {
    this.settings = settings;
    this.api = new DistillerApi(settings, deadline);
    this.database = database;
    this.store = new DistillerStore(database.jdbi());
    this.catalogue = catalogue;
    this.percent = percent;
    this.jobs = jobs;
    this.clock = clock;
    this.every = every;
    calls =
        Counter.builder()
            .name("millrace_gateway_distiller_total")
            .help("What came of telling the Distiller instance, by kind")
            .labelNames("kind")
            .register(registry);
    GaugeWithCallback.builder()
        .name("millrace_gateway_distiller_scans")
        .help(
            "Scans that the Distiller instance may not know all of, and those of them that it refuses")
        .labelNames("kind")
        .callback(
            now -> {
              now.call(store.waiting(), "waiting");
              now.call(store.refused(), "refused");
            })
        .register(registry);
  }

  /** Begins to tell: of scans and sessions that begin from now on, or since the first time. */
  public void start() {
    Instant since = store.since(clock.instant());
    thread.scheduleWithFixedDelay(() -> turn(since), 0, every.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Why nothing is told at present, for people; empty if all is well. */
  public String trouble() {
    return trouble;
  }

  private void turn(Instant since) {
    Instant now = clock.instant();
    if (now.isBefore(pausedUntil) || database.ownership() != Ownership.OURS) {
      return;
    }
    try {
      findMicroscope();
      for (ToldJob job : store.dueJobs(since, now)) {
        careful(
            "session " + job.session(),
            () -> tell(job, now),
            (again, why) -> store.jobLater(job.session(), now.plus(again), why));
        if (microscope == null) {
          return; // the next turn looks whether the key is good at all
        }
      }
      for (ToldScan scan : store.dueScans(since, now, SCANS_A_TURN)) {
        careful(
            "scan " + scan.scan(),
            () -> tell(scan, now),
            (again, why) -> store.scanLater(scan.scan(), now.plus(again), why));
        if (microscope == null) {
          return;
        }
      }
      pause = Duration.ZERO;
      if (!trouble.isEmpty()) {
        LOG.info("{} takes scans again", settings);
        trouble = "";
      }
    } catch (IOException e) {
      calls.labelValues("unanswered").inc();
      pauseFor(e.getMessage() + "; scans are told when it answers");
    } catch (DistillerRefusal e) {
      calls.labelValues("refused").inc();
      pauseFor(
          e.getMessage()
              + "; see --distiller-key-file, --distiller-key-name and --distiller-microscope");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) { // The next turn is another one.
      calls.labelValues("failed").inc();
      LOG.error("Scans could not be told to {}", settings, e);
    }
  }

  /** Something that is told to the instance. */
  @FunctionalInterface
  private interface Telling {
    void tell() throws IOException, DistillerRefusal, InterruptedException;
  }

  /**
   * Tells something; what goes wrong with it alone does not keep the rest from being told.
   *
   * @param later takes when it is to be tried again, and why
   */
  private void careful(String what, Telling telling, BiConsumer<Duration, String> later)
      throws IOException, InterruptedException {
    try {
      telling.tell();
    } catch (DistillerRefusal e) {
      if (e.isOfAll()) {
        microscope = null; // whether the key is good at all, the next turn sees
      }
      calls.labelValues("refused").inc();
      LOG.warn(
          "{} refuses {}, which is tried again in {} min: {}",
          settings,
          what,
          AFTER_REFUSAL.toMinutes(),
          e.getMessage());
      later.accept(AFTER_REFUSAL, e.getMessage());
    } catch (DistillerBusy e) {
      calls.labelValues("busy").inc();
      later.accept(LONGEST_PAUSE, e.getMessage());
    } catch (RuntimeException e) {
      calls.labelValues("failed").inc();
      LOG.error("{} could not be told to {}, and is tried again", what, settings, e);
      later.accept(AFTER_REFUSAL, e.toString());
    }
  }

  private void pauseFor(String why) {
    pause = pause.isZero() ? every : pause.multipliedBy(2);
    pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    pausedUntil = clock.instant().plus(pause);
    if (trouble.isEmpty()) {
      LOG.warn("{} is told nothing: {}", settings, why);
    }
    trouble = why;
  }

  private void findMicroscope() throws IOException, DistillerRefusal, InterruptedException {
    if (microscope == null) {
      microscope =
          api.microscope()
              .orElseThrow(
                  () ->
                      new DistillerRefusal(
                          403, "it has no microscope '%s'".formatted(settings.microscope())));
    }
  }

  // ---- Jobs ------------------------------------------------------------------------------------

  private void tell(ToldJob told, Instant now)
      throws IOException, DistillerRefusal, InterruptedException {
    Optional<SessionJob> job = jobs.apply(told.session());
    if (job.isEmpty()) {
      return;
    }
    ToldJob after = told;
    if (after.id() == null) {
      after = new ToldJob(told.session(), api.createJob(describe(job.get())), "");
      store.told(after);
      calls.labelValues("job").inc();
    }
    ObjectNode state = state(job.get());
    if (!state.toString().equals(after.told())) {
      api.changeJob(after.id(), state);
      store.told(new ToldJob(after.session(), after.id(), state.toString()));
      calls.labelValues("job").inc();
    }
    if (job.get().isOver()) {
      store.jobDone(told.session());
    } else {
      store.jobLater(told.session(), now.plus(every), "");
    }
  }

  private static ObjectNode describe(SessionJob job) {
    ObjectNode body = Json.mapper().createObjectNode();
    body.put("job_type", "streaming").putNull("scan_id").put("machine", job.machine());
    ObjectNode params = body.putObject("params");
    params.put("session", job.session()).put("nodes", job.nodes()).put("minutes", job.minutes());
    params.set("parameters", Json.mapper().valueToTree(job.parameters()));
    return body;
  }

  private static ObjectNode state(SessionJob job) {
    ObjectNode body = Json.mapper().createObjectNode().put("state", job.state());
    if (job.job() != null && job.job().matches("\\d{1,18}")) {
      body.put("slurm_id", Long.parseLong(job.job()));
    }
    if (job.isOver()) {
      body.put("elapsed", Duration.between(job.begun(), job.changed()).toSeconds());
    }
    return body;
  }

  // ---- Scans -----------------------------------------------------------------------------------

  private void tell(ToldScan told, Instant now)
      throws IOException, DistillerRefusal, InterruptedException {
    CatalogueScan scan = catalogue.find(told.scan()).orElseThrow();
    ToldScan after = told.id() == null ? create(told, scan) : told;
    after = tellProgress(after, scan);
    after = tellFacts(after, scan);
    after = tellJob(after, scan);
    after = tellPicture(after, scan);
    if (isAllTold(after, scan, now)) {
      store.scanDone(told.scan());
    } else {
      store.scanLater(told.scan(), now.plus(every), "");
    }
  }

  private ToldScan create(ToldScan told, CatalogueScan scan)
      throws IOException, DistillerRefusal, InterruptedException {
    if (told.mayBeThere()) {
      var there = api.findScan(told.uuid());
      if (there.isPresent()) {
        return noted(told.created(there.getAsLong(), ""), "found");
      }
    }
    store.creating(told.scan());
    ObjectNode facts = facts(scan);
    ObjectNode body = facts.deepCopy();
    body.put("scan_id", scan.number());
    body.put("created", scan.started().toString());
    body.put("uuid", told.uuid());
    body.put("microscope_id", microscope);
    try {
      return noted(told.created(api.createScan(body), facts.toString()), "created");
    } catch (DistillerRefusal e) {
      if (!e.isConflict()) {
        throw e;
      }
      var there = api.findScan(told.uuid());
      if (there.isEmpty()) {
        throw new DistillerRefusal(
            409, "it has a scan with this place and time that is not ours: " + e.getMessage());
      }
      return noted(told.created(there.getAsLong(), ""), "found");
    }
  }

  private ToldScan noted(ToldScan told, String kind) {
    store.told(told);
    calls.labelValues(kind).inc();
    return told;
  }

  private ToldScan tellProgress(ToldScan told, CatalogueScan scan)
      throws IOException, DistillerRefusal, InterruptedException {
    int now = scan.hasEnded() ? ALL : Math.min(ALL - 1, percent.apply(scan.id()));
    if (now <= told.progress()) {
      return told;
    }
    api.changeScan(told.id(), Json.mapper().createObjectNode().put("progress", now));
    return noted(told.withProgress(now), "progress");
  }

  private ToldScan tellFacts(ToldScan told, CatalogueScan scan)
      throws IOException, DistillerRefusal, InterruptedException {
    ObjectNode facts = facts(scan);
    if (facts.toString().equals(told.told())) {
      return told;
    }
    api.changeScan(told.id(), facts);
    return noted(told.withFacts(facts.toString()), "metadata");
  }

  private ToldScan tellJob(ToldScan told, CatalogueScan scan)
      throws IOException, DistillerRefusal, InterruptedException {
    Optional<Long> job = store.job(scan.session()).map(ToldJob::id);
    if (told.linked() || job.isEmpty()) {
      return told;
    }
    api.changeScan(told.id(), Json.mapper().createObjectNode().put("job_id", job.get()));
    return noted(told.withJob(), "linked");
  }

  private ToldScan tellPicture(ToldScan told, CatalogueScan scan)
      throws IOException, DistillerRefusal, InterruptedException {
    Optional<byte[]> png = scan.hasEnded() ? catalogue.thumbnail(scan.id()) : Optional.empty();
    if (told.pictured() || png.isEmpty()) {
      return told;
    }
    api.putImage(told.id(), png.get());
    return noted(told.withPicture(), "image");
  }

  private boolean isAllTold(ToldScan told, CatalogueScan scan, Instant now) {
    if (!scan.hasEnded()) {
      return false;
    }
    boolean linked = told.linked() || store.job(scan.session()).isEmpty();
    // A picture comes with the checksum, which may have come after the scan was looked up.
    boolean whole = told.pictured() && scan.sha256() != null && linked;
    return whole || scan.ended().plus(AFTER_END).isBefore(now);
  }

  /** What there is to say of a scan besides its progress. */
  private ObjectNode facts(CatalogueScan scan) {
    ObjectNode facts = Json.mapper().createObjectNode();
    ArrayNode locations = facts.putArray("locations");
    if (scan.file() != null) {
      locations.addObject().put("host", hostOf(scan)).put("path", scan.file());
    }
    ObjectNode metadata = scan.metadata().deepCopy();
    metadata
        .put("software", "Millrace")
        .put("millrace_scan", scan.id())
        .put("session", scan.session())
        .put("width", scan.width())
        .put("height", scan.height())
        .put("state", scan.state());
    if (scan.hasEnded()) {
      metadata
          .put("ended", scan.ended().toString())
          .put("frames_complete", scan.complete())
          .put("frames_incomplete", scan.incomplete())
          .put("frames_absent", scan.absent())
          .put("reason", scan.reason())
          .put("sha256", scan.sha256());
    }
    facts.set("metadata", metadata);
    return facts;
  }

  /** This machine, if the file was read here; else the one on which the session has run. */
  private String hostOf(CatalogueScan scan) {
    if (scan.sha256() == null) {
      Optional<String> machine = jobs.apply(scan.session()).map(SessionJob::machine);
      if (machine.isPresent()) {
        return machine.get();
      }
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return Objects.requireNonNullElse(e.getMessage(), "unknown").replaceAll(":.*", "");
    }
  }

  /** What is not told yet is in the database. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("A call to {} is left as it is", settings);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
