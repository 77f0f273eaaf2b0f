package io.millrace.zeromq.source;

import io.millrace.detector.LaneRecord;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Copies by reference, and refuses everything else; see {@link LaneRecordTypeInfo}. */
@Internal
public final class LaneRecordSerializer extends TypeSerializerSingleton<LaneRecord> {
  private static UnsupportedOperationException refusal() {
    return new UnsupportedOperationException(
        "a sector cannot leave the task that received it: chain the operator that counts it to the"
            + " source, with the same parallelism and no partitioning between them");
  }

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public LaneRecord createInstance() {
    throw refusal();
  }

  @Override
  public LaneRecord copy(LaneRecord from) {
    return from;
  }

  @Override
  public LaneRecord copy(LaneRecord from, LaneRecord reuse) {
    return from;
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public void serialize(LaneRecord record, DataOutputView target) {
    throw refusal();
  }

  @Override
  public LaneRecord deserialize(DataInputView source) {
    throw refusal();
  }

  @Override
  public LaneRecord deserialize(LaneRecord reuse, DataInputView source) {
    throw refusal();
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) {
    throw refusal();
  }

  @Override
  public TypeSerializerSnapshot<LaneRecord> snapshotConfiguration() {
    return new Snapshot();
  }

  /** Of a serializer without configuration. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<LaneRecord> {
    public Snapshot() {
      super(LaneRecordSerializer::new);
    }
  }
}
