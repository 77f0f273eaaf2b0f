package io.millrace.zeromq.source.enumerator;

import org.apache.flink.annotation.Internal;
import org.apache.flink.api.connector.source.SourceEvent;

/** Tells a reader to end the scans that are under way, to take no more, and to finish. */
@Internal
public record DrainEvent() implements SourceEvent {}
