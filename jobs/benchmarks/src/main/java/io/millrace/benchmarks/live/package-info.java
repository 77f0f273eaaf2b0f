/**
 * {@code scripts/bench viewers}, and the page of {@code scripts/bench latency}: what a scan looks
 * like to those who watch it, and what they cost.
 *
 * <ul>
 *   <li>{@link io.millrace.benchmarks.live.GatewayLogin}: somebody who may watch
 *   <li>{@link io.millrace.benchmarks.live.Chromium}, {@link io.millrace.benchmarks.live.DevTools}:
 *       a browser, and how it is told what to do
 *   <li>{@link io.millrace.benchmarks.live.WatchedPage}: the page in it, and when positions were
 *       drawn on it
 *   <li>{@link io.millrace.benchmarks.live.Viewers}: many who watch, and some who take nothing
 *   <li>{@link io.millrace.benchmarks.live.ViewersCommand}: options, and what is measured
 *   <li>{@link io.millrace.benchmarks.live.ViewersRows}: what is told of it
 * </ul>
 */
package io.millrace.benchmarks.live;
