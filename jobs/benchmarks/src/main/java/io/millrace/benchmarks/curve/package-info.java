/**
 * {@code scripts/bench curve}: what the encryption of the sectors costs, for one hop.
 *
 * <pre>
 *   Hop, plain ─▶ Hop, encrypted ─▶ Hop, plain ─▶ ...   in turn, in one JVM
 *        └───────────────┴─ processor time ─▶ Row
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.benchmarks.curve.CurveCommand}: the command
 *   <li>{@link io.millrace.benchmarks.curve.Hop}: a push and a pull of sectors
 * </ul>
 */
package io.millrace.benchmarks.curve;
