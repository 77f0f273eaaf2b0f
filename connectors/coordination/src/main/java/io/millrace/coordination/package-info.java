/**
 * Where the parts of a session agree: ZooKeeper, through Curator.
 *
 * <ul>
 *   <li>{@link io.millrace.coordination.Calibrations}: the thresholds of each scan, fitted once and
 *       read by every counter
 *   <li>{@link io.millrace.coordination.PixelMasks}: the hot pixels that the next scan leaves out
 *   <li>{@link io.millrace.coordination.ZooKeeperNode}: a ZooKeeper server in this process, for the
 *       demo, for tests and for sites without one
 * </ul>
 */
package io.millrace.coordination;
