/**
 * What flows: the words that all other modules speak.
 *
 * <pre>
 *   detector ─ Sector ─▶ counter ─ CountedSector ─▶ assembler ─ CountedFrame ─▶ ledger ─ ScanReport ─▶ file
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.detector.DetectorDescription}: how a frame is cut into sectors, read
 *       from {@code conf/detectors}
 *   <li>{@link io.millrace.detector.ScanGeometry}: positions of a scan, the flyback column
 *   <li>{@link io.millrace.detector.SectorHeader}, {@link io.millrace.detector.Sector}: one sector
 *       as received
 *   <li>{@link io.millrace.detector.CountedSector}, {@link io.millrace.detector.CountedFrame}:
 *       electrons instead of pixels
 *   <li>{@link io.millrace.detector.DropReason}, {@link io.millrace.detector.Drops}: why and how
 *       often a message was not used
 *   <li>{@link io.millrace.detector.HotPixelList}: pixels that fire too often
 *   <li>{@link io.millrace.detector.ScanReport}: the account of a whole scan
 * </ul>
 *
 * This package depends on nothing else of Millrace, nor on Flink, ZeroMQ or ZooKeeper.
 */
package io.millrace.detector;
