package io.millrace.parts;

import java.time.Duration;
import java.time.Instant;

/**
 * A complete checkpoint of a job.
 *
 * @param triggered when it began
 * @param duration until the last task had written its part
 * @param bytes of all tasks' state
 */
public record Checkpoint(Instant triggered, Duration duration, long bytes) {}
