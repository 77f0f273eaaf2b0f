/**
 * Sessions on the nodes of a compute facility, from the lab.
 *
 * <pre>
 *  millrace session start ──▶ machine (a profile, and the batch script that is made from it)
 *                                │
 *                             facility ──▶ Superfacility API | slurmrestd | sbatch | processes here
 *                                │ the session's report, the job's state
 *  what people see ◀───────── session
 *
 *  millrace gateway ──▶ Gateway: server (HTTP), people (who may), steering (sessions), over one store
 * </pre>
 */
package io.millrace.gateway;
