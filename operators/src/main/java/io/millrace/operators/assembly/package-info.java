/**
 * Assembly: counted sectors meet as frames.
 *
 * <pre>
 *   CountedSector ─▶ {@link io.millrace.operators.assembly.FrameBlock} ─ when all are there, or time is up ─▶ {@link
 *       io.millrace.operators.assembly.SeamResolver} ─▶ CountedFrame
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.operators.assembly.FrameBlock}: 64 frames of a scan, and which sectors
 *       of them have arrived
 *   <li>{@link io.millrace.operators.assembly.SeamResolver}: decides the events where sectors meet
 * </ul>
 */
package io.millrace.operators.assembly;
