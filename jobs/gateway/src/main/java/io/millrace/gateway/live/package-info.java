/**
 * The scan that is under way, from the job to the browsers:
 *
 * <pre>
 *   job ─▶ LiveSocket ─▶ LiveScans ─▶ LiveScan ◀─ Viewer ─▶ LiveRoutes ─▶ browser
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.gateway.live.LiveSocket}: receives what the job publishes
 *   <li>{@link io.millrace.gateway.live.LiveScans}: the scans in memory, and how much that may take
 *   <li>{@link io.millrace.gateway.live.LiveScan}: one scan as it stands, whether it comes from the
 *       job or from its file
 *   <li>{@link io.millrace.gateway.live.Viewer}: what one browser has seen of it, and what comes
 *       next
 *   <li>{@link io.millrace.gateway.live.LiveRoutes}: the web socket
 * </ul>
 *
 * Nothing here can hold up the job: it publishes, and what nobody takes in time is gone. Nor can
 * one viewer hold up another.
 */
package io.millrace.gateway.live;
