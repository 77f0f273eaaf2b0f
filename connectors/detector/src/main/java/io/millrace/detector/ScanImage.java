package io.millrace.detector;

import java.io.Serializable;

/**
 * An image that was made from a scan's events: electrons per scan position, or per detector pixel.
 *
 * @param scan the detector's scan number
 * @param name its name in the file, in lower case with underscores, such as {@code bright_field}
 * @param description what it shows, in half a sentence
 * @param overScan true if a pixel is a scan position (the last column is the flyback), false if a
 *     detector pixel
 * @param rows height
 * @param columns width
 * @param electrons row-major counts
 */
public record ScanImage(
    long scan,
    String name,
    String description,
    boolean overScan,
    int rows,
    int columns,
    int[] electrons)
    implements ScanRecord, Serializable {}
