/**
 * A Flink sink that shows running scans to a gateway, and never holds the stream up.
 *
 * <pre>
 *   task thread ─ LiveMessage ─▶ LiveMailbox ─▶ LivePublisher (one thread, one XPUB socket) ─▶ gateway (SUB, bound)
 *                                newest wins     sends when the socket has room
 * </pre>
 *
 * <ul>
 *   <li>{@link io.millrace.zeromq.sink.ZeroMqSink}, {@link
 *       io.millrace.zeromq.sink.ZeroMqSinkBuilder}, {@link
 *       io.millrace.zeromq.sink.ZeroMqSinkOptions}: what a job is written with
 *   <li>{@link io.millrace.zeromq.sink.LiveMailbox}: what waits, and what is remembered; plain Java
 *   <li>{@link io.millrace.zeromq.sink.LivePublisher}: the socket, and who has subscribed
 * </ul>
 *
 * The task thread puts into the mailbox and goes on. When nobody listens, or somebody is slow, rows
 * and patterns in the mailbox are replaced by newer ones, and the oldest events are dropped; both
 * are counted. Live messages are in no checkpoint: a restarted job shows its scans anew.
 */
package io.millrace.zeromq.sink;
