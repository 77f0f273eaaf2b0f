package io.millrace.allocation;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Keeps a {@link Guard} on the last of a batch job's nodes, if there are several. */
final class GuardPost {
  private static final Duration END = Duration.ofSeconds(5);

  private final AllocationPlan plan;
  private final Nodes nodes;
  private final String program;
  private final boolean goesOn;
  private NodeProcess guard;

  /**
   * @param root the repository
   * @param goesOn whether the session goes on when the job runs again
   */
  GuardPost(AllocationPlan plan, Nodes nodes, Path root, boolean goesOn) {
    this.plan = plan;
    this.nodes = nodes;
    this.program = root.resolve("scripts/millrace").toString();
    this.goesOn = goesOn;
  }

  /**
   * Starts it, or starts it elsewhere if its node is lost.
   *
   * @param names of the nodes that are there, the first one first
   */
  void place(List<String> names) throws InterruptedException {
    if (guard != null && !names.contains(guard.node())) {
      end();
    }
    if (guard == null && names.size() > 1) {
      // As far as possible from the first: neighbours share a chassis and its power.
      String node = names.get(names.size() - 1);
      guard =
          new NodeProcess(
              "guard",
              node,
              nodes.on(node, command(names.get(0))),
              plan.folder().resolve("log/guard-%s-%s.out".formatted(nodes.id(), node)));
    }
  }

  private List<String> command(String first) {
    List<String> command =
        new ArrayList<>(
            List.of(
                program,
                "allocation",
                "--session=" + plan.session(),
                "--folder=" + plan.folder(),
                "--guard=" + first));
    if (goesOn) {
      command.add("--guard-requeues");
    }
    return command;
  }

  /** Starts it again if it has ended. */
  void tend() {
    if (guard != null) {
      guard.tend();
    }
  }

  /** Ends it. */
  void end() throws InterruptedException {
    if (guard != null) {
      guard.stop();
      guard.awaitEnd(END);
      guard = null;
    }
  }
}
