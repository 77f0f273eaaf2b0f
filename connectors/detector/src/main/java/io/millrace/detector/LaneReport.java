package io.millrace.detector;

import java.io.Serializable;

/**
 * A lane's account of a scan, sent after the scan's last sector in that lane.
 *
 * @param scan its {@link ScanKey key}
 * @param lane index of the lane
 * @param announced data messages that the senders announced for this lane
 * @param received data messages of this scan that arrived, dropped ones included
 * @param drained true if as many arrived as were announced; false if the lane gave up waiting
 * @param drops messages of this lane that were not used, since its last report
 */
public record LaneReport(
    long scan, int lane, long announced, long received, boolean drained, Drops drops)
    implements LaneRecord, ScanNotice, Serializable {}
