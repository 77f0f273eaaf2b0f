package io.millrace.gateway.session;

import io.millrace.gateway.facility.ComputeFacility;
import io.millrace.gateway.facility.FacilityException;
import io.millrace.gateway.facility.LocalProcesses;
import io.millrace.gateway.facility.Patience;
import io.millrace.gateway.facility.SlurmCommands;
import io.millrace.gateway.facility.SlurmRest;
import io.millrace.gateway.facility.SuperfacilityApi;
import io.millrace.gateway.machine.MachineProfile;
import java.nio.file.Path;

/** The facility that a machine's profile names. */
final class Facilities {
  private Facilities() {}

  /**
   * @throws FacilityException if what it needs is not there, such as a key
   */
  static ComputeFacility open(MachineProfile machine) throws FacilityException {
    return switch (machine.facility().kind()) {
      case LOCAL -> new LocalProcesses(Path.of(machine.folder()));
      case SLURM -> SlurmCommands.open(machine.facility().settings());
      case SLURMRESTD -> SlurmRest.open(machine.facility().settings());
      case SUPERFACILITY -> SuperfacilityApi.open(machine.facility().settings(), Patience.USUAL);
    };
  }
}
