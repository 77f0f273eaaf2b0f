package io.millrace.gateway.live;

/**
 * Some rows of a scan that follow each other.
 *
 * @param first from 0
 * @param count at least 1
 */
record Rows(int first, int count) {}
