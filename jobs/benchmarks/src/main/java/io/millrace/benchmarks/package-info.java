/**
 * How fast the parts are, as a share of what the machine allows: {@code scripts/bench}.
 *
 * <pre>
 *   Case ─▶ CountingBenchmark, in a JVM of its own ─▶ turns: limit, kernel, limit, kernel, ...
 *                                                        │ ratios of neighbours
 *             table, JSON, docs/BENCHMARKS.md ◀─ Row ◀───┘
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.benchmarks.KernelCommand}: {@code scripts/bench kernel}
 *   <li>{@link io.millrace.benchmarks.CountingBenchmark}, {@link
 *       io.millrace.benchmarks.CalibrationBenchmark}: what JMH runs
 *   <li>{@link io.millrace.benchmarks.Case}: what there is to measure, and its target
 *   <li>{@link io.millrace.benchmarks.Kernel}, {@link io.millrace.benchmarks.Correction}: the ways
 *       to count, and what is corrected
 *   <li>{@link io.millrace.benchmarks.Camera}: frames to count, by a seed
 *   <li>{@link io.millrace.benchmarks.Row}, {@link io.millrace.benchmarks.Results}, {@link
 *       io.millrace.benchmarks.BenchmarksPage}: what is told
 * </ul>
 */
package io.millrace.benchmarks;
