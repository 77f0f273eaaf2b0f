package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProducerTest {
  private static final ModuleScans NONE =
      new ModuleScans() {
        @Override
        public SectorSource poll(long millis) {
          return null;
        }

        @Override
        public boolean ended() {
          return true;
        }

        @Override
        public void sent(SectorSource scan, Instant first, Instant last) {}
      };

  /** Whoever deletes what was sent relies on that. */
  @Test
  void anOutputThatWasStoppedHasNotSentEverything() {
    ModuleOutput stopped =
        new ModuleOutput(NONE, ModuleOutput.State.WAITING) {
          @Override
          public Void call() {
            stop(); // as one does whose thread is interrupted
            return null;
          }
        };
    assertThatThrownBy(() -> new Producer(List.of(stopped), "sent", 32).run())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("stopped before the end");
  }
}
