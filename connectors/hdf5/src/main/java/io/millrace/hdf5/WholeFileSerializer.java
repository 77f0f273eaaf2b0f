package io.millrace.hdf5;

import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;
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
    return InstantiationUtil.serializeObject(whole);
  }

  @Override
  public WholeFile deserialize(int version, byte[] bytes) throws IOException {
    if (version != VERSION) {
      throw new IOException(
          "a file that waits for its name is of version %d, and this job reads %d; start without its savepoint"
              .formatted(version, VERSION));
    }
    try {
      return InstantiationUtil.deserializeObject(bytes, WholeFile.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IOException("a file that waits for its name is of another program", e);
    }
  }
}
