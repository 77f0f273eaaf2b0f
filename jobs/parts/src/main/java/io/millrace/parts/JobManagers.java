package io.millrace.parts;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The JobManagers of a cluster on this machine: one leads, the others stand by.
 *
 * @param restPort where the first one has the dashboard and the REST API; each further one has the
 *     next port
 * @param number how many
 * @param zookeeper connect string of the ZooKeeper that says who leads and keeps the jobs, such as
 *     {@code localhost:2181}; empty if there is none, and then the cluster dies with its JobManager
 */
public record JobManagers(int restPort, int number, String zookeeper) {
  /**
   * @throws IllegalArgumentException if they could not agree who leads
   */
  public JobManagers {
    if (number < 1 || (number > 1 && zookeeper.isEmpty())) {
      throw new IllegalArgumentException(
          "%d JobManagers: there has to be one, and for more a ZooKeeper that says which leads"
              .formatted(number));
    }
  }

  /** One, without ZooKeeper. */
  public static JobManagers one(int restPort) {
    return new JobManagers(restPort, 1, "");
  }

  /** Whether one can take over from another. */
  boolean standBy() {
    return number > 1;
  }

  /** Where their REST APIs are; each answers for the one that leads. */
  public List<String> addresses() {
    return IntStream.range(restPort, restPort + number)
        .mapToObj(port -> "http://localhost:" + port)
        .toList();
  }

  /** What {@code scripts/flink start} is told of them. */
  List<String> options() {
    List<String> options = new ArrayList<>(List.of("--rest-port", Integer.toString(restPort)));
    if (!zookeeper.isEmpty()) {
      options.addAll(List.of("--zookeeper", zookeeper, "--job-managers", Integer.toString(number)));
    }
    return options;
  }
}
