/**
 * {@code scripts/bench file}: how fast the counted file is written, from the first frame to the
 * file in its place, as a share of writing the same bytes and no more.
 *
 * <pre>
 *   FileCase ─▶ FileBenchmark, in a JVM of its own ─▶ turns: plain, counted, plain, counted, ...
 *                                                        │ ratios of neighbours
 *                                              Row ◀─────┘
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.benchmarks.file.FileCommand}: the command
 *   <li>{@link io.millrace.benchmarks.file.FileBenchmark}: what JMH runs
 *   <li>{@link io.millrace.benchmarks.file.MadeScan}: frames to write, by a seed
 * </ul>
 */
package io.millrace.benchmarks.file;
