package io.millrace.zeromq.source.reader;

import java.util.List;
import java.util.function.LongPredicate;

/**
 * Tells a lane which scan the detector's number in a message stands for now. Belongs to the lane's
 * thread.
 */
interface ScanKeys {
  /**
   * The {@link io.millrace.detector.ScanKey key} of the scan that a message with this number
   * belongs to.
   *
   * @param number the detector's
   * @param open whether a scan is under way on the lane, by its key
   */
  long of(long number, LongPredicate open);

  /**
   * Keys of the scans that a job has begun and that had not ended when the lane began: of a job
   * that has died since, perhaps. If nothing more comes of them, they have to end all the same.
   */
  default List<Long> begunBefore() {
    return List.of();
  }

  /** Where nobody tells of scans: a number stands for one scan only, and is its key. */
  static ScanKeys numbers() {
    return (number, open) -> number;
  }
}
