package io.millrace.zeromq.source.enumerator;

import io.millrace.zeromq.source.split.LaneSplit;
import java.util.List;
import org.apache.flink.annotation.Internal;

/**
 * What the enumerator has still to do. Assigned lanes are in the state of their readers.
 *
 * @param found whether the lanes are known; if not, the session has still to tell them
 * @param unassigned lanes that no reader has
 */
@Internal
public record LaneEnumeratorState(boolean found, List<LaneSplit> unassigned) {
  /** Nothing is known yet. */
  public static LaneEnumeratorState unknown() {
    return new LaneEnumeratorState(false, List.of());
  }

  /** These are all lanes, and nobody has one. */
  public static LaneEnumeratorState of(List<LaneSplit> lanes) {
    return new LaneEnumeratorState(true, lanes);
  }
}
