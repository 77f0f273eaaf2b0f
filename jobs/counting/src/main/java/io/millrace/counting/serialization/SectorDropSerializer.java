package io.millrace.counting.serialization;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.millrace.detector.DropReason;
import io.millrace.detector.SectorDrop;

/** Writes drops; a sender that repeats a scan makes one of each of its sectors. */
public final class SectorDropSerializer extends Serializer<SectorDrop> {
  @Override
  public void write(Kryo kryo, Output output, SectorDrop drop) {
    output.writeVarLong(drop.scan(), true);
    output.writeString(drop.reason().name());
  }

  @Override
  public SectorDrop read(Kryo kryo, Input input, Class<? extends SectorDrop> type) {
    return new SectorDrop(input.readVarLong(true), DropReason.valueOf(input.readString()));
  }
}
