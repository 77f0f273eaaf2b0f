package io.millrace.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThisMachineTest {
  @Test
  void isOursForTheWalltimeOrForEver() {
    assertThat(new ThisMachine(null).timeLeft()).isEmpty();
    assertThat(new ThisMachine(Duration.ofHours(2)).timeLeft().orElseThrow())
        .isBetween(Duration.ofMinutes(119), Duration.ofHours(2));
  }

  @Test
  void aCommandIsRunAsItIs() throws Exception {
    ThisMachine machine = new ThisMachine(null);
    assertThat(machine.names()).hasSize(1);
    assertThat(machine.on(machine.names().get(0), List.of("a", "b c"))).containsExactly("a", "b c");
    assertThat(machine.memoryMegabytes()).isPositive();
  }
}
