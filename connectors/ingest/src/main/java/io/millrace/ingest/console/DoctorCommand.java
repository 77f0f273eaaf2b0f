package io.millrace.ingest.console;

import io.millrace.coordination.Member;
import io.millrace.coordination.Members;
import io.millrace.coordination.ZooKeeperConnection;
import io.millrace.coordination.ZooKeeperPulse;
import io.millrace.detector.DetectorDescription;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace doctor}: whether this machine and its ZooKeeper can do it, and what to do. */
@Command(
    name = "doctor",
    description = "Checks this machine and ZooKeeper, and says what to do.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:no problems; there may be warnings",
      "1:there are problems",
      "2:an option is unknown or has an impossible value"
    })
public final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ZooKeeperOptions zooKeeper;

  @Option(
      names = "--camera",
      defaultValue = "4d-camera",
      paramLabel = "NAME",
      description = "name or .yaml file of the detector description: how many ports it needs")
  private DetectorDescription detector;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "where counted files go; not looked at if not given")
  private Path output;

  @Option(
      names = "--run",
      defaultValue = "${env:MILLRACE_RUN:-.millrace}",
      paramLabel = "DIR",
      description = "where logs and configurations of what runs go (MILLRACE_RUN)")
  private Path run;

  @Override
  public Integer call() throws InterruptedException {
    List<Finding> found = new ArrayList<>(MachineFindings.here());
    found.add(FolderFindings.of("run folder", run));
    if (output != null) {
      found.add(FolderFindings.of("output", output));
    }
    List<Member> members = new ArrayList<>();
    boolean answers = false;
    try (ZooKeeperConnection connection = zooKeeper.open();
        Members watched = new Members(connection)) {
      found.addAll(ZooKeeperFindings.of(zooKeeper.address, ZooKeeperPulse.take(connection)));
      answers = true;
      if (watched.awaitAll(zooKeeper.timeout)) {
        members.addAll(watched.all());
      }
    } catch (IOException e) {
      found.add(ZooKeeperFindings.unreachable(e.getMessage()));
    }
    PortFindings ports = new PortFindings(PortFindings::isFree, Member.localHost(), members);
    found.add(ports.zooKeeper(answers && isOurs(PortFindings.ZOOKEEPER)));
    found.addAll(ports.aggregator(detector.modules()));
    found.add(ports.flink(PortFindings.flinkHere()));
    boolean credentials = System.getenv(ZooKeeperConnection.CREDENTIALS) != null;
    found.addAll(ExposureFindings.in(zooKeeper.address, credentials, members));
    found.addAll(ExposureFindings.keys());
    return print(found);
  }

  /** Whether the ZooKeeper that answers has this port of this machine. */
  private boolean isOurs(int port) {
    String[] hostAndPort = zooKeeper.address.split("[,/]", 2)[0].split(":", 2);
    return hostAndPort.length == 2
        && hostAndPort[1].equals(Integer.toString(port))
        && (ExposureFindings.isLoopback(hostAndPort[0])
            || hostAndPort[0].equals(Member.localHost()));
  }

  private int print(List<Finding> found) {
    PrintWriter out = spec.commandLine().getOut();
    found.forEach(f -> out.print(f.lines()));
    long problems = found.stream().filter(f -> f.grade() == Finding.Grade.PROBLEM).count();
    long warnings = found.stream().filter(f -> f.grade() == Finding.Grade.WARNING).count();
    out.printf("%d problems, %d warnings%n", problems, warnings);
    out.flush();
    return problems == 0 ? 0 : 1;
  }
}
