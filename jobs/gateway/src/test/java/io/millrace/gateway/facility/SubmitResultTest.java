package io.millrace.gateway.facility;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubmitResultTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"status\":\"ok\",\"jobid\":\"8407751\",\"error\":null}",
        "{\"status\":\"OK\",\"jobid\":8407751}",
        "Submitted batch job 8407751",
        "sbatch: 2 warnings\nSubmitted batch job 8407751\n",
        "8407751"
      })
  void aJobIsThere(String result) {
    assertThat(SubmitResult.read(result).jobId()).contains("8407751");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"status\":\"error\",\"error\":\"sbatch: error: invalid partition\"}",
        "{\"status\":\"ERROR\",\"jobid\":null,\"error\":\"sbatch: error: invalid partition\"}",
        "sbatch: error: invalid partition"
      })
  void aJobIsRefused(String result) {
    SubmitResult read = SubmitResult.read(result);
    assertThat(read.jobId()).isEmpty();
    assertThat(read.refused()).isTrue();
    assertThat(read.error()).isEqualTo("sbatch: error: invalid partition");
  }

  @Test
  void whereSlurmDidNotAnswerItIsNoRefusal() {
    SubmitResult read =
        SubmitResult.read(
            "{\"status\":\"error\",\"error\":\"sbatch: error: Batch job submission failed: Socket timed out on send/recv operation\"}");
    assertThat(read.jobId()).isEmpty();
    assertThat(read.refused()).isFalse();
  }

  @Test
  void nothingIsNoRefusal() {
    assertThat(SubmitResult.read(null).refused()).isFalse();
    assertThat(SubmitResult.read("").refused()).isFalse();
    assertThat(SubmitResult.read(null).jobId()).isEmpty();
  }
}
