package io.millrace.zeromq.source.enumerator;

import io.millrace.zeromq.source.split.LaneSplit;
import java.util.List;
import org.apache.flink.annotation.Internal;

/**
 * What the enumerator has still to do. Assigned lanes are in the state of their readers.
 *
 * @param unassigned lanes that no reader has
 */
@Internal
public record LaneEnumeratorState(List<LaneSplit> unassigned) {}
