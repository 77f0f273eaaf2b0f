package io.millrace.counting.serialization;

import com.esotericsoftware.kryo.Kryo;
import io.millrace.operators.images.ScanImages;
import org.apache.flink.api.java.typeutils.runtime.kryo.JavaSerializer;

/**
 * Writes the images of a scan that is under way. While a checkpoint is written the task goes on
 * with a copy, so that is made without the detour over bytes.
 */
public final class ScanImagesSerializer extends JavaSerializer<ScanImages> {
  @Override
  public ScanImages copy(Kryo kryo, ScanImages images) {
    return images.copy();
  }
}
