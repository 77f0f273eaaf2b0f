/**
 * Raw files: what the receiving servers write when nobody is there to take the sectors.
 *
 * <p>A {@code .data} file is a row of records to its end, each a header of 16 bytes (little endian:
 * scan u32, frame u32, scan width u16, scan height u16, x u16, y u16) and pixels. It has no magic
 * number; the {@link io.millrace.detector.raw.RawVersion} is told by whoever reads it. The sector
 * number is in the file's name, never in the record.
 *
 * <ul>
 *   <li>{@link io.millrace.detector.raw.RawFileName}: scan and module of a file
 *   <li>{@link io.millrace.detector.raw.RawFileReader}, {@link
 *       io.millrace.detector.raw.RawFileWriter}: one file, a record at a time
 *   <li>{@link io.millrace.detector.raw.RawDataset}: the files of a scan, and all that is wrong
 *       with them
 *   <li>{@link io.millrace.detector.raw.RawScans}: the scans that lie in directories
 *   <li>{@link io.millrace.detector.raw.UncountedScan}: keeps the sectors of a scan that cannot be
 *       counted
 * </ul>
 */
package io.millrace.detector.raw;
