package io.millrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.gateway.machine.BatchScript;
import io.millrace.gateway.machine.MachineProfile;
import io.millrace.gateway.machine.SessionRequest;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MillraceProgramTest {
  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

  /** The script's words are the program's options: all are known, and none is impossible. */
  @Test
  void whatABatchScriptCallsIsUnderstood() throws Exception {
    MachineProfile machine = MachineProfile.load(ROOT, "perlmutter");
    SessionRequest request =
        new SessionRequest("s1", 4, Duration.ofHours(1), List.of("--title=a b", "--centroids"));
    List<String> words =
        BatchScript.of(machine, "s", request)
            .lines()
            .map(line -> line.strip().replaceAll("^'|' ?[\\\\&]$", ""))
            .dropWhile(line -> !line.equals("allocation"))
            .takeWhile(line -> !line.startsWith("program="))
            .toList();
    CommandLine.ParseResult parsed =
        MillraceProgram.commandLine().parseArgs(words.toArray(String[]::new)).subcommand();
    assertThat(parsed.matchedOptionValue("--session", "")).isEqualTo("s1");
    assertThat(parsed.matchedOptionValue("--zookeeper", "")).isEqualTo(machine.zookeeper());
    assertThat(parsed.matchedOptionValue("--interfaces", List.of()))
        .isEqualTo(machine.interfaces());
    assertThat(parsed.matchedOptionValue("--drain-notice", Duration.ZERO))
        .isEqualTo(Duration.ofMinutes(machine.drainMinutes()));
    assertThat(parsed.matchedOptionValue("--job", List.of())).isEqualTo(request.jobOptions());
  }

  private static String error(String... arguments) {
    StringWriter err = new StringWriter();
    int status =
        MillraceProgram.commandLine().setErr(new PrintWriter(err, true)).execute(arguments);
    assertThat(status).isEqualTo(CommandLine.ExitCode.USAGE);
    return err.toString();
  }

  @Test
  void whatIsImpossibleIsAnError() {
    System.setProperty("millrace.root", ROOT.toString());
    assertThat(error("session", "start", "--machine=local", "--nodes=2"))
        .contains("a session on local has 1 to 1 nodes, not 2");
    assertThat(error("session", "start", "--machine=local", "--session=a b"))
        .contains("a session is named with");
    assertThat(error("session", "start", "--machine=local", "--nods=1")).contains("--nods");
    assertThat(error("session", "stop", "--machine=local", "$(id)"))
        .contains("no session can be named '$(id)'");
    assertThat(error("session", "start")).contains("--machine");
  }
}
