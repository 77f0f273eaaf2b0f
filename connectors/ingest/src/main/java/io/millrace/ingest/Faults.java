package io.millrace.ingest;

import java.util.SplittableRandom;

/**
 * What goes wrong between a detector and a receiving server, on purpose and by a seed: the same
 * options lose the same sectors.
 *
 * @param seed decides which
 * @param scan the scan's number
 * @param loseSectors share of the sectors that are never sent, 0 to 1
 * @param loseFrames share of the frames of which no module sends anything, 0 to 1
 * @param duplicate share of the sent sectors that are sent twice, 0 to 1
 * @param reorder frames are sent in random order within windows of so many; 1 for in order. Each
 *     module has its own order
 */
record Faults(
    long seed, long scan, double loseSectors, double loseFrames, double duplicate, int reorder) {

  /** The same for another scan. */
  Faults of(long otherScan) {
    return new Faults(seed, otherScan, loseSectors, loseFrames, duplicate, reorder);
  }

  boolean losesFrame(long frame) {
    return Chance.LOST_FRAME.strikes(loseFrames, seed, scan, frame);
  }

  boolean losesSector(long frame, int module) {
    return Chance.LOST_SECTOR.strikes(loseSectors, seed, scan, frame, module);
  }

  boolean duplicates(long frame, int module) {
    return Chance.DUPLICATE.strikes(duplicate, seed, scan, frame, module);
  }

  /** The order of the {@code n} frames of a window, as offsets from its first frame. */
  int[] order(long firstFrame, int n, int module) {
    int[] order = new int[n];
    SplittableRandom random = Chance.ORDER.of(seed, scan, firstFrame, module);
    for (int i = 0; i < n; i++) {
      // Inside-out shuffle: each order is equally likely.
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
