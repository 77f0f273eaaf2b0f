package io.millrace.benchmarks.model;

import io.millrace.benchmarks.BenchmarksPage;
import io.millrace.benchmarks.Results;
import io.millrace.benchmarks.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Computes what cameras need, and renews the tables in docs/SCALING.md. */
@Command(
    name = "model",
    description = {
      "What cameras need, and which part gives in first: arithmetic with what was measured.",
      "Prints two tables and renews docs/SCALING.md with them. Nothing is measured."
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:done",
      "1:a file could not be read or written",
      "2:an option is unknown or impossible"
    })
public final class ModelCommand implements Callable<Integer> {
  private static final String SECTION = "model";
  private static final double GIGA = 1e9;
  private static final double BITS = 8;

  @Spec CommandSpec spec;

  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  boolean help;

  @Option(names = "--quick", description = "The same; it takes no time.")
  boolean quick;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the rows {name, value, unit, ratio, target, met} to this file as well.")
  Path json;

  @Option(
      names = "--cameras",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,4,16",
      description = "Numbers of cameras, a column each. Default: ${DEFAULT-VALUE}")
  List<Integer> cameras;

  @Option(
      names = "--frames",
      paramLabel = "HZ",
      defaultValue = "87000",
      description = "Frames per second of a camera. Default: ${DEFAULT-VALUE}, the 4D Camera's")
  double framesPerSecond;

  @Option(
      names = "--frame-bytes",
      paramLabel = "BYTES",
      defaultValue = "663552",
      description = "Pixels of a frame. Default: ${DEFAULT-VALUE}, 576 x 576 of 2 bytes")
  double frameBytes;

  @Option(
      names = "--modules",
      paramLabel = "N",
      defaultValue = "4",
      description = "Sectors of a frame. Default: ${DEFAULT-VALUE}")
  int modules;

  @Option(
      names = "--electrons",
      paramLabel = "N",
      defaultValue = "500",
      description = "Electrons of a frame. Default: ${DEFAULT-VALUE}")
  double electrons;

  @Option(
      names = "--taskmanager-cpu",
      paramLabel = "SECONDS",
      description =
          "CPU-seconds per GB of a TaskManager, receive to frames. Default: as measured last by"
              + " scripts/bench pipeline (docs/benchmarks/pipeline.json), else 0.55, its target")
  Double taskManager;

  @Option(
      names = "--aggregator-cpu",
      paramLabel = "SECONDS",
      description =
          "CPU-seconds per GB of the aggregator. Default: as measured last, else 0.6, a guess: it"
              + " receives and sends")
  Double aggregator;

  @Option(
      names = "--producer-cpu",
      paramLabel = "SECONDS",
      description =
          "CPU-seconds per GB of a producer. Default: as measured last, else 0.3, a guess: it sends")
  Double producer;

  @Option(
      names = "--socket",
      paramLabel = "GB/S",
      defaultValue = "2",
      description =
          "What one socket and its thread pass on. Default: ${DEFAULT-VALUE}; JeroMQ on loopback"
              + " does 2 to 3")
  double socket;

  @Option(
      names = "--scan-task-cpu",
      paramLabel = "MICROSECONDS",
      defaultValue = "12",
      description =
          "CPU-microseconds of a frame in the one task of its scan: account, images, hot pixels,"
              + " file. Default: ${DEFAULT-VALUE}, see docs/SCALING.md")
  double scanTaskMicros;

  @Option(
      names = "--event-bytes",
      paramLabel = "BYTES",
      defaultValue = "4",
      description = "Of an event, between tasks and in the file. Default: ${DEFAULT-VALUE}")
  double eventBytes;

  @Option(
      names = "--sector-bytes",
      paramLabel = "BYTES",
      defaultValue = "150",
      description =
          "Of a counted sector beside its events, between tasks: header, borders."
              + " Default: ${DEFAULT-VALUE}")
  double sectorOverhead;

  @Option(
      names = "--entry-bytes",
      paramLabel = "BYTES",
      defaultValue = "45",
      description =
          "Of a frame beside its events, in the file: list, reference, number, mask, position."
              + " Default: ${DEFAULT-VALUE}")
  double frameOverhead;

  @Option(
      names = "--cores",
      paramLabel = "N",
      defaultValue = "128",
      description =
          "Cores of a node, as fast as those measured on. Default: ${DEFAULT-VALUE}, a CPU node of"
              + " Perlmutter")
  int cores;

  @Option(
      names = "--memory",
      paramLabel = "GB",
      defaultValue = "512",
      description = "Memory of a node. Default: ${DEFAULT-VALUE}")
  double memory;

  @Option(
      names = "--links",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Links of a node, each of --link. Default: ${DEFAULT-VALUE}, a CPU node of Perlmutter; its"
              + " GPU nodes have 4")
  int links;

  @Option(
      names = "--link",
      paramLabel = "GBIT/S",
      defaultValue = "200",
      description = "Speed of a link, each way. Default: ${DEFAULT-VALUE}")
  double link;

  @Option(
      names = "--usable",
      paramLabel = "SHARE",
      defaultValue = "0.7",
      description =
          "Share of cores, links and sockets that may be in use: the rest is for bursts and for what"
              + " the facility does. Default: ${DEFAULT-VALUE}")
  double usable;

  @Option(
      names = "--file-speed",
      paramLabel = "GB/S",
      defaultValue = "1",
      description =
          "What one writer gets into one file of the shared file system. Default: ${DEFAULT-VALUE}, a"
              + " guess for a file on one storage target")
  double fileSpeed;

  @Option(
      names = "--checkpoint",
      paramLabel = "SECONDS",
      defaultValue = "1",
      description = "Between two checkpoints. Default: ${DEFAULT-VALUE}")
  double checkpoint;

  @Option(
      names = "--fail-over",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description =
          "How long the job may stand still without a loss. Default: ${DEFAULT-VALUE}; a lost"
              + " JobManager takes 8.6")
  double failOver;

  @Option(
      names = "--slots",
      paramLabel = "N",
      defaultValue = "50",
      description =
          "Sectors of one lane and module that a task can hold: 32 in its operators, 16 in the"
              + " queue before them, 2 on the way. Default: ${DEFAULT-VALUE}")
  int slots;

  @Override
  public Integer call() throws IOException {
    requirePossible();
    Path docs = Path.of(System.getProperty("millrace.root", "."), "docs");
    BenchmarksPage page = new BenchmarksPage(docs.resolve("SCALING.md"));
    page.section(SECTION);
    Measured measured = Measured.read(docs.resolve("benchmarks").resolve("pipeline.json"));
    Costs costs =
        new Costs(
            producer != null ? producer : measured.producer(),
            aggregator != null ? aggregator : measured.aggregator(),
            taskManager != null ? taskManager : measured.taskManager(),
            socket * GIGA,
            scanTaskMicros,
            eventBytes,
            sectorOverhead,
            frameOverhead);
    Node node =
        new Node(cores, memory * GIGA, links * link * GIGA / BITS, usable, fileSpeed * GIGA);
    Delivery delivery = new Delivery(checkpoint, failOver, slots);
    List<ScalingModel> models =
        cameras.stream()
            .map(
                n ->
                    new ScalingModel(
                        new Cameras(n, framesPerSecond, frameBytes, modules, electrons),
                        costs,
                        node,
                        delivery))
            .toList();

    ModelTables tables = new ModelTables(models);
    String told =
        "`scripts/bench model%s`\n%s\n\n%s\n%s"
            .formatted(typed(), assumptions(costs, measured), tables.needs(), tables.loads());
    spec.commandLine().getOut().println(told);
    spec.commandLine().getOut().flush();
    page.renew(SECTION, told);
    if (json != null) {
      Files.createDirectories(json.toAbsolutePath().getParent());
      List<Row> rows = tables.rows();
      new Results(rows).writeJson(json);
    }
    return 0;
  }

  /** Where the costs are from. */
  private String source(Measured measured) {
    List<String> given = new ArrayList<>();
    if (producer != null) {
      given.add("producer");
    }
    if (aggregator != null) {
      given.add("aggregator");
    }
    if (taskManager != null) {
      given.add("TaskManager");
    }
    return switch (given.size()) {
      case 0 -> measured.source();
      case 3 -> "given";
      default -> String.join(", ", given) + " as given, else " + measured.source();
    };
  }

  private void requirePossible() {
    cameras.forEach(n -> requirePositive("--cameras", n));
    requirePositive("--frames", framesPerSecond);
    requirePositive("--frame-bytes", frameBytes);
    requirePositive("--modules", modules);
    requirePositive("--taskmanager-cpu", taskManager);
    requirePositive("--aggregator-cpu", aggregator);
    requirePositive("--producer-cpu", producer);
    requirePositive("--socket", socket);
    requirePositive("--cores", cores);
    requirePositive("--memory", memory);
    requirePositive("--links", links);
    requirePositive("--link", link);
    requirePositive("--file-speed", fileSpeed);
    requirePositive("--slots", slots);
    requireNotNegative("--electrons", electrons);
    requireNotNegative("--scan-task-cpu", scanTaskMicros);
    requireNotNegative("--event-bytes", eventBytes);
    requireNotNegative("--sector-bytes", sectorOverhead);
    requireNotNegative("--entry-bytes", frameOverhead);
    requireNotNegative("--checkpoint", checkpoint);
    requireNotNegative("--fail-over", failOver);
    require(usable > 0 && usable <= 1, "--usable has to be more than 0 and at most 1");
  }

  /** Null is possible: it was not given. */
  private void requirePositive(String option, Number value) {
    require(
        value == null || (value.doubleValue() > 0 && Double.isFinite(value.doubleValue())),
        option + " has to be more than 0");
  }

  private void requireNotNegative(String option, double value) {
    require(value >= 0 && Double.isFinite(value), option + " has to be 0 or more");
  }

  private void require(boolean possible, String message) {
    if (!possible) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  private String assumptions(Costs costs, Measured measured) {
    return String.format(
        Locale.ROOT,
        "CPU-seconds per GB: producer %.2f, aggregator %.2f, TaskManager %.2f (%s). A socket passes"
            + " on %.1f GB/s. A node: %d cores, %.0f GB, %d x %.0f Gbit/s; %.0f %% of it is used."
            + " %.0f electrons per frame%s.",
        costs.producer(),
        costs.aggregator(),
        costs.taskManager(),
        source(measured),
        socket,
        cores,
        memory,
        links,
        link,
        100 * usable,
        electrons,
        electrons == Measured.USUAL_ELECTRONS
            ? ""
            : ", while the CPU-seconds are those of %d".formatted(Measured.USUAL_ELECTRONS));
  }

  /** The options that were given, without those about the output. */
  private String typed() {
    return spec.commandLine().getParseResult().matchedOptions().stream()
        .distinct()
        .filter(option -> !List.of("--json", "--quick").contains(option.longestName()))
        .map(option -> " " + option.longestName() + " " + String.join(",", option.stringValues()))
        .collect(Collectors.joining());
  }
}
