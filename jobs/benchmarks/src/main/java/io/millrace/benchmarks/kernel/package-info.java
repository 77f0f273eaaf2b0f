/**
 * {@code scripts/bench kernel}: how fast one core counts, as a share of reading the bytes at all.
 *
 * <pre>
 *   Case ─▶ CountingBenchmark, in a JVM of its own ─▶ turns: limit, kernel, limit, kernel, ...
 *                                                        │ ratios of neighbours
 *                                              Row ◀─────┘
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.benchmarks.kernel.KernelCommand}: the command
 *   <li>{@link io.millrace.benchmarks.kernel.CountingBenchmark}, {@link
 *       io.millrace.benchmarks.kernel.CalibrationBenchmark}: what JMH runs
 *   <li>{@link io.millrace.benchmarks.kernel.Case}: what there is to measure, and its target
 *   <li>{@link io.millrace.benchmarks.kernel.Kernel}, {@link
 *       io.millrace.benchmarks.kernel.Correction}: the ways to count, and what is corrected
 *   <li>{@link io.millrace.benchmarks.kernel.Camera}: frames to count, by a seed
 * </ul>
 */
package io.millrace.benchmarks.kernel;
