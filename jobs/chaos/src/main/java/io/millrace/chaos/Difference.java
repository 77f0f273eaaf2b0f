package io.millrace.chaos;

import java.util.Arrays;

/**
 * What a counted file has not that was sent, and what it has that was not.
 *
 * @param lost events that were sent and are not in the file
 * @param doubled events in the file that nobody sent, or that are in it, or in another file of the
 *     scan, already
 * @param sectorsMissing sectors that did not arrive, as the file's masks say
 * @param framesMissing frames that lack sectors, or all
 * @param unnamed events that are not in the file, though their sectors arrived, as its masks say;
 *     what else is lost, the file names
 */
record Difference(long lost, long doubled, long sectorsMissing, long framesMissing, long unnamed) {
  static final Difference NONE = new Difference(0, 0, 0, 0, 0);

  boolean isNone() {
    return equals(NONE);
  }

  /** Whether nothing is lost but what the file names, and nothing doubled. */
  boolean isNamed() {
    return unnamed == 0 && doubled == 0;
  }

  Difference plus(Difference other) {
    return new Difference(
        lost + other.lost,
        doubled + other.doubled,
        sectorsMissing + other.sectorsMissing,
        framesMissing + other.framesMissing,
        unnamed + other.unnamed);
  }

  /** Events that are there once too often. */
  static Difference doubled(long events) {
    return new Difference(0, events, 0, 0, 0);
  }

  /**
   * The difference in one frame. What is an event in what has arrived of the frame, only because
   * its brighter neighbour is in a sector that has not, is not doubled.
   *
   * @param sent events of the whole frame, ascending
   * @param arrived events of the sectors that have arrived, ascending
   * @param counted events in the file, ascending
   * @param sectorsMissing sectors that have not arrived
   */
  static Difference ofFrame(int[] sent, int[] arrived, int[] counted, int sectorsMissing) {
    long lost = lacking(counted, sent);
    long doubled = 0;
    for (int i = 0; i < counted.length; i++) {
      boolean again = i > 0 && counted[i] == counted[i - 1];
      doubled += again || !has(sent, counted[i]) && !has(arrived, counted[i]) ? 1 : 0;
    }
    return new Difference(
        lost, doubled, sectorsMissing, sectorsMissing > 0 ? 1 : 0, lacking(counted, arrived));
  }

  private static long lacking(int[] counted, int[] events) {
    return Arrays.stream(events).filter(event -> !has(counted, event)).count();
  }

  private static boolean has(int[] ascending, int event) {
    return Arrays.binarySearch(ascending, event) >= 0;
  }
}
