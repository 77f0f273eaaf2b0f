/**
 * {@code scripts/bench scaling}: more lanes and more TaskManagers, and what a gigabyte costs then.
 *
 * <ul>
 *   <li>{@link io.millrace.benchmarks.scaling.ScalingCommand}: options, and what is measured
 *   <li>{@link io.millrace.benchmarks.scaling.Size}: how many of what
 *   <li>{@link io.millrace.benchmarks.scaling.ScalingRows}: what is told of it
 * </ul>
 */
package io.millrace.benchmarks.scaling;
