package io.millrace.gateway.session;

import io.millrace.gateway.machine.MachineProfile;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which machine, for the commands that need one. */
final class MachineOptions {
  @Option(
      names = "--machine",
      required = true,
      paramLabel = "NAME|FILE",
      description = "profile of the machine: a name in conf/machines, or the path of a .yaml file")
  private String machine;

  MachineProfile load() throws IOException {
    Path root = Path.of(System.getProperty("millrace.root", ".")).toAbsolutePath();
    return MachineProfile.load(root, machine);
  }
}
