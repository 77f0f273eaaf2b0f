/**
 * Flink connectors for ZeroMQ; see {@link io.millrace.zeromq.source.ZeroMqSource} and {@link
 * io.millrace.zeromq.sink.ZeroMqSink}.
 */
package io.millrace.zeromq;
