/**
 * A session at a facility, as people see it: asked for, queued, starting, ready, over.
 *
 * <ul>
 *   <li>{@link io.millrace.gateway.session.SessionWatch}: what a session is at, from what the
 *       facility says of its job and from the report in its folder
 *   <li>{@link io.millrace.gateway.session.MachineSessions}: the steps that commands and gateway
 *       share
 *   <li>{@link io.millrace.gateway.session.SessionStart} and {@link
 *       io.millrace.gateway.session.SessionStop}: the commands
 * </ul>
 */
package io.millrace.gateway.session;
