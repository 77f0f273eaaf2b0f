package io.millrace.gateway.session;

import io.millrace.gateway.machine.MachineProfile;
import io.millrace.gateway.machine.SessionRequest;
import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** A session that was started on a machine, for the commands that change one. */
final class NamedSession {
  @Mixin private MachineOptions machine;

  @Parameters(paramLabel = "NAME", description = "of the session")
  private String name;

  /**
   * Its name.
   *
   * @param command that was given it
   */
  String name(CommandSpec command) {
    if (!SessionRequest.isName(name)) {
      throw new ParameterException(
          command.commandLine(), "no session can be named '%s'".formatted(name));
    }
    return name;
  }

  MachineProfile machine() throws IOException {
    return machine.load();
  }
}
