package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PixelMasksTest {
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

  private PixelMasks join(String session) throws IOException {
    return new PixelMasks("127.0.0.1:" + server.port(), session, "job", TIMEOUT);
  }

  @Test
  void theMaskThatWasWrittenLastHoldsForAllOfTheSession() throws IOException {
    List<Integer> most =
        IntStream.range(0, PixelMasks.MAX_PIXELS).map(i -> i + 300_000).boxed().toList();
    try (PixelMasks finder = join("s1");
        PixelMasks calibrator = join("s1");
        PixelMasks stranger = join("s2")) {
      assertThat(calibrator.latest()).isEmpty();
      finder.publish(9, most);
      await().atMost(TIMEOUT).until(() -> calibrator.latest().equals(most));
      // Neither the greater number nor the last in the alphabet: the last in time.
      finder.publish(10, List.of(1, 331_775));
      await().atMost(TIMEOUT).until(() -> calibrator.latest().equals(List.of(1, 331_775)));
      finder.publish(3, List.of());
      await().atMost(TIMEOUT).until(() -> calibrator.latest().isEmpty());
      finder.publish(5, List.of(7));
      try (PixelMasks latecomer = join("s1")) {
        await().atMost(TIMEOUT).until(() -> latecomer.latest().equals(List.of(7)));
      }
      assertThat(stranger.latest()).isEmpty();
    }
  }

  @Test
  void aMaskIsNeverTooLarge() throws IOException {
    try (PixelMasks session = join("s1")) {
      session.publish(7, List.of(1));
      List<Integer> tooMany = IntStream.rangeClosed(0, PixelMasks.MAX_PIXELS).boxed().toList();
      assertThatThrownBy(() -> session.publish(8, tooMany)).hasMessageContaining("10,000");
      await().atMost(TIMEOUT).until(() -> session.latest().equals(List.of(1)));
    }
  }
}
