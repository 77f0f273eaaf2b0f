package io.millrace.ingest;

import io.millrace.coordination.MemberState;
import java.util.Map;

/**
 * What a process is at, as its session sees it.
 *
 * @param state the state
 * @param reason for people; empty if there is nothing to say
 * @param counters how often what has happened since it began, by name
 */
record Condition(MemberState state, String reason, Map<String, Long> counters) {}
