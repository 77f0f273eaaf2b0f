/**
 * The system's parts as processes on this machine: for the demo, which shows them, and for the
 * benchmarks, which measure them.
 *
 * <ul>
 *   <li>{@link io.millrace.parts.Parts}: what was started in one run folder, and stops it all
 *   <li>{@link io.millrace.parts.Part}: one process, with its log
 *   <li>{@link io.millrace.parts.FlinkCluster}, {@link io.millrace.parts.FlinkRest}: a cluster of
 *       {@code scripts/flink}, its jobs, their {@link io.millrace.parts.Checkpoint}s and its
 *       processes
 *   <li>{@link io.millrace.parts.JobManagers}: how many a cluster has, and who says which leads
 *   <li>{@link io.millrace.parts.Ports}: ports, with the option that gives each
 *   <li>{@link io.millrace.parts.SlurmTestBed}: a Slurm of {@code scripts/slurm}, to try and test
 *       what runs under one
 *   <li>{@link io.millrace.parts.RunFailure}: what went wrong, where, and what to do
 * </ul>
 */
package io.millrace.parts;
