/**
 * The gateway's web server.
 *
 * <ul>
 *   <li>{@link io.millrace.gateway.server.Routes}: an area of the API
 *   <li>{@link io.millrace.gateway.server.ApiException}: a fault of the request
 * </ul>
 */
package io.millrace.gateway.server;
