/**
 * What the gateway keeps: in SQLite, which needs nobody to run it, or in PostgreSQL. Each area
 * keeps its own tables; {@code db/migration} has the steps from any older version to this one.
 *
 * <p>SQL that both take: TEXT, BIGINT, INTEGER; ids are TEXT, times TEXT (ISO 8601 in UTC, with
 * milliseconds, so that they sort).
 */
package io.millrace.gateway.store;
