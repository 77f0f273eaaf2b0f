/**
 * {@code scripts/bench checkpoints}: what a job keeps of a running scan, every second.
 *
 * <ul>
 *   <li>{@link io.millrace.benchmarks.checkpoints.CheckpointsCommand}: options, and what is
 *       measured
 *   <li>{@link io.millrace.benchmarks.checkpoints.CheckpointRows}: what is told of it
 * </ul>
 */
package io.millrace.benchmarks.checkpoints;
