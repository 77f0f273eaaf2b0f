/** Flink connectors for ZeroMQ; see {@link io.millrace.zeromq.source.ZeroMqSource}. */
package io.millrace.zeromq;
