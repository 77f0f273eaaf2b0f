package io.millrace.zeromq.source;

import io.millrace.detector.LaneRecord;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/**
 * The type of what comes out of a lane. A sector's pixels lie in a slot of the task that received
 * it, so records are handed on by reference inside a chain and cannot leave the task; the
 * serializer says so if somebody tries.
 */
@Internal
final class LaneRecordTypeInfo extends TypeInformation<LaneRecord> {
  @Override
  public boolean isBasicType() {
    return false;
  }

  @Override
  public boolean isTupleType() {
    return false;
  }

  @Override
  public int getArity() {
    return 1;
  }

  @Override
  public int getTotalFields() {
    return 1;
  }

  @Override
  public Class<LaneRecord> getTypeClass() {
    return LaneRecord.class;
  }

  @Override
  public boolean isKeyType() {
    return false;
  }

  @Override
  public TypeSerializer<LaneRecord> createSerializer(SerializerConfig config) {
    return new LaneRecordSerializer();
  }

  @Override
  public String toString() {
    return "LaneRecord";
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof LaneRecordTypeInfo;
  }

  @Override
  public int hashCode() {
    return LaneRecordTypeInfo.class.hashCode();
  }

  @Override
  public boolean canEqual(Object o) {
    return o instanceof LaneRecordTypeInfo;
  }
}
