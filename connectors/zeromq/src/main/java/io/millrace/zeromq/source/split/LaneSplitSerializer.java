package io.millrace.zeromq.source.split;

import io.millrace.detector.DropReason;
import io.millrace.zeromq.source.split.LanePosition.Heard;
import io.millrace.zeromq.source.split.LanePosition.OpenScan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.annotation.Internal;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Writes {@link LaneSplit}s. Version 1: lane, number of endpoints, endpoints. Version 2: the same
 * and the position. Version 3: the same, the endpoint for statuses, and what of the position
 * concerns messages that can be sent again.
 */
@Internal
public final class LaneSplitSerializer implements SimpleVersionedSerializer<LaneSplit> {
  private static final int VERSION = 3;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(LaneSplit split) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(256);
    write(split, out);
    return out.getCopyOfBuffer();
  }

  @Override
  public LaneSplit deserialize(int version, byte[] serialized) throws IOException {
    return read(version, new DataInputDeserializer(serialized));
  }

  /** Appends a split to a stream, in the current version. */
  public static void write(LaneSplit split, DataOutputView out) throws IOException {
    out.writeInt(split.lane());
    out.writeInt(split.endpoints().size());
    for (String endpoint : split.endpoints()) {
      out.writeUTF(endpoint);
    }
    LanePosition position = split.position();
    out.writeInt(position.endedCount());
    out.writeLong(position.endedUpTo());
    writeLongs(position.ended(), out);
    out.writeInt(position.open().size());
    for (OpenScan scan : position.open()) {
      out.writeLong(scan.scan());
      out.writeInt(scan.width());
      out.writeInt(scan.height());
      writeLongs(scan.announced(), out);
      writeLongs(scan.received(), out);
    }
    out.writeInt(position.drops().size());
    for (Map.Entry<DropReason, Long> drops : position.drops().entrySet()) {
      out.writeUTF(drops.getKey().name());
      out.writeLong(drops.getValue());
    }
    out.writeUTF(split.statuses());
    out.writeLong(position.epoch());
    out.writeInt(position.heard().size());
    for (Heard heard : position.heard()) {
      out.writeLong(heard.sender());
      out.writeLong(heard.next());
      writeLongs(heard.unfinished(), out);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param version that it was written in
   * @throws IOException if this program does not know that version
   */
  public static LaneSplit read(int version, DataInputView in) throws IOException {
    if (version < 1 || version > VERSION) {
      throw new IOException(
          "state of the ZeroMQ source in version %d; this program reads versions 1 to %d"
              .formatted(version, VERSION));
    }
    int lane = in.readInt();
    int n = in.readInt();
    List<String> endpoints = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      endpoints.add(in.readUTF());
    }
    LanePosition position = version == 1 ? LanePosition.START : readPosition(in);
    if (version < 3) {
      return new LaneSplit(lane, endpoints, "", position);
    }
    String statuses = in.readUTF();
    long epoch = in.readLong();
    List<Heard> heard = new ArrayList<>();
    for (int i = in.readInt(); i > 0; i--) {
      heard.add(new Heard(in.readLong(), in.readLong(), readLongs(in)));
    }
    return new LaneSplit(lane, endpoints, statuses, position.with(epoch, heard));
  }

  private static LanePosition readPosition(DataInputView in) throws IOException {
    int endedCount = in.readInt();
    long endedUpTo = in.readLong();
    List<Long> ended = readLongs(in);
    int n = in.readInt();
    List<OpenScan> open = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      open.add(
          new OpenScan(in.readLong(), in.readInt(), in.readInt(), readLongs(in), readLongs(in)));
    }
    Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
    for (int i = in.readInt(); i > 0; i--) {
      drops.put(DropReason.valueOf(in.readUTF()), in.readLong());
    }
    return new LanePosition(endedCount, endedUpTo, ended, open, drops, 0, List.of());
  }

  private static void writeLongs(List<Long> values, DataOutputView out) throws IOException {
    out.writeInt(values.size());
    for (long value : values) {
      out.writeLong(value);
    }
  }

  private static List<Long> readLongs(DataInputView in) throws IOException {
    int n = in.readInt();
    List<Long> values = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      values.add(in.readLong());
    }
    return values;
  }
}
