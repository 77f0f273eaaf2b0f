/**
 * {@code scripts/bench files}: the same scan through files and through the stream, with the same
 * counting code.
 *
 * <pre>
 *   FileWorkflow   producer ─▶ raw files ─▶ RawCopy ─▶ raw files ─▶ BatchJob ─▶ counted file
 *   Route          producer ─▶ aggregator ─▶ TaskManager ─▶ counted file
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.benchmarks.files.FileWorkflow}: the first of these; the second is of the
 *       rig
 *   <li>{@link io.millrace.benchmarks.files.FilesCommand}: options, and what is measured
 *   <li>{@link io.millrace.benchmarks.files.Comparison}: both ways beside each other, in turn
 *   <li>{@link io.millrace.benchmarks.files.RawCopy}, {@link
 *       io.millrace.benchmarks.files.BatchJob}: the steps behind the producer, programs of their
 *       own
 *   <li>{@link io.millrace.benchmarks.files.Disk}: whether there is room
 *   <li>{@link io.millrace.benchmarks.files.FilesRows}: what is told of it
 * </ul>
 */
package io.millrace.benchmarks.files;
