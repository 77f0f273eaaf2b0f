package io.millrace.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlurmNodesTest {
  @ParameterizedTest
  @CsvSource({
    "0:07, PT7S",
    "12:30, PT12M30S",
    "01:02:03, PT1H2M3S",
    "2-03:04:05, PT51H4M5S",
  })
  void readsHowLongIsLeft(String text, Duration left) {
    assertThat(SlurmNodes.duration(text)).contains(left);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UNLIMITED", "INVALID", "NOT_SET", ""})
  void whatIsNoTimeIsNoLimit(String text) {
    assertThat(SlurmNodes.duration(text)).isEmpty();
  }

  private static SlurmNodes nodes(String... environment) {
    Map<String, String> all = new HashMap<>(Map.of("SLURM_JOB_ID", "12"));
    for (int i = 0; i < environment.length; i += 2) {
      all.put(environment[i], environment[i + 1]);
    }
    return new SlurmNodes(all);
  }

  @Test
  void memoryIsWhatSlurmGrants() throws Exception {
    assertThat(nodes("SLURM_MEM_PER_NODE", "64000").memoryMegabytes()).isEqualTo(64_000);
    assertThat(nodes("SLURM_MEM_PER_CPU", "500", "SLURM_CPUS_ON_NODE", "8").memoryMegabytes())
        .isEqualTo(4_000);
    assertThat(nodes().memoryMegabytes()).isPositive();
    assertThatThrownBy(() -> nodes("SLURM_MEM_PER_NODE", "all").memoryMegabytes())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("SLURM_MEM_PER_NODE is 'all'");
  }

  @Test
  void aStepIsOneTaskOnOneNode() {
    assertThat(nodes().on("nid002", List.of("java", "-D a=b c")))
        .startsWith("srun", "--no-kill", "--overlap", "--mem=0")
        .contains("--nodes=1", "--ntasks=1", "--nodelist=nid002")
        .endsWith("--", "java", "-D a=b c");
  }
}
