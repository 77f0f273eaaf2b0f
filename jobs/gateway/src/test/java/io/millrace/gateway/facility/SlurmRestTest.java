package io.millrace.gateway.facility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What slurmrestd and squeue say and are told, without one of them. */
class SlurmRestTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  /** As recorded of version 22.05. */
  @Test
  void oldNumbersAreRead() throws Exception {
    Job job =
        only(
            """
            {"jobs": [{"job_id": 7, "job_state": "FAILED", "name": "night", "node_count": 2,
              "exit_code": 768, "state_reason": "NonZeroExitCode", "user_name": "root",
              "submit_time": 1795934885, "start_time": 1795934887, "end_time": 1795934977,
              "time_limit": 480}]}
            """);
    assertThat(job.id()).isEqualTo("7");
    assertThat(job.name()).isEqualTo("night");
    assertThat(job.state()).isEqualTo(JobState.FAILED);
    assertThat(job.reason()).isEqualTo("exit status 3");
    assertThat(job.nodes()).isEqualTo(2);
    assertThat(job.limit()).contains(Duration.ofHours(8));
  }

  @Test
  void newNumbersAreRead() throws Exception {
    Job job =
        only(
            """
            {"jobs": [{"job_id": 7, "job_state": ["PENDING"], "name": "night",
              "node_count": {"set": true, "infinite": false, "number": 9},
              "exit_code": {"status": ["SUCCESS"], "return_code":
                {"set": true, "infinite": false, "number": 0}, "signal": {"id": {"set": false}}},
              "state_reason": "PartitionNodeLimit", "user_name": "root",
              "submit_time": {"set": true, "infinite": false, "number": 1795934885},
              "start_time": {"set": true, "infinite": false, "number": 0},
              "time_limit": {"set": true, "infinite": true, "number": 0}}]}
            """);
    assertThat(job.state()).isEqualTo(JobState.PENDING);
    assertThat(job.reason()).isEqualTo("PartitionNodeLimit");
    assertThat(job.nodes()).isEqualTo(9);
    assertThat(job.elapsed()).isEmpty();
    assertThat(job.limit()).isEmpty();
  }

  private static Job only(String json) throws Exception {
    return SlurmRows.newest(SlurmRest.rows(JSON.readTree(json))).orElseThrow();
  }

  @Test
  void columnsOfSqueueAreRead() {
    List<Map<String, String>> rows =
        SlurmCommands.rows(
            "1|f|FAILED|768|\n\nslurm says something\n",
            List.of("jobid", "name", "state", "exitcode"));
    assertThat(rows)
        .containsExactly(
            new TreeMap<>(Map.of("jobid", "1", "name", "f", "state", "FAILED", "exitcode", "3:0")));
  }

  private static JsonNode form(int version, String options) throws Exception {
    return JSON.readTree(
        SubmitForm.of(version, "night", "#!/bin/bash\n" + options + "\necho\n#SBATCH --late\n"));
  }

  @Test
  void optionsAreTold() throws Exception {
    String options =
        """
        #SBATCH --job-name=other
        #SBATCH --nodes=3
        #SBATCH --time=1-02:03:04

        # a remark
        #SBATCH --mem=4G
        #SBATCH --no-kill
        #SBATCH --exclusive
        #SBATCH --open-mode=append
        #SBATCH --signal=B:USR1@180""";
    JsonNode old = form(38, options);
    assertThat(old.at("/job/name").asText()).isEqualTo("night");
    assertThat(old.at("/job/nodes").asText()).isEqualTo("3");
    assertThat(old.at("/job/time_limit").asInt()).isEqualTo(26 * 60 + 4);
    assertThat(old.at("/job/memory_per_node").asInt()).isEqualTo(4096);
    assertThat(old.at("/job/no_kill").asText()).isEqualTo("set");
    assertThat(old.at("/job/exclusive").asText()).isEqualTo("exclusive");
    assertThat(old.at("/job").has("signal")).isFalse();
    assertThat(old.at("/script").asText())
        .startsWith("#!/bin/bash\n((sleep %d; kill -s USR1 $$)".formatted(26 * 3600 + 184 - 180));
    JsonNode now = form(40, options);
    assertThat(now.at("/job/time_limit/number").asInt()).isEqualTo(26 * 60 + 4);
    assertThat(now.at("/job/memory_per_node/set").asBoolean()).isTrue();
    assertThat(now.at("/job/kill_on_node_fail").asBoolean(true)).isFalse();
    assertThat(now.at("/job/kill_warning_signal").asText()).isEqualTo("USR1");
    assertThat(now.at("/job/kill_warning_delay/number").asInt()).isEqualTo(180);
    assertThat(now.at("/job/kill_warning_flags/0").asText()).isEqualTo("BATCH_JOB");
    assertThat(now.at("/job/environment/0").asText()).startsWith("PATH=");
    assertThat(now.at("/script").asText()).startsWith("#!/bin/bash\n#SBATCH");
  }

  @ParameterizedTest
  @CsvSource({"5, 5", "5:30, 6", "2:00:00, 120", "1-0, 1440", "1-1:30, 1530"})
  void timesAreMinutes(String time, int minutes) throws Exception {
    assertThat(form(38, "#SBATCH --time=" + time).at("/job/time_limit").asInt()).isEqualTo(minutes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--wckey=x", "-N 3", "--time=soon", "--mem=much", "--signal=USR1", "--nodes=1 x"})
  void whatCannotBeToldIsRefused(String option) {
    assertThatThrownBy(() -> form(38, "#SBATCH " + option)).isInstanceOf(SubmitRefused.class);
  }

  private Path token(String content, String mode) throws Exception {
    Path file = Files.writeString(folder.resolve("token"), content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return file;
  }

  private static String jwt(String claims) {
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    return "%s.%s.c2ln"
        .formatted(
            base64.encodeToString("{\"alg\":\"HS256\"}".getBytes()),
            base64.encodeToString(claims.getBytes()));
  }

  @Test
  void newTokenCountsAtOnce() throws Exception {
    long end = Instant.now().getEpochSecond() + 60;
    String first = jwt("{\"exp\":%d}".formatted(end));
    SlurmToken token = new SlurmToken(token("SLURM_JWT=" + first + "\n", "rw-------"));
    assertThat(token.value()).isEqualTo(first);
    assertThat(token.expiry()).contains(Instant.ofEpochSecond(end));
    String second = jwt("{}");
    token(second, "r--------");
    assertThat(token.value()).isEqualTo(second);
    assertThat(token.expiry()).isEmpty();
  }

  @Test
  void badTokenSaysWhatToDo() throws Exception {
    SlurmToken token = new SlurmToken(token(jwt("{}"), "rw-r-----"));
    assertThatThrownBy(token::value).hasMessageContaining("chmod 600");
    token("no token", "rw-------");
    assertThatThrownBy(token::value).hasMessageContaining("scontrol token");
    token(jwt("{\"exp\":1}"), "rw-------");
    assertThatThrownBy(token::value).hasMessageContaining("ended at 1970");
    token("a.secret.b", "rw-------");
    assertThatThrownBy(token::value).hasMessageNotContaining("secret");
    Files.delete(folder.resolve("token"));
    assertThatThrownBy(token::value)
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining("scontrol token");
  }

  private static Map<String, String> settings(String... changes) {
    Map<String, String> settings =
        new TreeMap<>(
            Map.of(
                "address", "https://slurm.example.org:6820",
                "version", "v0.0.40",
                "token", "~/token",
                "files", "none"));
    for (int i = 0; i < changes.length; i += 2) {
      settings.put(changes[i], changes[i + 1]);
    }
    return settings;
  }

  @ParameterizedTest
  @CsvSource({
    "address, http://slurm.example.org:6820, TLS",
    "address, slurm.example.org, https",
    "version, 40, v0.0.38",
    "user, 'a; b', user",
    "files, some, shared or none",
    "adress, x, there is no 'adress'",
    "token, '', needs 'token'"
  })
  void wrongSettingsSayWhy(String entry, String value, String why) {
    assertThatThrownBy(() -> SlurmRest.open(settings(entry, value)))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining(why);
  }

  @Test
  void filesNeedASharedFileSystem() throws Exception {
    try (ComputeFacility facility = SlurmRest.open(settings())) {
      assertThatThrownBy(() -> facility.tail("/a", 1))
          .isInstanceOf(FacilityException.class)
          .hasMessageContaining("files: shared");
    }
    assertThatCode(() -> SlurmRest.open(settings("address", "http://127.0.0.1:6820")))
        .doesNotThrowAnyException();
  }

  @Test
  void programsHaveOneSetting() {
    assertThatThrownBy(() -> SlurmCommands.open(Map.of("key", "x")))
        .isInstanceOf(FacilityException.class)
        .hasMessageContaining("programs");
  }

  @Test
  void programThatDoesNotEndIsKilled() throws Exception {
    SlurmPrograms programs = new SlurmPrograms(Optional.empty(), Map.of(), Duration.ofMillis(300));
    assertThatThrownBy(() -> programs.run("", "sleep", "60")).isInstanceOf(LostAnswer.class);
    assertThatThrownBy(() -> programs.run("", "yes")).isInstanceOf(FacilityException.class);
  }
}
