package io.millrace.benchmarks.model;

/**
 * How long data is kept until nobody can need it again.
 *
 * @param checkpointSeconds between two checkpoints; what was acknowledged is free. A sector that
 *     comes just after one has begun waits for the end of the next
 * @param failOverSeconds that the job may stand still
 * @param slots sectors of one lane and module that a task can hold, in its operators and in the
 *     queue before them
 */
record Delivery(double checkpointSeconds, double failOverSeconds, int slots) {}
