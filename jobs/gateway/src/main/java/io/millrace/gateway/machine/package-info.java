/**
 * A machine that sessions run on, and the batch script for one: plain typed values, checked one by
 * one, quoted at one place.
 *
 * <ul>
 *   <li>{@link io.millrace.gateway.machine.MachineProfile}: a file of conf/machines
 *   <li>{@link io.millrace.gateway.machine.SessionRequest}: what a person asks for
 *   <li>{@link io.millrace.gateway.machine.BatchScript}: what a facility runs
 * </ul>
 */
package io.millrace.gateway.machine;
