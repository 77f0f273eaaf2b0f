package io.millrace.benchmarks.parts;

/**
 * What the processes of a role did with memory during all measured turns of a route.
 *
 * @param allocatedBytes on the heap
 * @param collections of garbage
 * @param pauseSeconds that these held up the programs
 * @param peakResidentBytes the most that a process has had since it began; summed over the
 *     processes
 */
public record Memory(
    long allocatedBytes, int collections, double pauseSeconds, long peakResidentBytes) {
  static final Memory NONE = new Memory(0, 0, 0, 0);

  Memory plus(GcLog.Span span, long resident) {
    return new Memory(
        allocatedBytes + span.allocatedBytes(),
        collections + span.collections(),
        pauseSeconds + span.pauseSeconds(),
        peakResidentBytes + resident);
  }
}
