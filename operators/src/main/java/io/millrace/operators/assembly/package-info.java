/**
 * Assembly: counted sectors meet as frames.
 *
 * <pre>
 *   CountedSector ─▶ FrameBlock ─ all sectors are there, or time is up ─▶ SeamResolver ─▶ CountedFrame
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.operators.assembly.FrameBlock}: 64 frames of a scan, and which sectors
 *       of them have arrived
 *   <li>{@link io.millrace.operators.assembly.SeamResolver}: decides the events where sectors meet
 * </ul>
 */
package io.millrace.operators.assembly;
