package io.millrace.gateway.machine;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A machine that sessions run on: a file of {@code conf/machines}, which says what each entry
 * means.
 *
 * @param name the machine's, for people
 * @param facility who takes its jobs
 * @param batch options for sbatch, by name; a null value for one that has none
 * @param mostNodes of a session
 * @param mostMinutes of a session
 * @param millrace folder of Millrace there: a clone of the repository, built; not given, the one
 *     that this runs from
 * @param folder for what sessions keep, there; all nodes see it, and it is there
 * @param output for counted files, there
 * @param local on each node's own disk
 * @param environment of the batch script, such as JAVA_HOME and FLINK_HOME
 * @param interfaces which the nodes connect by, in the order of preference
 * @param zookeeper where it is; empty if each session has one of its own
 * @param lanesPerNode lanes that a node counts at a time
 * @param taskManagerMemory at most for a TaskManager, in megabytes
 * @param drainMinutes before the end of a session in which no new scan begins
 * @param startMinutes until a scan can begin, once it has its nodes
 * @param queueMinutes that it may wait for its nodes
 */
public record MachineProfile(
    String name,
    Facility facility,
    Map<String, String> batch,
    int mostNodes,
    int mostMinutes,
    String millrace,
    String folder,
    String output,
    String local,
    Map<String, String> environment,
    List<String> interfaces,
    String zookeeper,
    int lanesPerNode,
    int taskManagerMemory,
    int drainMinutes,
    int startMinutes,
    int queueMinutes) {

  /** Ways to reach a facility. */
  public enum Kind {
    /** The Superfacility API, version 1.2. */
    SUPERFACILITY,
    /** Slurm's own REST API. */
    SLURMRESTD,
    /** sbatch and its kin, on this machine. */
    SLURM,
    /** Processes on this machine, without a queue. */
    LOCAL;

    /** Whether this machine sees its files, and is asked without a network between. */
    public boolean isNear() {
      return this == SLURM || this == LOCAL;
    }
  }

  /**
   * Who takes the jobs.
   *
   * @param kind how it is reached
   * @param settings of that kind, as conf/machines explains them
   */
  public record Facility(Kind kind, Map<String, String> settings) {
    /** Reads the kind, and keeps what stands beside it. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Facility read(Map<String, String> entries) {
      Map<String, String> settings = new TreeMap<>(entries);
      String kind = settings.remove("kind");
      try {
        return new Facility(Kind.valueOf(String.valueOf(kind).toUpperCase(Locale.ROOT)), settings);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "facility: kind is superfacility, slurmrestd, slurm or local, not '%s'".formatted(kind),
            e);
      }
    }
  }

  /**
   * Anything that begins with letters; no shell sees them, and Slurm reads no further than a blank.
   */
  private static final Pattern BATCH_VALUE = Pattern.compile("[A-Za-z0-9_.,:=+&|*@/\\[\\]-]+");

  private static final Pattern BATCH_NAME = Pattern.compile("[a-z][a-z-]*");
  private static final Pattern VARIABLE = Pattern.compile("[A-Z][A-Z0-9_]*");
  private static final Pattern INTERFACE =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,14}|\\d{1,3}(\\.\\d{1,3}){3}/([12]?\\d|3[0-2])");
  private static final Pattern ZOOKEEPER = Pattern.compile("[^,:/\\s]+:\\d+(,[^,:/\\s]+:\\d+)*");

  /** What the script itself says. */
  private static final Set<String> OURS =
      Set.of(
          "nodes",
          "ntasks-per-node",
          "ntasks",
          "time",
          "job-name",
          "output",
          "error",
          "open-mode",
          "signal",
          "chdir",
          "no-kill",
          "wrap",
          "array",
          "export",
          "uid",
          "gid",
          "parsable",
          "test-only",
          "wait");

  private static final ObjectMapper YAML =
      new ObjectMapper(new YAMLFactory())
          .setPropertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

  /**
   * Checks everything, and puts defaults in the place of what is not given.
   *
   * @throws IllegalArgumentException if something is missing or impossible; says what
   */
  @JsonCreator
  public MachineProfile(
      @JsonProperty(value = "name", required = true) String name,
      @JsonProperty(value = "facility", required = true) Facility facility,
      @JsonProperty("batch") Map<String, String> batch,
      @JsonProperty(value = "most-nodes", required = true) int mostNodes,
      @JsonProperty(value = "most-minutes", required = true) int mostMinutes,
      @JsonProperty("millrace") String millrace,
      @JsonProperty(value = "folder", required = true) String folder,
      @JsonProperty(value = "output", required = true) String output,
      @JsonProperty(value = "local", required = true) String local,
      @JsonProperty("environment") Map<String, String> environment,
      @JsonProperty(value = "interfaces", required = true) List<String> interfaces,
      @JsonProperty("zookeeper") String zookeeper,
      @JsonProperty(value = "lanes-per-node", required = true) int lanesPerNode,
      @JsonProperty(value = "task-manager-memory", required = true) int taskManagerMemory,
      @JsonProperty(value = "drain-minutes", required = true) int drainMinutes,
      @JsonProperty(value = "start-minutes", required = true) int startMinutes,
      @JsonProperty(value = "queue-minutes", required = true) int queueMinutes) {
    this.name = name;
    this.facility = facility;
    this.batch = batch == null ? Map.of() : new TreeMap<>(batch);
    this.mostNodes = within("most-nodes", mostNodes, 1, 4_096);
    this.mostMinutes = within("most-minutes", mostMinutes, 1, 7 * 24 * 60);
    this.millrace = millrace == null ? null : path("millrace", millrace);
    this.folder = path("folder", folder);
    this.output = path("output", output);
    this.local = path("local", local);
    this.environment = environment == null ? Map.of() : new TreeMap<>(environment);
    this.interfaces = List.copyOf(interfaces);
    this.zookeeper = zookeeper == null ? "" : zookeeper;
    this.lanesPerNode = within("lanes-per-node", lanesPerNode, 1, 256);
    this.taskManagerMemory = within("task-manager-memory", taskManagerMemory, 1_024, 1 << 20);
    this.drainMinutes = within("drain-minutes", drainMinutes, 1, 60);
    this.startMinutes = within("start-minutes", startMinutes, 1, 120);
    this.queueMinutes = within("queue-minutes", queueMinutes, 1, 7 * 24 * 60);
    matches("name", name, Pattern.compile("[A-Za-z0-9._-]+"));
    this.batch.forEach(MachineProfile::checkBatch);
    this.environment.forEach(
        (variable, value) -> {
          matches("environment", variable, VARIABLE);
          ShellWord.quote(value);
        });
    if (interfaces.isEmpty()) {
      throw new IllegalArgumentException(
          "interfaces: name one, such as hsn0, or lo on one machine");
    }
    interfaces.forEach(one -> matches("interfaces", one, INTERFACE));
    if (!this.zookeeper.isEmpty()) {
      matches("zookeeper", zookeeper, ZOOKEEPER);
    }
  }

  private static void checkBatch(String option, String value) {
    matches("batch", option, BATCH_NAME);
    if (OURS.contains(option)) {
      throw new IllegalArgumentException(
          "batch: --%s is set by Millrace; leave it out".formatted(option));
    }
    if (value != null) {
      matches("batch: " + option, value, BATCH_VALUE);
    }
  }

  private static int within(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s is %d to %d, not %d".formatted(what, least, most, value));
    }
    return value;
  }

  /** No text of a line: a path goes into a #SBATCH line as it is, where a blank would end it. */
  private static String path(String what, String path) {
    if (!path.matches("/[A-Za-z0-9._/+@=-]*")) {
      throw new IllegalArgumentException(
          "%s is an absolute path of letters, digits and ._/+@=-, not '%s'".formatted(what, path));
    }
    return path;
  }

  private static void matches(String what, String value, Pattern pattern) {
    if (!pattern.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "%s: '%s' is not possible (%s)".formatted(what, value, pattern));
    }
  }

  /**
   * The profile of that name, or in that file.
   *
   * @param root the repository that this runs from
   * @param nameOrPath a name such as {@code perlmutter}, or the path of a {@code .yaml} file
   * @throws IOException if it is not there, or not valid; says where and why
   */
  public static MachineProfile load(Path root, String nameOrPath) throws IOException {
    Path folder = root.resolve("conf/machines");
    Path file =
        nameOrPath.endsWith(".yaml") ? Path.of(nameOrPath) : folder.resolve(nameOrPath + ".yaml");
    if (!nameOrPath.endsWith(".yaml") && !nameOrPath.matches("[A-Za-z0-9._-]+")
        || !Files.isRegularFile(file)) {
      throw new IOException(
          "there is no machine profile %s; name one of %s, or give the path of a .yaml file"
              .formatted(file, names(folder)));
    }
    try {
      MachineProfile profile = YAML.readValue(file.toFile(), MachineProfile.class);
      return profile.millrace() == null ? profile.in(root.toString()) : profile;
    } catch (JsonProcessingException | IllegalArgumentException e) {
      String why = why(e);
      throw new IOException("the machine profile %s is not valid: %s".formatted(file, why), e);
    }
  }

  /** In the words of the file, not of Java. */
  private static String why(Exception e) {
    if (e instanceof UnrecognizedPropertyException unknown) {
      return "line %d: there is no entry '%s'; there are %s"
          .formatted(
              unknown.getLocation().getLineNr(),
              unknown.getPropertyName(),
              unknown.getKnownPropertyIds().stream()
                  .map(String::valueOf)
                  .sorted()
                  .collect(Collectors.joining(", ")));
    }
    if (e instanceof InvalidFormatException wrong && wrong.getLocation() != null) {
      return "line %d: %s cannot be '%s'"
          .formatted(
              wrong.getLocation().getLineNr(),
              wrong.getPath().stream()
                  .map(JsonMappingException.Reference::getFieldName)
                  .collect(Collectors.joining(".")),
              wrong.getValue());
    }
    return e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
  }

  private static String names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".yaml"))
          .map(name -> name.substring(0, name.length() - ".yaml".length()))
          .sorted()
          .collect(Collectors.joining(", "));
    } catch (NoSuchFileException e) {
      return "none in " + folder;
    }
  }

  private MachineProfile in(String root) {
    if (facility.kind() == Kind.SUPERFACILITY || facility.kind() == Kind.SLURMRESTD) {
      throw new IllegalArgumentException("millrace: say where Millrace is on that machine");
    }
    return new MachineProfile(
        name,
        facility,
        batch,
        mostNodes,
        mostMinutes,
        root,
        folder,
        output,
        local,
        environment,
        interfaces,
        zookeeper,
        lanesPerNode,
        taskManagerMemory,
        drainMinutes,
        startMinutes,
        queueMinutes);
  }

  /** Where a session keeps what it has, there. */
  public String folderOf(String session) {
    return folder + "/" + session;
  }

  /** What a session's batch script and its supervisor print, there. */
  public String logOf(String session) {
    return folder + "/" + session + ".log";
  }
}
