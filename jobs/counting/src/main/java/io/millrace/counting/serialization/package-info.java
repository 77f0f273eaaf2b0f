/**
 * How our records go between tasks: a Kryo serializer for each, so that Flink never falls back to
 * reflection.
 */
package io.millrace.counting.serialization;
