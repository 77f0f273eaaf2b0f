/**
 * Images: what a scientist looks at while the scan runs.
 *
 * <pre>
 *   CountedFrame ─▶ ScanImages ─▶ ScanImage ─▶ Picture (PNG)
 *                └▶ LiveScan ─▶ LiveMessage (to viewers, while the scan runs)
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.operators.images.VirtualDetector}: a ring of detector pixels
 *   <li>{@link io.millrace.operators.images.ScanImages}: electrons and their centre of mass by
 *       position, electrons by pixel and by radius
 *   <li>{@link io.millrace.operators.images.ScanCoverage}: which positions have their frames
 *   <li>{@link io.millrace.operators.images.LiveScan}: what of it viewers are told, and when
 *   <li>{@link io.millrace.operators.images.DpcPhase}: the phase from the centre of mass
 *   <li>{@link io.millrace.operators.images.Picture}: an image as people look at it
 *   <li>{@link io.millrace.operators.images.CalibrationPlot}: how the scan's thresholds were found
 * </ul>
 */
package io.millrace.operators.images;
