/**
 * A session on the nodes of a batch job: what the batch script runs on the first of them.
 *
 * <pre>
 *  batch script ──▶ AllocationCommand ──▶ Allocation        starts, looks each second, ends
 *                                            │ one NodeProcess each, started again when it ends
 *                        first node ◀────────┼────────▶ every node
 *                        JobManager          │          TaskManager
 *                                            │ says what it is at
 *                     ZooKeeper (a member) ◀─┴─▶ session.json in the session's folder
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.allocation.Reinforcement}: TaskManagers of another batch job, which come
 *       and go
 *   <li>{@link io.millrace.allocation.Nodes}: those of Slurm, or this machine alone
 *   <li>{@link io.millrace.allocation.AddressChoice}: the interface that the others connect to
 *   <li>{@link io.millrace.allocation.MemoryPlan}: how much a TaskManager gets of a node
 *   <li>{@link io.millrace.allocation.SessionReport}: what the session is at, for who started it
 * </ul>
 */
package io.millrace.allocation;
