package io.millrace.emulator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program {@code scripts/superfacility}. */
@Command(
    name = "superfacility",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "The Superfacility API in front of the Slurm that PATH and SLURM_CONF lead to, on this machine only:"
          + " for tests and to try sessions without a facility.",
      "Troubles are ordered with a POST to /emulator/faults, JSON with any of: status, calls, path, retryAfter, body;"
          + " latencyMillis; loseSubmit; stuckTask; emptySeconds; revokeTokens; tokenSeconds; machineStatus, notes."
    })
public final class SuperfacilityEmulator implements Callable<Integer> {
  @Option(
      names = "--root",
      required = true,
      paramLabel = "DIR",
      description =
          "Folder that files are read and written in, and nowhere else; jobs begin in it.")
  private Path root;

  @Option(
      names = "--port",
      defaultValue = "0",
      paramLabel = "N",
      description = "To listen on; 0 for any that is free.")
  private int port;

  @Option(
      names = "--client-id",
      required = true,
      paramLabel = "ID",
      description = "Of the one client that is let in.")
  private String clientId;

  @Option(
      names = "--client-public-key",
      required = true,
      paramLabel = "FILE",
      description = "That client's public key: a JWK, or PEM.")
  private Path key;

  @Option(
      names = "--machine",
      defaultValue = "perlmutter",
      paramLabel = "NAME",
      description = "What the machine is called.")
  private String machine;

  /** Runs until the process is ended. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new SuperfacilityEmulator()).execute(args));
  }

  @Override
  public Integer call() throws InterruptedException {
    try (EmulatorServer server =
        new EmulatorServer(root, port, machine, clientId, PublicKeyFile.read(key), Map.of())) {
      System.out.println("ready " + server.address());
      new CountDownLatch(1).await();
      return 0;
    } catch (IOException e) {
      System.err.println("superfacility: " + e.getMessage());
      return 1;
    }
  }
}
