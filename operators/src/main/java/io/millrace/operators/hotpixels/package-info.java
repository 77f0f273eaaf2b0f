/**
 * Hot pixels: pixels that fire in far more frames than their neighbourhood does, found while the
 * scan runs.
 *
 * <pre>
 *   CountedFrame ─▶ HotPixelSearch ─▶ HotPixelList ─▶ file, log
 *                                         └─ ZooKeeper ─▶ calibration of the next scan, which masks them
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.operators.hotpixels.HotPixelSearch}: events by pixel, and the criterion
 *   <li>{@link io.millrace.operators.hotpixels.HotPixelFunction}: searches while frames pass, tells
 *       and shares what is found
 * </ul>
 */
package io.millrace.operators.hotpixels;
