package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.detector.Calibration;
import io.millrace.detector.CalibrationFailure;
import io.millrace.detector.CalibrationOutcome;
import io.millrace.detector.Thresholds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrationsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir Path data;
  private ZooKeeperNode server;

  @BeforeEach
  void start() throws IOException {
    server = ZooKeeperNode.start("127.0.0.1", 0, data);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Calibrations join(String session) throws IOException {
    return new Calibrations("127.0.0.1:" + server.port(), session, "job", TIMEOUT);
  }

  private static final Calibration FITTED =
      Calibration.fitted(
          7,
          new Thresholds(28.4973, 436.598),
          new Calibration.Fit(
              4.5, 175, 20, 18, 5_971_968, 11, 340, 20.5726, 5.65, 2.37729, 11, 329, 1.3e6, 20.4695,
              1.78397, 0.01, 7));

  private static final CalibrationFailure FAILED =
      new CalibrationFailure(8, "all pixels have the same value");

  @Test
  void whatOnePublishesAllOfTheSessionSee() throws IOException {
    try (Calibrations calibrator = join("s1");
        Calibrations counter = join("s1");
        Calibrations stranger = join("s2")) {
      assertThat(counter.find(7)).isEmpty();
      calibrator.publish(FITTED);
      calibrator.publish(FAILED);
      await().atMost(TIMEOUT).until(() -> counter.find(8).isPresent());
      await().atMost(TIMEOUT).until(() -> counter.find(7).isPresent());
      assertThat(counter.find(7)).contains(FITTED);
      assertThat(counter.find(8)).contains(FAILED);
      try (Calibrations latecomer = join("s1")) {
        await().atMost(TIMEOUT).until(() -> latecomer.find(7).isPresent());
        await().atMost(TIMEOUT).until(() -> latecomer.find(8).isPresent());
      }
      assertThat(counter.find(9)).isEmpty();
      assertThat(stranger.find(7)).isEmpty();
      assertThat(stranger.find(8)).isEmpty();
    }
  }

  @Test
  void theFirstOutcomeOfAScanHolds() throws IOException {
    try (Calibrations session = join("s1")) {
      assertThat(session.publish(FITTED)).isEqualTo(FITTED);
      Calibration second = Calibration.given(7, new Thresholds(1, 2), null);
      assertThat(session.publish(second)).isEqualTo(FITTED);
      assertThat(session.publish(new CalibrationFailure(7, "too late"))).isEqualTo(FITTED);
      session.publish(FAILED);
      assertThat(session.publish(Calibration.given(8, new Thresholds(1, 2), null)))
          .isEqualTo(FAILED);
    }
  }

  @Test
  void whatIsForgottenIsGoneForAll() throws IOException {
    try (Calibrations calibrator = join("s1");
        Calibrations counter = join("s1")) {
      calibrator.publish(FITTED);
      calibrator.publish(FAILED);
      await().atMost(TIMEOUT).until(() -> counter.find(7).isPresent());
      await().atMost(TIMEOUT).until(() -> counter.find(8).isPresent());
      calibrator.forget(7);
      calibrator.forget(9); // which never was
      await().atMost(TIMEOUT).until(() -> counter.find(7).isEmpty());
      assertThat(counter.find(8)).contains(FAILED);
      try (Calibrations latecomer = join("s1")) {
        await().atMost(TIMEOUT).until(() -> latecomer.find(8).isPresent());
        assertThat(latecomer.find(7)).isEmpty();
      }
    }
  }

  @Test
  void itSurvivesARestartOfTheServer() throws IOException {
    try (Calibrations session = join("s1")) {
      session.publish(FITTED);
    }
    server.close();
    server = ZooKeeperNode.start("127.0.0.1", 0, data);
    try (Calibrations session = join("s1")) {
      await().atMost(TIMEOUT).until(() -> session.find(7).isPresent());
    }
  }

  @Test
  void noZooKeeperIsAnErrorThatNamesTheAddress() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    assertThatThrownBy(
            () -> new Calibrations("127.0.0.1:" + port, "s", "job", Duration.ofMillis(500)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("127.0.0.1:" + port);
  }

  @Test
  void aTakenPortIsAnErrorThatNamesIt() {
    assertThatThrownBy(() -> ZooKeeperNode.start("127.0.0.1", server.port(), data.resolve("b")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("port " + server.port());
  }

  @Test
  void aSessionNameCannotLeaveItsPlace() {
    assertThatThrownBy(() -> join("a/../b")).hasMessageContaining("a/../b");
  }

  @Test
  void publishingWaitsForAZooKeeperThatIsAway() throws Exception {
    try (Calibrations calibrator = join("s1");
        Calibrations counter = join("s1")) {
      int port = server.port();
      server.close();
      CompletableFuture<CalibrationOutcome> published =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return calibrator.publish(FITTED);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      assertThatThrownBy(() -> published.get(2, TimeUnit.SECONDS))
          .isInstanceOf(TimeoutException.class);
      server = ZooKeeperNode.start("127.0.0.1", port, data);
      assertThat(published.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(FITTED);
      await().atMost(TIMEOUT).until(() -> counter.find(7).isPresent());
    }
  }

  @Test
  void whoCannotPublishInTimeIsToldWhy() throws Exception {
    try (Calibrations calibrator =
        new Calibrations("127.0.0.1:" + server.port(), "s1", "job", Duration.ofSeconds(2))) {
      server.close();
      assertThatThrownBy(() -> calibrator.publish(FITTED, Duration.ofSeconds(1)))
          .isInstanceOf(ZooKeeperAwayException.class)
          .hasMessageContaining("did not answer for 1 s");
    }
  }
}
