/**
 * {@code scripts/bench pipeline}: the whole way of a scan as processes on this machine, in turn
 * with less of it.
 *
 * <ul>
 *   <li>{@link io.millrace.benchmarks.pipeline.PipelineCommand}: options, and what is measured
 *   <li>{@link io.millrace.benchmarks.pipeline.PipelineRows}: what is told of it
 * </ul>
 */
package io.millrace.benchmarks.pipeline;
