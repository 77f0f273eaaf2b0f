package io.millrace.hdf5;

import io.millrace.detector.ScanImage.Axes;

/**
 * An image without its values.
 *
 * @param description what its values are
 * @param rows 1 if it is a curve
 * @param counts whether values are whole numbers of electrons
 */
public record ImageOutline(
    String name, String description, Axes axes, int rows, int columns, boolean counts) {}
