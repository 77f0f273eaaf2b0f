/**
 * What producers, aggregator and lanes share about ZeroMQ sockets: who may connect, and what became
 * of a connection. No data pass through here.
 *
 * <ul>
 *   <li>{@link io.millrace.sockets.CurveKeys}: the keys of this process, from a file; {@link
 *       io.millrace.sockets.KeyFolder} makes such files
 *   <li>{@link io.millrace.sockets.Gatekeeper}: lets in only clients whose keys are known
 *   <li>{@link io.millrace.sockets.BoundPeers}, {@link io.millrace.sockets.ConnectedPeer}: what
 *       happens to the connections of a socket that is bound, or connects
 *   <li>{@link io.millrace.sockets.Refusal}, {@link io.millrace.sockets.Refusals}: why a connection
 *       came to nothing, and how often
 *   <li>{@link io.millrace.sockets.Intake}: bounds what an encrypted socket receives beforehand
 * </ul>
 */
package io.millrace.sockets;
