/**
 * Where the parts of a session agree: ZooKeeper, through Curator. docs/COORDINATION.md has the tree
 * of nodes.
 *
 * <ul>
 *   <li>{@link io.millrace.coordination.ZooKeeperConnection}: the way there; {@link
 *       io.millrace.coordination.SharedZooKeeper}: the same for many lanes of a process
 *   <li>{@link io.millrace.coordination.Membership} and {@link io.millrace.coordination.Members}:
 *       who is there, where, and what it is at
 *   <li>{@link io.millrace.coordination.Sessions}, {@link io.millrace.coordination.Scans}: what is
 *       measured; {@link io.millrace.coordination.ScanJournal}: what the job tells of it; {@link
 *       io.millrace.coordination.KnownScans}: what those may ask whom data pass through
 *   <li>{@link io.millrace.coordination.Claim}: one producer a module, one aggregator a session
 *   <li>{@link io.millrace.coordination.Calibrations}: the thresholds of each scan, fitted once and
 *       read by every counter
 *   <li>{@link io.millrace.coordination.PixelMasks}: the hot pixels that the next scan leaves out
 *   <li>{@link io.millrace.coordination.ZooKeeperNode}: a ZooKeeper server in this process, for the
 *       demo, for tests and for sites without one
 * </ul>
 */
package io.millrace.coordination;
