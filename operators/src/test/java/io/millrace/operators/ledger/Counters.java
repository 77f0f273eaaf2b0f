package io.millrace.operators.ledger;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.groups.OperatorMetricGroup;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionGraphTestUtils;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.groups.TaskMetricGroup;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;

/**
 * The counters and gauges that an operator under test registers, by name. A test gives {@link
 * #group} to the operator in place of its own metric group, or {@link #task} to its environment:
 * Flink's test harnesses forget what is registered.
 */
public final class Counters {
  private final Map<String, Counter> registered = new HashMap<>();
  private final Map<String, Gauge<?>> gauges = new HashMap<>();
  private final TaskMetricGroup task =
      TaskManagerMetricGroup.createTaskManagerMetricGroup(
              TestingMetricRegistry.builder()
                  .setRegisterConsumer(
                      (metric, name, group) -> {
                        if (metric instanceof Counter counter) {
                          registered.put(name, counter);
                        } else if (metric instanceof Gauge<?> gauge) {
                          gauges.put(name, gauge);
                        }
                      })
                  .build(),
              "host",
              ResourceID.generate())
          .addJob(new JobID(), "job")
          .addTask(ExecutionGraphTestUtils.createExecutionAttemptId(), "task");
  private final OperatorMetricGroup group = task.getOrAddOperator("operator");

  /** Where the operator registers its metrics. */
  public OperatorMetricGroup group() {
    return group;
  }

  /** Where an operator of this task registers its metrics by itself. */
  public TaskMetricGroup task() {
    return task;
  }

  /** What a gauge shows; it has to be registered. */
  public Object gauge(String name) {
    Gauge<?> gauge = gauges.get(name);
    if (gauge == null) {
      throw new AssertionError("no gauge %s among %s".formatted(name, gauges.keySet()));
    }
    return gauge.getValue();
  }

  /** The count of a counter; it has to be registered. */
  public long get(String name) {
    Counter counter = registered.get(name);
    if (counter == null) {
      throw new AssertionError("no counter %s among %s".formatted(name, registered.keySet()));
    }
    return counter.getCount();
  }
}
