/**
 * Where sessions run: a facility that takes batch scripts, queues them and runs them on its nodes.
 *
 * <ul>
 *   <li>{@link io.millrace.gateway.facility.ComputeFacility} is all that a session needs of one
 *   <li>{@link io.millrace.gateway.facility.SlurmCommands}, {@link
 *       io.millrace.gateway.facility.SlurmRest} and {@link
 *       io.millrace.gateway.facility.LocalProcesses} are ways to one
 *   <li>{@link io.millrace.gateway.facility.Job} is what a facility says about a job, in one
 *       vocabulary: that of Slurm, which is behind all of them
 * </ul>
 */
package io.millrace.gateway.facility;
