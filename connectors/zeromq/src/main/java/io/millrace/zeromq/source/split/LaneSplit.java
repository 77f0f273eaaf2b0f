package io.millrace.zeromq.source.split;

import java.util.List;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * A lane of the aggregator. The plain protocol cannot send anything again: the position says what
 * has come of the scans under way, so that what is missing is known.
 *
 * @param lane index of the lane
 * @param endpoints where to connect to, by module
 * @param position where the lane stands
 */
@Internal
public record LaneSplit(int lane, List<String> endpoints, LanePosition position)
    implements SourceSplit {
  /** Copies the endpoints. */
  public LaneSplit {
    endpoints = List.copyOf(endpoints);
  }

  /** A lane that has not begun. */
  public LaneSplit(int lane, List<String> endpoints) {
    this(lane, endpoints, LanePosition.START);
  }

  @Override
  public String splitId() {
    return "lane-" + lane;
  }
}
