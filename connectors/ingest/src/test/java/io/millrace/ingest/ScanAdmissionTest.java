package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.ScanGeometry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScanAdmissionTest {
  private static final DetectorDescription DETECTOR = Detectors.square(8);
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final List<Long> entered = new CopyOnWriteArrayList<>();
  private volatile boolean answers = true;
  private volatile String refusal;
  private ScanAdmission admission = admission(TIMEOUT.toMillis());

  private ScanAdmission admission(long patienceMillis) {
    return new ScanAdmission(
        scan -> {
          if (!answers) {
            throw new IOException("nobody answers");
          }
          entered.add(scan.scan());
          return Optional.ofNullable(refusal);
        },
        patienceMillis);
  }

  @AfterEach
  void close() {
    admission.close();
  }

  private static SectorSource source(int module, long scan) {
    ScanGeometry geometry = new ScanGeometry(2, 2);
    return new SimulatedSectors(
        new SimulatedCamera(DETECTOR, module, geometry, scan, 5, 0, 1),
        DETECTOR,
        geometry,
        module,
        new Faults(1, scan, 0, 0, 0, 1),
        0);
  }

  /** A module that sends these scans, one after the other. */
  private ModuleScans module(int module, long... scans) {
    Deque<SectorSource> left = new ArrayDeque<>();
    for (long scan : scans) {
      left.add(source(module, scan));
    }
    return admission.before(
        new ModuleScans() {
          @Override
          public SectorSource poll(long millis) {
            return left.poll();
          }

          @Override
          public boolean ended() {
            return left.isEmpty();
          }

          @Override
          public void sent(SectorSource scan, Instant first, Instant last) {}
        });
  }

  private static SectorSource next(ModuleScans scans) throws IOException, InterruptedException {
    return scans.poll(100);
  }

  private static void sent(ModuleScans scans, SectorSource source) {
    scans.sent(source, Instant.now(), Instant.now());
  }

  @Test
  void allModulesOfAProcessEnterAScanOnce() throws Exception {
    ModuleScans zero = module(0, 7);
    ModuleScans one = module(1, 7);
    sent(zero, next(zero));
    assertThat(zero.ended()).isTrue();
    assertThat(one.ended()).isFalse();
    sent(one, next(one));
    assertThat(entered).containsExactly(7L);
  }

  @Test
  void aNumberThatComesAgainIsEnteredAgain() throws Exception {
    ModuleScans zero = module(0, 7, 7, 8);
    while (!zero.ended()) {
      sent(zero, next(zero));
    }
    assertThat(next(zero)).isNull();
    assertThat(entered).containsExactly(7L, 7L, 8L);
  }

  @Test
  void aRefusalStopsAllModules() {
    refusal = "session s is draining";
    for (ModuleScans scans : List.of(module(0, 7), module(1, 7))) {
      assertThatThrownBy(() -> next(scans))
          .isInstanceOf(IOException.class)
          .hasMessage("session s is draining");
    }
  }

  @Test
  void nobodyIsWaitedForForEverAndWhoAnswersLaterHearsOfIt() throws Exception {
    admission.close();
    admission = admission(50);
    answers = false;
    ModuleScans zero = module(0, 7);
    SectorSource sending = next(zero);
    assertThat(sending).isNotNull();
    assertThat(entered).isEmpty();
    answers = true;
    await().atMost(TIMEOUT).until(() -> entered.contains(7L));
    sent(zero, sending);
  }

  @Test
  void whatIsSentByThenIsNotEnteredAnyMore() throws Exception {
    admission.close();
    admission = admission(50);
    answers = false;
    ModuleScans zero = module(0, 7, 8);
    sent(zero, next(zero));
    assertThat(next(zero)).isNotNull(); // it is tried again after the first one would be
    answers = true;
    await().atMost(TIMEOUT).until(() -> !entered.isEmpty());
    assertThat(entered).containsExactly(8L);
  }
}
