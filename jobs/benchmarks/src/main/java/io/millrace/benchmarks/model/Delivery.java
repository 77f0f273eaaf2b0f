package io.millrace.benchmarks.model;

/**
 * How long data is kept until nobody can need it again.
 *
 * @param checkpointSeconds between two checkpoints; what was acknowledged is free
 * @param failOverSeconds that the job may stand still
 * @param slots sectors of one lane and module that a task can hold
 */
record Delivery(double checkpointSeconds, double failOverSeconds, int slots) {}
