package io.millrace.zeromq.source.enumerator;

import io.millrace.zeromq.source.split.LaneSplit;
import io.millrace.zeromq.source.split.LaneSplitSerializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.annotation.Internal;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Writes {@link LaneEnumeratorState}. Version 1: number of splits, splits in their version 1.
 * Version 2: whether the lanes are known, then the same. Version 3: with splits in their version 2.
 * Version 4: with splits in their version 3.
 */
@Internal
public final class LaneEnumeratorStateSerializer
    implements SimpleVersionedSerializer<LaneEnumeratorState> {
  private static final int VERSION = 4;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(LaneEnumeratorState state) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(256);
    out.writeBoolean(state.found());
    out.writeInt(state.unassigned().size());
    for (LaneSplit split : state.unassigned()) {
      LaneSplitSerializer.write(split, out);
    }
    return out.getCopyOfBuffer();
  }

  @Override
  public LaneEnumeratorState deserialize(int version, byte[] serialized) throws IOException {
    if (version < 1 || version > VERSION) {
      throw new IOException(
          "the state of an enumerator has version 1 to %d here, not %d; a newer Millrace wrote it"
              .formatted(VERSION, version));
    }
    DataInputDeserializer in = new DataInputDeserializer(serialized);
    boolean found = version == 1 || in.readBoolean();
    int n = in.readInt();
    List<LaneSplit> splits = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      splits.add(LaneSplitSerializer.read(Math.max(1, version - 1), in));
    }
    return new LaneEnumeratorState(found, splits);
  }
}
