package io.millrace.zeromq.source.reader;

import io.millrace.detector.LaneRecord;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Set;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;

/**
 * Records of one lane on their way from the lane's thread to the task thread. Used again and again.
 */
final class LaneBatch implements RecordsWithSplitIds<LaneRecord> {
  private final String splitId;
  private final Queue<LaneBatch> spare;
  private final ArrayDeque<LaneRecord> records = new ArrayDeque<>();
  private boolean begun;
  private boolean last;

  /**
   * @param spare where the batch goes when it has been read; safe for two threads
   */
  LaneBatch(String splitId, Queue<LaneBatch> spare) {
    this.splitId = splitId;
    this.spare = spare;
  }

  void add(LaneRecord record) {
    records.add(record);
  }

  int size() {
    return records.size();
  }

  /** Tells that the lane ends with this batch. */
  LaneBatch last() {
    last = true;
    return this;
  }

  @Override
  public String nextSplit() {
    if (begun || records.isEmpty()) {
      return null;
    }
    begun = true;
    return splitId;
  }

  @Override
  public LaneRecord nextRecordFromSplit() {
    return records.poll();
  }

  @Override
  public Set<String> finishedSplits() {
    return last ? Set.of(splitId) : Set.of();
  }

  @Override
  public void recycle() {
    records.clear();
    begun = false;
    spare.offer(this);
  }
}
