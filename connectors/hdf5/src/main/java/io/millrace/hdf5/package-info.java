/**
 * The counted file: what a scan leaves behind.
 *
 * <pre>
 *   CountedFrame ─▶ FrameTable + global heap ─┐
 *   ScanImage    ─▶ (kept)                    ├─▶ FOURD_*.h5.part ─▶ FOURD_*.h5
 *   ScanReport   ─▶ account, provenance ──────┘
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.hdf5.CountedFileSink}: the end of the stream, one file a scan
 *   <li>{@link io.millrace.hdf5.CountedFileWriter}: one file, whole or not there
 *   <li>{@link io.millrace.hdf5.CountedFile}: reads it, and those of stempy
 *   <li>{@link io.millrace.hdf5.CountedFileName}: names and ids
 *   <li>{@link io.millrace.hdf5.Layout}: lists of events that everybody reads, or compressed arrays
 *   <li>the rest is HDF5 as far as these files need it ({@code Hdf5File} is where to start): the
 *       libraries for Java either cannot write variable-length data or are native, and a native
 *       library in a job JAR fails to load when a second job reaches the same TaskManager
 * </ul>
 *
 * The layout is described in {@code docs/COUNTED_FILE.md}.
 */
package io.millrace.hdf5;
