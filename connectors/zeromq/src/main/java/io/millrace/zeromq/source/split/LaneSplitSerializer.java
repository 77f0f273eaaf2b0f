package io.millrace.zeromq.source.split;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.annotation.Internal;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/** Writes {@link LaneSplit}s, version 1: lane, number of endpoints, endpoints. */
@Internal
public final class LaneSplitSerializer implements SimpleVersionedSerializer<LaneSplit> {
  private static final int VERSION = 1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(LaneSplit split) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    write(split, out);
    return out.getCopyOfBuffer();
  }

  @Override
  public LaneSplit deserialize(int version, byte[] serialized) throws IOException {
    checkVersion(version);
    return read(new DataInputDeserializer(serialized));
  }

  /** Appends a split to a stream, in the current version. */
  public static void write(LaneSplit split, DataOutputView out) throws IOException {
    out.writeInt(split.lane());
    out.writeInt(split.endpoints().size());
    for (String endpoint : split.endpoints()) {
      out.writeUTF(endpoint);
    }
  }

  /** Reads what {@link #write} wrote. */
  public static LaneSplit read(DataInputView in) throws IOException {
    int lane = in.readInt();
    int n = in.readInt();
    List<String> endpoints = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      endpoints.add(in.readUTF());
    }
    return new LaneSplit(lane, endpoints);
  }

  /** Refuses state of a version that this code does not know. */
  public static void checkVersion(int version) throws IOException {
    if (version != VERSION) {
      throw new IOException(
          "state of the ZeroMQ source in version %d; this program reads version %d"
              .formatted(version, VERSION));
    }
  }
}
