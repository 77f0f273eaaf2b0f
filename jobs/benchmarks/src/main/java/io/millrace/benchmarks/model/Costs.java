package io.millrace.benchmarks.model;

/**
 * What the parts take, as measured. A gigabyte is 10^9 bytes of pixels.
 *
 * @param producer CPU-seconds per GB
 * @param aggregator CPU-seconds per GB
 * @param taskManager CPU-seconds per GB, receive to frames
 * @param socketBytesPerSecond that one socket, and the thread that owns it, can pass on
 * @param scanTaskMicros CPU-microseconds that a frame takes in the one task of its scan: account,
 *     images, hot pixels, file
 * @param eventBytes of an event between two tasks and in the file
 * @param sectorOverheadBytes of a counted sector beside its events, between two tasks: header,
 *     borders
 * @param frameOverheadBytes of a frame beside its events, in the file
 */
record Costs(
    double producer,
    double aggregator,
    double taskManager,
    double socketBytesPerSecond,
    double scanTaskMicros,
    double eventBytes,
    double sectorOverheadBytes,
    double frameOverheadBytes) {}
