package io.millrace.gateway.facility;

import java.time.Duration;
import java.util.Optional;

/**
 * What a facility says about a job.
 *
 * @param id the facility's
 * @param name as it was submitted
 * @param state what it is at
 * @param reason why it is there, in Slurm's words such as {@code Priority} or {@code
 *     QOSMaxNodePerUserLimit}; empty if there is nothing to say
 * @param nodes how many it has; those it asks for while it is queued; 0 if nobody says
 * @param elapsed how long it has run; empty if it has not begun, or nobody says
 * @param limit its walltime; empty if it has none, or nobody says
 */
public record Job(
    String id,
    String name,
    JobState state,
    String reason,
    int nodes,
    Optional<Duration> elapsed,
    Optional<Duration> limit) {}
