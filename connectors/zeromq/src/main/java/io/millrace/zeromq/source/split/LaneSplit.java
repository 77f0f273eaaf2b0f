package io.millrace.zeromq.source.split;

import io.millrace.detector.wire.Lanes;
import java.util.List;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * A lane of the aggregator.
 *
 * @param lane index of the lane
 * @param endpoints where to connect to, by module
 * @param statuses where to tell what has come; empty if nobody listens
 * @param position where the lane stands: what has come of the scans under way, and from where on
 *     producers that can have to send again
 */
@Internal
public record LaneSplit(int lane, List<String> endpoints, String statuses, LanePosition position)
    implements SourceSplit {
  /** Copies the endpoints. */
  public LaneSplit {
    endpoints = List.copyOf(endpoints);
  }

  /** A lane that has not begun, of an aggregator that was given by its address. */
  public static LaneSplit plain(int lane, Lanes lanes) {
    return new LaneSplit(lane, lanes.endpoints(lane), "", LanePosition.START);
  }

  /** A lane that has not begun, of a session's aggregator, which passes on acknowledgements. */
  public static LaneSplit acknowledging(int lane, Lanes lanes) {
    return new LaneSplit(lane, lanes.endpoints(lane), lanes.statusEndpoint(), LanePosition.START);
  }

  @Override
  public String splitId() {
    return "lane-" + lane;
  }
}
