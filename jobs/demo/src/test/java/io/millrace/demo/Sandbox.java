package io.millrace.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Where one test runs scripts: folders and ports of its own, and all processes that were started
 * there. These are known by {@code MILLRACE_RUN}, which every one of them inherits.
 */
final class Sandbox implements AutoCloseable {
  /** The repository. */
  static final Path ROOT = root();

  /** What any script should need far less than, also on a machine that does other things. */
  static final Duration DEADLINE = Duration.ofMinutes(6);

  private static final int PORTS = 60;
  private static final int FIRST_PORT = 10_000;
  private static final int LAST_PORT = 20_000;

  /** Where the next sandbox looks: those that are open side by side do not ask for the same. */
  private static int nextPorts = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT - PORTS);

  /** A script that has ended. */
  record Result(int status, String out, String err) {
    /** The object on the last line of standard output. */
    JsonNode json() throws IOException {
      List<String> lines = out.lines().toList();
      JsonNode json = new ObjectMapper().readTree(lines.get(lines.size() - 1));
      assertThat(json.isObject()).as("the last line is an object").isTrue();
      return json;
    }
  }

  final Path run;
  final Path output;
  final int restPort;
  final int zookeeperPort;
  final int producerPort;
  final int lanePort;

  /** With free ones behind it, for several JobManagers. */
  final int jobManagersPort;

  private final Path dir;
  private final Map<Process, Path> logs = new LinkedHashMap<>();

  /** Added to that of all programs. */
  final Map<String, String> environment = new HashMap<>();

  Sandbox(Path dir) {
    this.dir = dir;
    run = dir.resolve("run");
    output = dir.resolve("output");
    int first = freePorts();
    restPort = first;
    zookeeperPort = first + 1;
    producerPort = first + 2;
    lanePort = first + 10;
    jobManagersPort = first + 30;
  }

  private static Path root() {
    for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
      if (Files.isExecutable(p.resolve("scripts/demo"))) {
        return p;
      }
    }
    throw new AssertionError("no scripts/demo above " + Path.of("").toAbsolutePath());
  }

  /** The first of some free ports in a row, below those that the kernel hands out. */
  private static synchronized int freePorts() {
    while (true) {
      int first = nextPorts;
      nextPorts = first + 2 * PORTS <= LAST_PORT ? first + PORTS : FIRST_PORT;
      if (IntStream.range(first, first + PORTS).allMatch(Sandbox::isFree)) {
        return first;
      }
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** The command line of the demo in this sandbox. */
  List<String> demoCommand(String... options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                script("demo"),
                "--rest-port=" + restPort,
                "--zookeeper-port=" + zookeeperPort,
                "--producer-port=" + producerPort,
                "--lane-port=" + lanePort));
    if (Stream.of(options).noneMatch(o -> o.startsWith("--output="))) {
      command.add("--output=" + output);
    }
    command.addAll(List.of(options));
    return command;
  }

  /** A folder with the profile of this machine, whose sessions stay in this sandbox. */
  Path thisMachine() throws IOException {
    String profile =
        Files.readString(ROOT.resolve("conf/machines/local.yaml"))
            .replace("/var/tmp/millrace/sessions", dir.resolve("sessions").toString())
            .replace("/var/tmp/millrace/scans", output.toString())
            .replace("local: /tmp", "local: " + Files.createDirectory(dir.resolve("local")))
            .replace("task-manager-memory: 3000", "task-manager-memory: 1700");
    assertThat(profile)
        .contains("folder: " + dir, "output: " + output, "task-manager-memory: 1700");
    Path machines = Files.createDirectory(dir.resolve("machines"));
    Files.writeString(machines.resolve("local.yaml"), profile);
    return machines;
  }

  /** Runs the demo to its end. */
  Result demo(String... options) throws Exception {
    return run(demoCommand(options).toArray(String[]::new));
  }

  static String script(String name) {
    return ROOT.resolve("scripts").resolve(name).toString();
  }

  /** Runs a program to its end. */
  Result run(String... command) throws Exception {
    return result(start(run, List.of(command)));
  }

  /** Starts a program; what it prints can be read with {@link #printed}. */
  Process start(Path millraceRun, List<String> command) throws IOException {
    String name = "%02d-%s".formatted(logs.size(), Path.of(command.get(0)).getFileName());
    Path log = dir.resolve(name);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(dir.toFile())
            .redirectOutput(beside(log, ".out").toFile())
            .redirectError(beside(log, ".err").toFile());
    builder.environment().put("MILLRACE_RUN", millraceRun.toString());
    builder.environment().put("PYTHONIOENCODING", "utf-8");
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      logs.put(process, log);
      return process;
    } catch (IOException e) {
      throw new AssertionError(
          command.get(0) + " is needed; scripts/test installs what the tests need", e);
    }
  }

  /** Waits for a program that was started. */
  Result result(Process process) throws Exception {
    Path log = logs.get(process);
    assertThat(process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS))
        .as("%s ends within %s", log.getFileName(), DEADLINE)
        .isTrue();
    return new Result(process.exitValue(), read(beside(log, ".out")), read(beside(log, ".err")));
  }

  /** What all programs have printed so far. */
  String printed() {
    StringBuilder text = new StringBuilder();
    for (Path log : logs.values()) {
      for (String stream : List.of(".out", ".err")) {
        text.append("---- ").append(log.getFileName()).append(stream).append('\n');
        text.append(read(beside(log, stream)));
      }
    }
    return text.toString();
  }

  private static Path beside(Path log, String ending) {
    return log.resolveSibling(log.getFileName() + ending);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The logs of a part of the demo, by the beginning of their names. */
  String partLogs(String prefix) throws IOException {
    try (Stream<Path> files = Files.walk(run)) {
      StringBuilder text = new StringBuilder();
      files
          .filter(f -> f.getFileName().toString().startsWith(prefix))
          .filter(f -> f.toString().endsWith(".log"))
          .sorted()
          .forEach(f -> text.append(read(f)));
      return text.toString();
    }
  }

  /** Names of the files in the output folder, in order. */
  List<String> outputs() throws IOException {
    if (Files.notExists(output)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(output)) {
      // Hidden ones are session ids that were taken.
      return files
          .map(f -> f.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }

  /** Processes of this sandbox that are alive. */
  private List<ProcessHandle> processes() {
    return ProcessHandle.allProcesses().filter(this::isOurs).toList();
  }

  private boolean isOurs(ProcessHandle process) {
    try {
      return Files.readString(
              Path.of("/proc", Long.toString(process.pid()), "environ"),
              StandardCharsets.ISO_8859_1)
          .contains("MILLRACE_RUN=" + run);
    } catch (IOException e) {
      return false; // It has ended just now, or is another user's.
    }
  }

  /** Processes and ports that have not been given back; empty if all have. */
  List<String> left() {
    List<String> left = new ArrayList<>();
    for (ProcessHandle process : processes()) {
      left.add("process %d: %s".formatted(process.pid(), commandLine(process)));
    }
    IntStream.range(restPort, restPort + PORTS)
        .filter(port -> !isFree(port))
        .forEach(port -> left.add("port " + port));
    return left;
  }

  /** Kills the one process of this sandbox that has this in its command line. */
  void kill(String inCommandLine) {
    List<ProcessHandle> found =
        processes().stream()
            .filter(p -> commandLine(p).contains(inCommandLine))
            .filter(p -> !commandLine(p).contains("millrace-demo.jar"))
            .toList();
    assertThat(found).as("processes with %s", inCommandLine).hasSize(1);
    found.get(0).destroyForcibly();
  }

  /** With a blank between the arguments. Java's own handle leaves out what is long. */
  private static String commandLine(ProcessHandle process) {
    try {
      return Files.readString(
              Path.of("/proc", Long.toString(process.pid()), "cmdline"),
              StandardCharsets.ISO_8859_1)
          .replace('\0', ' ');
    } catch (IOException e) {
      return ""; // It has ended just now.
    }
  }

  /** Kills what is left. */
  @Override
  public void close() {
    processes().forEach(ProcessHandle::destroyForcibly);
  }
}
