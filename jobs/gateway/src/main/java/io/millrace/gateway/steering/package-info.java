/**
 * Sessions that people ask the gateway for.
 *
 * <pre>
 *  POST /sessions ──▶ SessionStore: what is wished, and where it is
 *                        ▲
 *                        │ MachineReconciler, one thread a machine: SessionSteps, every few seconds
 *                        ▼
 *                     the machine's facility
 * </pre>
 *
 * What is wished is stored before anything is done, and what may have been done is noted before it
 * is done: so a gateway that is killed goes on from any state, and a session has one job.
 */
package io.millrace.gateway.steering;
