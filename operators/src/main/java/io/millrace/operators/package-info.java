/**
 * From pixels to results. Each step is a plain class over arrays, with a thin Flink function beside
 * it.
 *
 * <pre>
 *   counting ─▶ assembly ─▶ ledger ─▶ images ─▶ hot pixels
 *       ▲
 *   calibration
 * </pre>
 */
package io.millrace.operators;
