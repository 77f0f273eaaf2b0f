/**
 * Scans as they stream, in the lab's Distiller instance: created, their progress, metadata,
 * locations and thumbnail, linked to the job that streams them.
 *
 * <p>What has to be told follows from what the catalogue has and from what was told before, which
 * is in the database: so nothing is lost while the instance is away or the gateway is not there,
 * and nothing here is in the way of a scan.
 */
package io.millrace.gateway.distiller;
