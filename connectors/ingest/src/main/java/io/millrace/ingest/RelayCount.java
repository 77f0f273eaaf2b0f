package io.millrace.ingest;

import io.millrace.detector.Drops;
import java.util.Map;

/**
 * What a relay has done up to a moment. The relay's thread makes one now and then, and others read
 * it: so they neither wait for each other nor share what changes.
 *
 * @param relayed data messages
 * @param bytes of their pixels
 * @param drops messages that were dropped; nobody changes it any more
 * @param refused connections that came to nothing, by name of the counter
 * @param timeouts scans that were settled by silence
 * @param beyondBuffers sectors for which all buffers were in use
 * @param stall the lane that holds the relay up; null if none does
 */
record RelayCount(
    long relayed,
    long bytes,
    Drops drops,
    Map<String, Long> refused,
    long timeouts,
    long beyondBuffers,
    Stall stall) {}
