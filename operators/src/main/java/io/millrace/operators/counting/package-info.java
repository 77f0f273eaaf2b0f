/**
 * Counting: pixels become electron events.
 *
 * <pre>
 *   sector's bytes ─▶ SectorCounter ────▶ CountedSector: final events, provisional events, halo
 *   frame's bytes ──▶ ReferenceCounter ─▶ events: the definition, which all else is held against
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.operators.counting.ReferenceCounter}: the definition, on an assembled
 *       frame
 *   <li>{@link io.millrace.operators.counting.Corrections}: dark, gain, bad pixels and row dark
 *   <li>{@link io.millrace.operators.counting.SectorCounter}: the same events from one sector at a
 *       time, fast; {@link io.millrace.operators.assembly.SeamResolver} decides where sectors meet
 *   <li>{@link io.millrace.operators.counting.Discriminators}: which pixels are lit; a {@code
 *       Discriminator} for each kind of correction
 *   <li>{@code BlockScan}: finds the few blocks of pixels where one may be lit, in plain Java or
 *       with vector instructions
 *   <li>{@link io.millrace.operators.counting.Pixels}: how pixels lie in bytes
 * </ul>
 */
package io.millrace.operators.counting;
