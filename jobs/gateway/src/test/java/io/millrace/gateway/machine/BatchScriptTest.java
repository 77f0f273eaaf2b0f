package io.millrace.gateway.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real bash runs the script; in the place of Millrace is a program that tells its arguments. */
class BatchScriptTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir Path folder;
  private MachineProfile machine;

  @BeforeEach
  void machine() throws Exception {
    String profile =
        Files.readString(MachineProfileTest.ROOT.resolve("conf/machines/local-slurm.yaml"))
            .replace("# millrace: /opt/millrace", "millrace: " + folder)
            .replace("/var/tmp/millrace", folder.toString());
    machine =
        MachineProfile.load(
            MachineProfileTest.ROOT,
            Files.writeString(folder.resolve("m.yaml"), profile).toString());
  }

  private SessionRequest request(String session, String... jobOptions) {
    return new SessionRequest(session, 3, HOUR, List.of(jobOptions));
  }

  private void program(String script) throws Exception {
    Path program = Files.createDirectories(folder.resolve("scripts")).resolve("millrace");
    Files.writeString(program, "#!/bin/bash\n" + script);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
  }

  private Process run(String script) throws Exception {
    Path file = Files.writeString(folder.resolve("script"), script);
    return new ProcessBuilder("bash", file.toString())
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("printed").toFile())
        .start();
  }

  @Test
  void sbatchReadsWhatIsAsked() {
    assertThat(
            BatchScript.of(machine, "night-1", request("night-1"))
                .lines()
                .takeWhile(l -> l.startsWith("#")))
        .startsWith("#!/bin/bash")
        .contains(
            "#SBATCH --job-name=night-1",
            "#SBATCH --nodes=3",
            "#SBATCH --ntasks-per-node=1",
            "#SBATCH --time=60",
            "#SBATCH --chdir=" + folder + "/sessions",
            "#SBATCH --output=" + folder + "/sessions/night-1.log",
            "#SBATCH --open-mode=append",
            "#SBATCH --no-kill",
            "#SBATCH --exclusive",
            "#SBATCH --no-requeue",
            // Two minutes, and half a one.
            "#SBATCH --signal=B:USR1@150");
  }

  @Test
  void nothingThatAPersonSaysReachesAShell() throws Exception {
    program("printf '%s\\n' \"$@\"");
    List<String> evil =
        List.of(
            "--title=$(touch pwned)",
            "--title=`touch pwned`",
            "--title='; touch pwned; '",
            "--title=\"; touch pwned; \"",
            "--title=a & touch pwned",
            "--title=\\",
            "--title=*",
            "--title=$HOME ~ {a,b} !! #");
    Process process =
        run(BatchScript.of(machine, "night-1", request("night-1", evil.toArray(String[]::new))));
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(Files.readAllLines(folder.resolve("printed")))
        .startsWith("allocation", "--session=night-1", "--folder=" + folder + "/sessions/night-1")
        .endsWith(evil.stream().map("--job="::concat).toArray(String[]::new));
    assertThat(folder.resolve("pwned")).doesNotExist();
  }

  @Test
  void moreNodesRunTaskManagersOfTheSameSession() throws Exception {
    program("printf '%s\\n' \"$@\"");
    String script = BatchScript.joining(machine, "s.more-1", request("s"));
    assertThat(script.lines())
        .contains(
            "#SBATCH --job-name=s.more-1",
            "#SBATCH --nodes=3",
            "#SBATCH --output=" + folder + "/sessions/s.more-1.log");
    Process process = run(script);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readAllLines(folder.resolve("printed")))
        .startsWith("allocation", "--session=s", "--folder=" + folder + "/sessions/s")
        .contains("--join");
  }

  @Test
  void theEndOfTheProgramIsThatOfTheScript() throws Exception {
    program("exit 7");
    Process process = run(BatchScript.of(machine, "night-1", request("s")));
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(7);
  }

  /** Near the walltime: the program reads the file, and ends when it is ready to. */
  @Test
  void usr1AsksToDrainAndWaitsOn() throws Exception {
    program("echo up; while [[ ! -f sessions/s/drain ]]; do read -rt 0.1 <> <(:); done; exit 3");
    Process process = run(BatchScript.of(machine, "night-1", request("s")));
    awaitPrinted("up");
    signal(process, "USR1");
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(3);
  }

  @Test
  void termIsPassedOnAndTheProgramEndsInItsOwnTime() throws Exception {
    program("trap 'echo told; exit 4' TERM; echo up; while :; do read -rt 0.1 <> <(:); done");
    Process process = run(BatchScript.of(machine, "night-1", request("s")));
    awaitPrinted("up");
    signal(process, "TERM");
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(4);
    assertThat(Files.readAllLines(folder.resolve("printed"))).contains("told");
  }

  private void awaitPrinted(String line) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> Files.readAllLines(folder.resolve("printed")).contains(line));
  }

  private static void signal(Process process, String signal) throws Exception {
    Process kill = new ProcessBuilder("kill", "-s", signal, "" + process.pid()).start();
    assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a;b", "$(id)", "a b", "-a", "../x", "", "a\nb", "a'b"})
  void aSessionHasAPlainName(String name) {
    assertThatThrownBy(() -> BatchScript.of(machine, "night-1", request(name)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a session is named with");
  }

  @ParameterizedTest
  @ValueSource(strings = {"title", "-t", "--Title=x", "--a b=c", "; id", "--title=a\nb"})
  void anOptionForTheJobIsOne(String option) {
    assertThatThrownBy(() -> BatchScript.of(machine, "night-1", request("s", option)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 60, has 1 to 8 nodes",
    "9, 60, has 1 to 8 nodes",
    "1, 2, takes 3 to 480 minutes",
    "1, 481, takes 3 to 480 minutes"
  })
  void whatTheMachineDoesNotHaveIsRefused(int nodes, int minutes, String says) {
    SessionRequest request = new SessionRequest("s", nodes, Duration.ofMinutes(minutes), List.of());
    assertThatThrownBy(() -> BatchScript.of(machine, "s", request))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(says);
  }
}
