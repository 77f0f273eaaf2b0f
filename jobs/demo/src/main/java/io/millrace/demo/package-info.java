/**
 * The whole way of a sector on one machine, with all parts as real processes: ZooKeeper, a Flink
 * cluster, aggregator and producers. {@code scripts/demo} starts {@link io.millrace.demo.Demo}.
 */
package io.millrace.demo;
