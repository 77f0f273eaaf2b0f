/**
 * Who may do what.
 *
 * <ul>
 *   <li>{@link io.millrace.gateway.people.Role}: what a route takes
 *   <li>{@link io.millrace.gateway.people.Caller}: whom a request comes from
 * </ul>
 */
package io.millrace.gateway.people;
