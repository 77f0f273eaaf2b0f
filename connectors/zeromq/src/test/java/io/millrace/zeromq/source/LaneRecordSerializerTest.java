package io.millrace.zeromq.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.Drops;
import io.millrace.detector.LaneRecord;
import io.millrace.detector.LaneReport;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class LaneRecordSerializerTest {
  private final TypeSerializer<LaneRecord> serializer =
      new LaneRecordTypeInfo().createSerializer(new SerializerConfigImpl());
  private final LaneRecord record = new LaneReport(1, 0, 0, 0, true, new Drops());

  @Test
  void handsARecordOnByReference() {
    assertThat(serializer.copy(record)).isSameAs(record);
    assertThat(serializer.copy(record, null)).isSameAs(record);
  }

  @Test
  void refusesToLetARecordLeaveItsTaskAndSaysWhatToDo() {
    DataOutputSerializer out = new DataOutputSerializer(8);
    DataInputDeserializer in = new DataInputDeserializer(new byte[8]);
    List<ThrowingCallable> ways =
        List.of(
            () -> serializer.serialize(record, out),
            () -> serializer.deserialize(in),
            () -> serializer.deserialize(record, in),
            () -> serializer.copy(in, out),
            serializer::createInstance);
    for (ThrowingCallable way : ways) {
      assertThatThrownBy(way)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("cannot leave the task")
          .hasMessageContaining("chain the operator");
    }
    assertThat(out.length()).isZero();
  }

  @Test
  void isRecognisedAfterARestore() {
    assertThat(serializer.snapshotConfiguration().restoreSerializer())
        .isInstanceOf(LaneRecordSerializer.class);
  }
}
