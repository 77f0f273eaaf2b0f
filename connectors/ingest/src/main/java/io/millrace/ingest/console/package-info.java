/**
 * The operator's commands: what one line shows at three in the morning, and what to do about it.
 *
 * <ul>
 *   <li>{@link io.millrace.ingest.console.StatusCommand}: members, sessions, scans, problems. An
 *       {@link io.millrace.ingest.console.Observer} looks into ZooKeeper; from one {@link
 *       io.millrace.ingest.console.Look}, or two, {@link io.millrace.ingest.console.Rates} and
 *       {@link io.millrace.ingest.console.Problems} are made, which is plain computing
 *   <li>{@link io.millrace.ingest.console.SessionCommand}, {@link
 *       io.millrace.ingest.console.ScanCommand}: lead sessions, look at scans
 *   <li>{@link io.millrace.ingest.console.DoctorCommand}: whether this machine can do it. Each
 *       {@link io.millrace.ingest.console.Finding} is a judgement on a value that was measured
 * </ul>
 *
 * Results go to the standard output and nothing else does; a command that finds something wrong
 * ends with status 1.
 */
package io.millrace.ingest.console;
