package io.millrace.allocation;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What is asked of an allocation.
 *
 * @param session its name, unlike that of any other
 * @param batchJob name of the batch job
 * @param folder of this session: configuration, logs, checkpoints; all nodes see it
 * @param output for the results; all nodes see it
 * @param zooKeeper where it is; empty if it has to be started here
 * @param interfaces which the nodes connect by, in the order of preference
 * @param local folder on each node's own disk
 * @param lanesPerNode how many lanes a TaskManager can count at a time
 * @param mostLanes how many the session can count at a time, with all nodes that it may get: the
 *     job takes as many of these as there are nodes for
 * @param mostMemory for a TaskManager, in megabytes
 * @param startTimeout for all, until a scan can begin
 * @param drainNotice how long before the end of the allocation no new scan begins
 * @param jobOptions for the counting job
 */
record AllocationPlan(
    String session,
    String batchJob,
    Path folder,
    Path output,
    String zooKeeper,
    List<String> interfaces,
    Path local,
    int lanesPerNode,
    int mostLanes,
    int mostMemory,
    Duration startTimeout,
    Duration drainNotice,
    List<String> jobOptions) {}
