package io.millrace.zeromq.source.split;

import java.util.List;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * A lane of the aggregator. Today it has no position: the plain protocol cannot send anything
 * again.
 *
 * @param lane index of the lane
 * @param endpoints where to connect to, by module
 */
@Internal
public record LaneSplit(int lane, List<String> endpoints) implements SourceSplit {
  /** Copies the endpoints. */
  public LaneSplit {
    endpoints = List.copyOf(endpoints);
  }

  @Override
  public String splitId() {
    return "lane-" + lane;
  }
}
