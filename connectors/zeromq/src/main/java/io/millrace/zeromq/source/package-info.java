/**
 * A Flink source that pulls sectors from an aggregator's lanes.
 *
 * <pre>
 *   aggregator ─ lane ─▶ Pipe (one socket a module) ─▶ LaneSplitReader (one thread a lane) ─▶ task thread ─▶ counter
 *                          pixels in a Slot of the lane's SlotPool ◀─────────── release ──────────────────┘
 * </pre>
 *
 * <ul>
 *   <li>A split is a lane. Lanes are spread over the readers and stay there.
 *   <li>JeroMQ writes the pixels into pooled slots; they are read there and not copied again. The
 *       memory of a lane is bounded by the number of its slots; when they are out, the lane does
 *       not read, and the senders have to wait.
 *   <li>A scan is an instant of event time: sectors carry their scan's key as timestamp, and a
 *       lane's watermark reaches that key when the scan has ended on the lane. So whatever follows
 *       learns in band that no more will come.
 *   <li>The plain protocol can lose what is under way when a reader dies; sequences and
 *       acknowledgements will be part of {@link io.millrace.zeromq.source.split.LaneSplit}.
 * </ul>
 */
package io.millrace.zeromq.source;
