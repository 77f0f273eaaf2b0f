/**
 * {@code scripts/bench latency}: how soon the result is there.
 *
 * <ul>
 *   <li>{@link io.millrace.benchmarks.latency.LatencyCommand}: options, and what is measured
 *   <li>{@link io.millrace.benchmarks.latency.WatchedScans}: what somebody sees of them meanwhile
 *   <li>{@link io.millrace.benchmarks.latency.LatencyRows}: what is told of it
 * </ul>
 */
package io.millrace.benchmarks.latency;
