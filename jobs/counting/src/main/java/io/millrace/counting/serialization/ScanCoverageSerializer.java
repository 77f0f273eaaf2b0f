package io.millrace.counting.serialization;

import com.esotericsoftware.kryo.Kryo;
import io.millrace.operators.images.ScanCoverage;
import org.apache.flink.api.java.typeutils.runtime.kryo.JavaSerializer;

/** Writes the coverage of a scan that is under way; copied as {@link ScanImagesSerializer} does. */
public final class ScanCoverageSerializer extends JavaSerializer<ScanCoverage> {
  @Override
  public ScanCoverage copy(Kryo kryo, ScanCoverage coverage) {
    return coverage.copy();
  }
}
