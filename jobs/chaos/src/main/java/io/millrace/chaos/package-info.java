/**
 * What becomes of a scan when a part of the running system is killed, paused or cut off: {@code
 * scripts/chaos} starts {@link io.millrace.chaos.Chaos}.
 *
 * <ul>
 *   <li>{@link io.millrace.chaos.FaultPlan}: whom to hit, how and when, by a seed
 *   <li>{@link io.millrace.chaos.RunningSystem}: all parts as processes, the faults, and a {@link
 *       io.millrace.chaos.Supervisor} that starts again what has ended
 *   <li>{@link io.millrace.chaos.Trial}: one round, from the camera to the comparison
 *   <li>{@link io.millrace.chaos.SentScan}: what the camera has sent, and so what the file has to
 *       hold; the difference is counted event by event
 *   <li>{@link io.millrace.chaos.FrameTrace}: when frames were counted, and so how long they stood
 *   <li>{@link io.millrace.chaos.Tally}: all rounds; {@link io.millrace.chaos.ReliabilityPage}
 *       writes them down
 * </ul>
 */
package io.millrace.chaos;
