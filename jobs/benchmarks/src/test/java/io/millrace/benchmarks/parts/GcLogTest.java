package io.millrace.benchmarks.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.millrace.benchmarks.parts.GcLog.Span;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class GcLogTest {
  private static final long MEGABYTE = 1 << 20;

  /** As Java 17 writes it. */
  private static final GcLog LOG =
      GcLog.parse(
          List.of(
              "[2026-11-25T10:50:00.100+0000] Using Parallel",
              "[2026-11-25T10:50:01.250+0000] GC(0) Pause Young (Allocation Failure)"
                  + " 65M->10M(245M) 5.125ms",
              "[2026-11-25T10:50:02.000+0000] GC(1) Pause Young (Diagnostic Command)"
                  + " 40M->12M(245M) 3.000ms",
              "[2026-11-25T10:50:02.100+0000] GC(2) Pause Full (Diagnostic Command)"
                  + " 12M->8M(245M) 20.500ms",
              "[2026-11-25T10:50:03.000+0000] GC(3) Pause Young (Allocation Failure)"
                  + " 73M->9M(245M) 4.000ms",
              "[2026-11-25T10:50:04.000+0000] GC(4) Pause Full (Ergonomics) 109M->20M(245M)"
                  + " 30.000ms",
              "[2026-11-25T10:50:05.000+0000] GC(5) Pause Young (Diagnostic Command)"
                  + " 50M->22M(245M) 3.000ms",
              "[2026-11-25T10:50:05.100+0000] GC(6) Pause Full (Diagnostic Command)"
                  + " 22M->8M(245M) 20.000ms"));

  private static Instant at(String time) {
    return Instant.parse("2026-11-25T10:50:" + time + "Z");
  }

  @Test
  void allocationIsTheGrowthBetweenCollections() {
    Span span = LOG.between(at("02.200"), at("05.200"));
    assertThat(span.allocatedBytes())
        .isEqualTo(((73 - 8) + (109 - 9) + (50 - 20) + (22 - 22)) * MEGABYTE);
  }

  @Test
  void collectionsThatWereAskedForAreNotOfTheProgram() {
    Span span = LOG.between(at("02.200"), at("05.200"));
    assertThat(span.collections()).isEqualTo(2);
    assertThat(span.pauseSeconds()).isCloseTo(0.034, within(1e-9));
  }

  @Test
  void withoutACollectionThereIsNothingKnown() {
    assertThat(LOG.between(at("02.200"), at("02.900"))).isEqualTo(new Span(0, 0, 0));
    assertThatThrownBy(() -> LOG.between(at("00.500"), at("05.200")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no collection before");
  }

  /** The JobManager's collector is another one. */
  @Test
  void logsOfG1AreUnderstood() {
    GcLog log =
        GcLog.parse(
            List.of(
                "[2026-11-25T10:50:01.250+0000] GC(0) Pause Young (Normal) (G1 Evacuation Pause)"
                    + " 24M->4M(256M) 3.500ms",
                "[2026-11-25T10:50:01.300+0000] GC(1) Concurrent Mark Cycle",
                "[2026-11-25T10:50:01.350+0000] GC(1) Pause Remark 30M->30M(256M) 2.000ms",
                "[2026-11-25T10:50:02.000+0000] GC(2) Pause Full (Diagnostic Command)"
                    + " 34M->8M(64M) 20.500ms"));
    assertThat(log.collections())
        .extracting(GcLog.Collection::askedFor)
        .containsExactly(false, false, true);
    assertThat(log.between(at("01.260"), at("02.100")).allocatedBytes()).isEqualTo(30 * MEGABYTE);
    assertThat(log.between(at("01.260"), at("02.100")).pauseSeconds())
        .isCloseTo(0.002, within(1e-9));
  }
}
