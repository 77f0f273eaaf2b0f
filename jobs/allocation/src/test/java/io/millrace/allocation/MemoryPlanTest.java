package io.millrace.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MemoryPlanTest {
  private static final int ANY = 1 << 20;

  @Test
  void theFirstNodeHasTheJobManagerToo() {
    MemoryPlan other = MemoryPlan.of(16_000, ANY, 4, false);
    MemoryPlan first = MemoryPlan.of(16_000, ANY, 4, true);
    // Six parts in a hundred are the system's; 1,024 MB the JobManager's and 384 MB what watches
    // it.
    assertThat(other.megabytes()).isEqualTo(15_040);
    assertThat(first.megabytes()).isEqualTo(13_632);
  }

  @Test
  void nobodyGetsMoreThanIsAsked() {
    assertThat(MemoryPlan.of(512_000, 131_072, 32, false).megabytes()).isEqualTo(131_072);
  }

  @Test
  void socketsHaveTheirShareOutsideTheHeap() {
    assertThat(MemoryPlan.of(16_000, ANY, 1, false).offHeapMegabytes()).isEqualTo(128);
    assertThat(MemoryPlan.of(16_000, ANY, 32, false).offHeapMegabytes()).isEqualTo(1_024);
  }

  @Test
  void tooLittleIsSaid() {
    assertThatThrownBy(() -> MemoryPlan.of(2_000, ANY, 4, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a node grants 2000 MB")
        .hasMessageContaining("464 MB are left")
        .hasMessageContaining("1408 MB are needed for 4 lanes");
    assertThatThrownBy(() -> MemoryPlan.of(16_000, 1_024, 4, false))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
