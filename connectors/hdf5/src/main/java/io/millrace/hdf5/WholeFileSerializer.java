package io.millrace.hdf5;

import io.millrace.detector.ScanReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.util.InstantiationUtil;

/** Writes what waits for its names into checkpoints: one a scan, so Java serialization will do. */
final class WholeFileSerializer implements SimpleVersionedSerializer<WholeFile> {
  private static final int VERSION = 1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(WholeFile whole) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(1024);
    byte[] report = InstantiationUtil.serializeObject(whole.report());
    out.writeInt(report.length);
    out.write(report);
    out.writeInt(whole.names().size());
    for (Map.Entry<String, String> name : whole.names().entrySet()) {
      out.writeUTF(name.getKey());
      out.writeUTF(name.getValue());
    }
    out.writeInt(whole.scraps().size());
    for (String scrap : whole.scraps()) {
      out.writeUTF(scrap);
    }
    return out.getCopyOfBuffer();
  }

  @Override
  public WholeFile deserialize(int version, byte[] bytes) throws IOException {
    if (version != VERSION) {
      throw new IOException(
          "a file that waits for its name is of version %d, and this job reads %d; start without its savepoint"
              .formatted(version, VERSION));
    }
    DataInputDeserializer in = new DataInputDeserializer(bytes);
    byte[] report = new byte[in.readInt()];
    in.readFully(report);
    LinkedHashMap<String, String> names = new LinkedHashMap<>();
    for (int n = in.readInt(); n > 0; n--) {
      String part = in.readUTF();
      names.put(part, in.readUTF());
    }
    ArrayList<String> scraps = new ArrayList<>();
    for (int n = in.readInt(); n > 0; n--) {
      scraps.add(in.readUTF());
    }
    try {
      ScanReport read =
          InstantiationUtil.deserializeObject(report, WholeFileSerializer.class.getClassLoader());
      return new WholeFile(read, names, scraps);
    } catch (ClassNotFoundException e) {
      throw new IOException("a file that waits for its name has a report of another program", e);
    }
  }
}
