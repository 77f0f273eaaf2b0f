package io.millrace.allocation;

/**
 * How much of a node's memory a TaskManager gets. Megabytes are 2^20 bytes, as Slurm's.
 *
 * @param megabytes for the whole process: heap, what Flink manages, and buffers outside the heap
 * @param offHeapMegabytes among them for JeroMQ's buffers between the kernel and the pools, which
 *     Flink does not know of
 */
record MemoryPlan(int megabytes, int offHeapMegabytes) {
  /** The JobManager's process, as conf/flink/config.yaml has it, and its share of the system. */
  private static final int JOB_MANAGER = 1_024;

  /** What watches the allocation, and the commands that it runs. */
  private static final int SUPERVISOR = 384;

  /** The operating system's, and what the file system keeps: this part, and not less than that. */
  private static final double SYSTEM_PART = 0.06;

  private static final int LEAST_SYSTEM = 128;

  /** A lane's sockets have a kernel's buffer full each way, and messages that are half there. */
  private static final int OFF_HEAP_PER_LANE = 32;

  private static final int LEAST_OFF_HEAP = 128;

  /** What Flink itself needs, and 500 sectors. */
  private static final int LEAST = 1_280;

  /**
   * @param nodeMegabytes that the node grants
   * @param most what a TaskManager may have at most
   * @param lanes of the TaskManager
   * @param first whether the JobManager runs on this node, too
   * @throws IllegalArgumentException if that is too little
   */
  static MemoryPlan of(int nodeMegabytes, int most, int lanes, boolean first) {
    int system = (int) Math.max(LEAST_SYSTEM, nodeMegabytes * SYSTEM_PART);
    int left = nodeMegabytes - system - (first ? JOB_MANAGER + SUPERVISOR : 0);
    int offHeap = Math.max(LEAST_OFF_HEAP, lanes * OFF_HEAP_PER_LANE);
    int least = LEAST + offHeap;
    if (Math.min(left, most) < least) {
      throw new IllegalArgumentException(
          "a node grants %d MB, of which %d MB are left for a TaskManager, and %d MB are needed for %d lanes; ask for nodes with more memory, or for fewer lanes a node"
              .formatted(nodeMegabytes, Math.min(left, most), least, lanes));
    }
    return new MemoryPlan(Math.min(left, most), offHeap);
  }
}
