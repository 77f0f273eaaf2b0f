package io.millrace.gateway.scans;

import java.time.Instant;

/**
 * Which scans are wanted. What is null does not matter.
 *
 * @param text that has to be in its id, notes, tags, metadata or the name of its file, in upper or
 *     lower case
 * @param session name of its session
 * @param state such as {@code COMPLETE}
 * @param tag one of its tags
 * @param from not begun before
 * @param to begun before
 */
public record ScanFilter(
    String text, String session, String state, String tag, Instant from, Instant to) {
  /** All scans. */
  public static final ScanFilter ALL = new ScanFilter(null, null, null, null, null, null);
}
