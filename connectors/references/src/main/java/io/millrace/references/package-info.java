/**
 * What a lab measured of its camera, read from the files in which labs keep it.
 *
 * <pre>
 *   dark.npy  gain.tif  FILE.h5:/path ─▶ ReferenceMap ─▶ dark in ADU, gain factors
 *   mask.npy  bad.txt   counted file  ─▶ BadPixels    ─▶ one boolean a pixel
 *   counted file        thresholds.json ─▶ CalibrationFile ─▶ Thresholds, centre of the noise
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.references.ReferenceMap}: a number for each detector pixel, from {@code
 *       .npy}, TIFF or HDF5
 *   <li>{@link io.millrace.references.BadPixels}: pixels that are never lit and never block, from a
 *       map, a list in text, or the hot pixels of a counted file
 *   <li>{@link io.millrace.references.CalibrationFile}: thresholds of an earlier scan
 * </ul>
 *
 * All is read and checked before any data flows: what is wrong with a file is an {@link
 * java.lang.IllegalArgumentException} that names the file, what was found and what to do. The
 * formats are described in {@code docs/REFERENCES.md}.
 */
package io.millrace.references;
