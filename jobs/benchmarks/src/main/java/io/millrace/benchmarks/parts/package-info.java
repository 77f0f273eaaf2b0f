/**
 * The system's parts as processes that are measured, one by one: what {@code scripts/bench}'s
 * commands about the running system stand on.
 *
 * <pre>
 *   Rig ── Route (a) producer ─▶ bare pull                                ┐
 *       ├─ Route (b) producer ─▶ aggregator ─▶ bare pull                  ├─ Series: turn by turn
 *       ├─ Route (c) producer ─▶ aggregator ─▶ TaskManagers ─▶ file       │
 *       └─ Route (d) the same, acknowledged and with checkpoints          ┘
 *            Turn: seconds, CPU seconds of each Jvm         Memory: allocated, collected, resident
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.benchmarks.parts.Rig}: starts the processes, and stops them
 *   <li>{@link io.millrace.benchmarks.parts.Route}: one way for scans, {@link
 *       io.millrace.benchmarks.parts.Turn} by turn; {@link io.millrace.benchmarks.parts.Series}:
 *       several ways in turn
 *   <li>{@link io.millrace.benchmarks.parts.WarmProducer} sends a {@link
 *       io.millrace.benchmarks.parts.Simulation} to a {@link
 *       io.millrace.benchmarks.parts.Destination}; {@link
 *       io.millrace.benchmarks.parts.BareReceiver} and {@link
 *       io.millrace.benchmarks.parts.CountedFiles} are the {@linkplain
 *       io.millrace.benchmarks.parts.Target targets}
 *   <li>{@link io.millrace.benchmarks.parts.SystemCommand}: what the commands have in common
 *   <li>{@link io.millrace.benchmarks.parts.Inspection}: a look into a counted file, such as {@link
 *       io.millrace.benchmarks.parts.SameResult}; {@link io.millrace.benchmarks.parts.Scratch}: a
 *       folder that is removed in the end
 *   <li>{@link io.millrace.benchmarks.parts.BarePull}: the limit, a program of its own
 *   <li>{@link io.millrace.benchmarks.parts.Jvm}, {@link io.millrace.benchmarks.parts.GcLog}: a
 *       process as the kernel and its collector see it
 * </ul>
 */
package io.millrace.benchmarks.parts;
