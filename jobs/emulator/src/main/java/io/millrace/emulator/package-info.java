/**
 * The Superfacility API in front of a Slurm of one's own, for tests and to try sessions without a
 * facility: real jobs, and the troubles of a real service when they are ordered.
 *
 * <ul>
 *   <li>{@link io.millrace.emulator.SuperfacilityEmulator} is the program
 *   <li>{@link io.millrace.emulator.EmulatorServer} answers; {@link io.millrace.emulator.Faults}
 *       says with what trouble
 *   <li>{@link io.millrace.emulator.SlurmPrograms} runs sbatch and its kin
 * </ul>
 *
 * <p>It shares no code with the client that is tried against it: a mistake in how one reads the API
 * would else be made by the other, too.
 */
package io.millrace.emulator;
