package io.millrace.counting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A part of the system as a process of its own, that can be killed, and stopped for a while. */
final class TrialProcess implements AutoCloseable {
  /**
   * What no step should need, also on a machine that does other things: a dozen JVMs start beside
   * the tests of another module, on two cores.
   */
  static final Duration DEADLINE = Duration.ofSeconds(120);

  private final Process process;
  private final Path log;

  private TrialProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * Starts it.
   *
   * @param log takes all that it says
   * @param main the program
   * @param jvm options of its JVM, which go before ours
   */
  static TrialProcess start(Path log, String main, List<String> arguments, String... jvm)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // It lives for seconds: starting soon matters more than running fast.
    // Buffers as scripts/millrace allows them: what producers keep is checked against that.
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-XX:MaxDirectMemorySize=2g"));
    command.addAll(List.of(jvm));
    command.addAll(List.of("-Dzookeeper.admin.enableServer=false"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    return new TrialProcess(process, log);
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  TrialProcess awaitLog(String text) {
    Awaitility.await(text).atMost(DEADLINE).until(() -> log().contains(text));
    return this;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** The most memory that it ever had, in bytes: what the kernel calls VmHWM. */
  long mostResident() throws IOException {
    Path status = Path.of("/proc/%d/status".formatted(process.pid()));
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
        .findFirst()
        .orElseThrow();
  }

  void pressEnter() throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
  }

  /** Waits for its end. */
  int exitCode() throws InterruptedException {
    assertThat(process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)).as("it ends").isTrue();
    return process.exitValue();
  }

  /** Ends it without a word. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    exitCode();
  }

  /** It answers nobody from now on, but its connections stay. */
  void pause() throws Exception {
    signal("STOP");
  }

  /** It goes on. */
  void resume() throws Exception {
    signal("CONT");
  }

  private void signal(String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).as("kill -%s", name).isZero();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().orTimeout(DEADLINE.toSeconds(), TimeUnit.SECONDS).join();
  }
}
