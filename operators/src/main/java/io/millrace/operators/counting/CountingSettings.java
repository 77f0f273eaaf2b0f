package io.millrace.operators.counting;

import io.millrace.detector.DetectorDescription;
import java.io.Serializable;

/**
 * How sectors are counted, for all scans of a job.
 *
 * @param corrections what is done to pixels before they are compared with thresholds
 * @param centroids whether the sub-pixel position of each event is wanted too
 */
public record CountingSettings(
    DetectorDescription detector, Corrections corrections, boolean centroids)
    implements Serializable {}
