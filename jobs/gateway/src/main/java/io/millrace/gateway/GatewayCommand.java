package io.millrace.gateway;

import io.millrace.gateway.distiller.DistillerSettings;
import io.millrace.gateway.machine.MachineProfile;
import io.millrace.gateway.people.People;
import io.millrace.gateway.scans.ScanSettings;
import io.millrace.gateway.server.Listening;
import io.millrace.gateway.store.Database;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the gateway until it is told to end. */
@Command(
    name = "gateway",
    description =
        "Serves the page and the API from which people start sessions, see scans while they run, and find them"
            + " again. Ends on SIGTERM; sessions go on, and the next gateway with the same database sees to them.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "1:it cannot start; the message says why",
      "2:an option is unknown or has an impossible value",
      "143:ended by SIGTERM"
    })
final class GatewayCommand implements Callable<Integer> {
  /** A batch system or a supervisor kills what has not ended after 20 to 90 s. */
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(15);

  private static final int LEAST_LIVE_MEMORY = 16;
  private static final int MOST_AUDIT_DAYS = 36_500;

  @Spec private CommandSpec spec;

  @Option(
      names = "--listen",
      defaultValue = "127.0.0.1:8765",
      paramLabel = "HOST:PORT",
      description =
          "where browsers and programs connect; port 0 is one that the system chooses. Other than on this"
              + " machine only with --key-store or behind a proxy that has one")
  private String listen;

  @Option(
      names = "--database",
      defaultValue = "sqlite:~/.millrace/gateway.db",
      paramLabel = "URL",
      description =
          "sqlite:/path/of/file, or postgresql://user@host:port/name with the password in ~/.pgpass")
  private String database;

  @Option(
      names = "--machines",
      paramLabel = "DIR",
      description = "folder of machine profiles; not given, conf/machines")
  private Path machines;

  @Option(
      names = "--machine",
      paramLabel = "NAME",
      description =
          "offer this machine, a profile's name in --machines; may be repeated; not given, all of them")
  private List<String> offered = List.of();

  @Option(
      names = "--zookeeper",
      paramLabel = "HOST:PORT",
      description =
          "hear of sessions' scans and of who takes part from this ZooKeeper; not given, from live messages and"
              + " files only")
  private String zooKeeper;

  @Option(
      names = "--live-listen",
      defaultValue = "tcp://127.0.0.1:5570",
      paramLabel = "ADDRESS",
      description =
          "where jobs publish what they count while a scan runs (their option --live); port * is one that the"
              + " system chooses")
  private String liveListen;

  @Option(
      names = "--live-address",
      paramLabel = "ADDRESS",
      description =
          "where jobs reach that, as sessions from here are told; not given, --live-listen if it is no wildcard,"
              + " or else this machine's name with its port. One on loopback is told to jobs on this machine only")
  private String liveAddress;

  @Option(
      names = "--live-memory",
      defaultValue = "1024",
      paramLabel = "MIB",
      description =
          "memory for the events of scans under way, in MiB, at least 16; when it is full, those of the oldest scan"
              + " go, and rings of one's own lack them until its file is there")
  private int liveMemory;

  @Option(
      names = "--results",
      paramLabel = "DIR",
      description =
          "folder that counted files are looked for in, and may be downloaded from; may be repeated. Besides the"
              + " output folders of machines whose kind is local or slurm")
  private List<Path> results = List.of();

  @Option(
      names = "--distiller",
      paramLabel = "URL",
      description =
          "tell the Distiller instance with this API of scans as they stream, such as"
              + " https://distiller.example.org/api/v1; not given, nobody is told")
  private URI distiller;

  @Option(
      names = "--distiller-key-file",
      paramLabel = "FILE",
      description = "file with its API key in the first line, which only its owner may read")
  private Path distillerKey;

  @Option(
      names = "--distiller-key-name",
      defaultValue = "X-API-Key",
      paramLabel = "NAME",
      description = "what the instance calls the key in a request")
  private String distillerKeyName;

  @Option(
      names = "--distiller-key-in",
      defaultValue = "HEADER",
      paramLabel = "PLACE",
      description = "where it looks for the key: ${COMPLETION-CANDIDATES}")
  private DistillerSettings.KeyPlace distillerKeyIn;

  @Option(
      names = "--distiller-microscope",
      paramLabel = "NAME",
      description = "name of the microscope there that scans are of")
  private String distillerMicroscope;

  @Option(
      names = "--audit-days",
      defaultValue = "400",
      paramLabel = "DAYS",
      description =
          "how long the audit log keeps who has done what, in days, 1 to 36500; older entries are removed once a day")
  private int auditDays;

  @Option(
      names = "--key-store",
      paramLabel = "FILE",
      description = "PKCS #12 or JKS with the server's key and certificate, for HTTPS")
  private Path keyStore;

  @Option(
      names = "--key-store-password-file",
      paramLabel = "FILE",
      description = "file with its password in the first line, which only its owner may read")
  private Path keyStorePassword;

  @Option(
      names = "--behind-proxy",
      description =
          "believe X-Forwarded-For, -Proto and -Host, since nobody but a proxy of yours reaches --listen")
  private boolean behindProxy;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (auditDays < 1 || auditDays > MOST_AUDIT_DAYS) {
      throw new ParameterException(
          spec.commandLine(),
          "--audit-days is 1 to %d, not %d".formatted(MOST_AUDIT_DAYS, auditDays));
    }
    Listening listening = listening();
    List<MachineProfile> profiles = profiles();
    PrintWriter out = spec.commandLine().getOut();
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(told, over), "sigterm"));
    try (Database store = open();
        Gateway gateway =
            new Gateway(
                listening, store, profiles, scans(profiles), distiller(), People.USUAL_COST)) {
      Optional<String> password = gateway.firstPassword();
      password.ifPresent(
          one ->
              out.printf(
                  "gateway: log in as admin with the one-time password %s, and choose another%n",
                  one));
      out.flush(); // it is told once, also if the start fails now
      gateway.start(auditDays);
      out.printf("gateway: %s%n", gateway.address());
      out.flush();
      told.await();
    } finally {
      over.countDown();
    }
    return 0;
  }

  private static void end(CountDownLatch told, CountDownLatch over) {
    told.countDown();
    try {
      over.await(STOP_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Database open() throws IOException {
    try {
      return Database.open(database);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--database: " + e.getMessage(), e);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private ScanSettings scans(List<MachineProfile> profiles) {
    if (liveMemory < LEAST_LIVE_MEMORY) {
      throw new ParameterException(
          spec.commandLine(),
          "--live-memory is at least %d MiB, not %d".formatted(LEAST_LIVE_MEMORY, liveMemory));
    }
    if (zooKeeper != null && !zooKeeper.matches("[^,:/\\s]+:\\d{1,5}(,[^,:/\\s]+:\\d{1,5})*")) {
      throw new ParameterException(
          spec.commandLine(),
          "--zookeeper is HOST:PORT, or several with commas between, not '%s'"
              .formatted(zooKeeper));
    }
    if (!liveListen.matches("tcp://[^\\s/]+:(\\d{1,5}|\\*)")) {
      throw new ParameterException(
          spec.commandLine(), "--live-listen is tcp://HOST:PORT, not '%s'".formatted(liveListen));
    }
    if (liveAddress != null && !liveAddress.matches("tcp://[^\\s/]+:\\d{1,5}")) {
      throw new ParameterException(
          spec.commandLine(),
          "--live-address is tcp://HOST:PORT, as jobs reach this gateway, not '%s'"
              .formatted(liveAddress));
    }
    List<Path> folders = new ArrayList<>(results);
    profiles.stream()
        .filter(machine -> machine.facility().kind().isNear())
        .forEach(machine -> folders.add(Path.of(machine.output())));
    return new ScanSettings(folders, zooKeeper, liveListen, liveAddress, (long) liveMemory << 20);
  }

  private Listening listening() throws IOException {
    int colon = listen.lastIndexOf(':');
    String port = listen.substring(colon + 1);
    if (colon < 1 || !port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
      throw new ParameterException(
          spec.commandLine(), "--listen is HOST:PORT, not '%s'".formatted(listen));
    }
    if ((keyStore == null) != (keyStorePassword == null)) {
      throw new ParameterException(
          spec.commandLine(), "--key-store and --key-store-password-file go together; give both");
    }
    return new Listening(
        listen.substring(0, colon).replaceAll("^\\[|\\]$", ""),
        Integer.parseInt(port),
        keyStore == null
            ? Optional.empty()
            : Optional.of(
                new Listening.Tls(keyStore, secret("--key-store-password-file", keyStorePassword))),
        behindProxy);
  }

  private Optional<DistillerSettings> distiller() throws IOException {
    if (distiller == null && distillerKey == null && distillerMicroscope == null) {
      return Optional.empty();
    }
    if (distiller == null || distillerKey == null || distillerMicroscope == null) {
      throw new ParameterException(
          spec.commandLine(),
          "--distiller, --distiller-key-file and --distiller-microscope go together; give all three");
    }
    try {
      return Optional.of(
          new DistillerSettings(
              distiller,
              secret("--distiller-key-file", distillerKey),
              distillerKeyIn,
              distillerKeyName,
              distillerMicroscope));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private String secret(String option, Path file) throws IOException {
    if (!Files.isReadable(file)) {
      throw new ParameterException(
          spec.commandLine(),
          "%s: there is no file %s that can be read".formatted(option, file.toAbsolutePath()));
    }
    Set<PosixFilePermission> may = Files.getPosixFilePermissions(file);
    may.removeAll(Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
    if (!may.isEmpty()) {
      throw new IOException(
          "others than its owner may read or run %s; chmod 600 %s".formatted(file, file));
    }
    return Files.readString(file).lines().findFirst().orElse("");
  }

  private List<MachineProfile> profiles() throws IOException {
    Path root = Path.of(System.getProperty("millrace.root", ".")).toAbsolutePath();
    Path folder = machines == null ? root.resolve("conf/machines") : machines;
    List<Path> files = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      throw new ParameterException(
          spec.commandLine(),
          "--machines: there is no folder %s; conf/machines of the distribution is one"
              .formatted(folder));
    }
    if (offered.isEmpty()) {
      try (Stream<Path> all = Files.list(folder)) {
        all.filter(file -> file.toString().endsWith(".yaml")).sorted().forEach(files::add);
      }
    } else {
      offered.forEach(name -> files.add(folder.resolve(name + ".yaml")));
    }
    List<MachineProfile> profiles = new ArrayList<>();
    for (Path file : files) {
      profiles.add(MachineProfile.load(root, file.toString()));
    }
    return profiles;
  }
}
