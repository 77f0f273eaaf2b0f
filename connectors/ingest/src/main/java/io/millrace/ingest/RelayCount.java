package io.millrace.ingest;

import io.millrace.detector.Drops;

/**
 * What a relay has done up to a moment. The relay's thread makes one now and then, and others read
 * it: so they neither wait for each other nor share what changes.
 *
 * @param relayed data messages
 * @param bytes of their pixels
 * @param drops messages that were dropped; nobody changes it any more
 * @param timeouts scans that were settled by silence
 * @param beyondBuffers sectors for which all buffers were in use
 * @param stall the lane that holds the relay up; null if none does
 */
record RelayCount(
    long relayed, long bytes, Drops drops, long timeouts, long beyondBuffers, Stall stall) {}
