/**
 * The job JAR: from the lanes of an aggregator to one counted file a scan.
 *
 * <pre>
 *   lanes ─ chained ─▶ count ─ keyBy block ─▶ assemble ─ keyBy scan ─▶ ledger ─ chained ─▶ images ─ chained ─▶ file
 *                        │ histograms                      ▲
 *                        └──────────▶ calibrate ───────────┘ notices, histogram
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.counting.CountingOptions}: every option, in one place
 *   <li>{@link io.millrace.counting.CountingJob}: the topology, and {@code main} for {@code flink
 *       run}
 * </ul>
 */
package io.millrace.counting;
