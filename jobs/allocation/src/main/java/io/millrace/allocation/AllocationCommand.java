package io.millrace.allocation;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs one session on the nodes of the batch job that it is in. */
@Command(
    name = "allocation",
    description =
        "Runs a session on the nodes of the batch job that this is called in: JobManager, TaskManagers and"
            + " the counting job. Without a batch job, on this machine. 'millrace session start' writes the"
            + " batch script that calls it.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    showDefaultValues = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the session has been drained, and nothing is missing that was under way",
      "1:it has failed; why, stands in the last line and in session.json",
      "2:an option is unknown or has an impossible value"
    })
public final class AllocationCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--session",
      required = true,
      paramLabel = "NAME",
      description = "name of the session, which no other has had")
  private String session;

  @Option(
      names = "--batch-job",
      paramLabel = "NAME",
      description = "name of the batch job; not given, that of the session")
  private String batchJob;

  @Option(
      names = "--folder",
      required = true,
      paramLabel = "DIR",
      description =
          "for the session's configuration, logs and checkpoints, on a file system that all nodes see; made if"
              + " it is not there")
  private Path folder;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description =
          "for the counted files, on a file system that all nodes see; needed but with --join and --guard")
  private Path output;

  @Option(
      names = "--zookeeper",
      paramLabel = "HOST:PORT",
      description =
          "ZooKeeper, several servers with commas between; not given, one is started on the first node,"
              + " and lives as long as the batch job")
  private String zooKeeper = "";

  @Option(
      names = "--interfaces",
      split = ",",
      defaultValue = "lo",
      paramLabel = "NAME|NETWORK",
      description =
          "which the nodes connect by, such as hsn0 or 10.249.0.0/16; of several, the first that is there")
  private List<String> interfaces;

  @Option(
      names = "--local",
      defaultValue = "/tmp",
      paramLabel = "DIR",
      description = "on each node's own disk, for Flink's jars and temporary files")
  private Path local;

  @Option(
      names = "--lanes-per-node",
      defaultValue = "4",
      paramLabel = "N",
      description = "lanes that a TaskManager counts at a time: its slots")
  private int lanesPerNode;

  @Option(
      names = "--most-lanes",
      defaultValue = "128",
      paramLabel = "N",
      description = "lanes that are counted at a time with all nodes that may ever join")
  private int mostLanes;

  @Option(
      names = "--join",
      description =
          "run TaskManagers only, for a session that another batch job runs, until that ends or this one does;"
              + " --session and --folder are that one's")
  private boolean join;

  @Option(
      names = "--guard",
      paramLabel = "NODE",
      description =
          "only watch the batch job's first node, which this is, and end the job when it is lost; a session of"
              + " several nodes does that on its last one")
  private String guarded;

  @Option(
      names = "--guard-requeues",
      description = "with --guard: put the job back to the queue instead, if it may run again")
  private boolean guardRequeues;

  @Option(
      names = "--task-manager-memory",
      defaultValue = "32768",
      paramLabel = "MB",
      description = "at most for a TaskManager, of what its node grants")
  private int mostMemory;

  @Option(
      names = "--walltime",
      paramLabel = "TIME",
      description = "how long it may take where no batch system says so; not given, for ever")
  private Duration walltime;

  @Option(
      names = "--start-timeout",
      defaultValue = "10m",
      paramLabel = "TIME",
      description =
          "give up if no scan can begin by then; the aggregator has to be there by then, too")
  private Duration startTimeout;

  @Option(
      names = "--drain-notice",
      defaultValue = "3m",
      paramLabel = "TIME",
      description = "no new scan begins so long before the batch job ends")
  private Duration drainNotice;

  @Option(
      names = "--job",
      paramLabel = "OPTION",
      description = "an option for the counting job, such as --job=--centroids; may be repeated")
  private List<String> jobOptions = List.of();

  /** What these options ask for. */
  AllocationPlan plan() {
    if (!session.matches("[A-Za-z0-9._-]+")) {
      throw new ParameterException(
          spec.commandLine(),
          "--session '%s' has to be of letters, digits, dots, dashes and underscores"
              .formatted(session));
    }
    if (output == null && !join && guarded == null) {
      throw new ParameterException(spec.commandLine(), "Missing required option: '--output=DIR'");
    }
    require("--lanes-per-node", lanesPerNode, 1, 256);
    require("--most-lanes", mostLanes, 1, 32_768);
    require("--task-manager-memory", mostMemory, 1_024, 1 << 20);
    return new AllocationPlan(
        session,
        batchJob == null ? session : batchJob,
        folder.toAbsolutePath(),
        output == null ? null : output.toAbsolutePath(),
        zooKeeper,
        interfaces,
        local.toAbsolutePath(),
        lanesPerNode,
        mostLanes,
        mostMemory,
        startTimeout,
        drainNotice,
        jobOptions);
  }

  private void require(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new ParameterException(
          spec.commandLine(), "%s is %d to %d, not %d".formatted(option, least, most, value));
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    Map<String, String> environment = System.getenv();
    boolean inSlurm = environment.containsKey("SLURM_JOB_ID");
    if (guarded != null && !inSlurm) {
      throw new ParameterException(
          spec.commandLine(), "--guard is for a batch job of Slurm, and there is no SLURM_JOB_ID");
    }
    AllocationPlan plan = plan();
    Path root = Path.of(System.getProperty("millrace.root", ".")).toAbsolutePath();
    Sigterm sigterm = new Sigterm();
    sigterm.listen();
    if (guarded != null) {
      new Guard(plan, guarded, guardRequeues, new SlurmNodes(environment), sigterm).run();
      return 0;
    }
    Nodes nodes = inSlurm ? new SlurmNodes(environment) : new ThisMachine(walltime);
    if (join) {
      return new Reinforcement(plan, nodes, root, sigterm).run() ? 0 : 1;
    }
    return new Allocation(plan, nodes, root, sigterm).run() == SessionReport.State.ENDED ? 0 : 1;
  }
}
