/**
 * The two processes that bring sectors to the compute nodes, and a detector to try them with.
 *
 * <pre>
 *   simulator | raw files ─ SectorSource ─▶ PRODUCER ─▶ AGGREGATOR ─▶ lanes ─▶ compute nodes
 *                                            one thread, one PUSH      one thread a module:
 *                                            socket a module           one PULL, a PUSH a lane
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.ingest.SectorSource}: sectors of one module, {@linkplain
 *       io.millrace.ingest.SimulatedSectors simulated} or {@linkplain io.millrace.ingest.RawSectors
 *       read from raw files}
 *   <li>{@link io.millrace.ingest.Producer}, {@link io.millrace.ingest.ModuleSender}: announce and
 *       send them; {@link io.millrace.ingest.ModuleWriter}: or writes them to raw files
 *   <li>{@link io.millrace.ingest.Acquisition}: scans on request, over the same connection
 *   <li>{@link io.millrace.ingest.ReplayCommand}: all scans that lie in a directory, and their
 *       files go when they are sent
 *   <li>{@link io.millrace.ingest.SpilledSectors}: what waits to be acknowledged and has no place
 *       in memory, in raw files
 *   <li>{@link io.millrace.ingest.Aggregator}, {@link io.millrace.ingest.ModuleRelay}, {@link
 *       io.millrace.ingest.LaneRouter}: relay them into lanes, keep the account of every scan, drop
 *       and count what is malformed
 *   <li>{@link io.millrace.ingest.Uplink}: a producer's way to the aggregator, at an address or in
 *       a session
 *   <li>{@link io.millrace.ingest.Participation}: both take part in a session, if they are told
 *       which; {@link io.millrace.ingest.SessionAggregator}: a producer finds its aggregator there,
 *       and follows it; {@link io.millrace.ingest.ScanAdmission}: a producer's scans are entered
 *       there; {@link io.millrace.ingest.ScanFence}: an aggregator lets no others through
 *   <li>{@link io.millrace.ingest.SimulatedCamera}, {@link io.millrace.ingest.Specimen}, {@link
 *       io.millrace.ingest.Faults}: a camera with a lattice of atoms under its beam, and everything
 *       that goes wrong on the way, by a seed
 * </ul>
 *
 * A socket belongs to one thread. Nothing waits without a deadline, and nothing is left out without
 * being counted.
 */
package io.millrace.ingest;
