/**
 * How fast the parts are, as a share of what the machine allows: {@code scripts/bench}. Here is
 * what its commands share; each has a package of its own.
 *
 * <pre>
 *   a command: measures ─▶ Row ─▶ Report ─▶ terminal, docs/BENCHMARKS.md, plots, rows as JSON
 *                                   │
 *                                Baseline: what moved by more than its noise
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.benchmarks.Bench}: the program
 *   <li>{@link io.millrace.benchmarks.MeasuringCommand}: what all commands that measure have in
 *       common, of it the options ({@link io.millrace.benchmarks.ReportOptions})
 *   <li>{@link io.millrace.benchmarks.Row}: a result, what it is compared with, its target and its
 *       noise ({@link io.millrace.benchmarks.Spread})
 *   <li>{@link io.millrace.benchmarks.Report}: tells them everywhere
 *   <li>{@link io.millrace.benchmarks.BenchmarksPage}: a page with a place for results
 *   <li>{@link io.millrace.benchmarks.Machine}: where it was measured
 * </ul>
 */
package io.millrace.benchmarks;
