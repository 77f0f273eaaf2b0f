package io.millrace.benchmarks.model;

/**
 * A node of the facility.
 *
 * @param cores as fast as those that were measured on
 * @param memoryBytes in all
 * @param linkBytesPerSecond of all its links together, into the node
 * @param usableShare of cores, memory and links: the rest is for bursts, and for others
 * @param fileBytesPerSecond that one writer gets into one file of the facility's file system
 */
record Node(
    int cores,
    double memoryBytes,
    double linkBytesPerSecond,
    double usableShare,
    double fileBytesPerSecond) {}
