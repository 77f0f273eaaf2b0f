package io.millrace.counting.serialization;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.millrace.detector.CountedSector;
import io.millrace.operators.assembly.FrameBlock;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the state of a block: which frames have left and how, and the sectors that wait. Begins
 * with a version, because it is what a savepoint holds.
 */
public final class FrameBlockSerializer extends Serializer<FrameBlock> {
  private static final int VERSION = 1;

  private final CountedSectorSerializer sectors = new CountedSectorSerializer();

  @Override
  public void write(Kryo kryo, Output output, FrameBlock block) {
    output.writeByte(VERSION);
    output.writeVarInt(block.modules(), true);
    output.writeVarInt(block.width(), true);
    output.writeVarInt(block.height(), true);
    output.writeLong(block.done());
    byte[] masks = block.incompleteMasks();
    output.writeVarInt(masks == null ? 0 : masks.length, true);
    if (masks != null) {
      output.writeBytes(masks);
    }
    List<CountedSector> pending = block.pending();
    output.writeVarInt(pending.size(), true);
    for (CountedSector sector : pending) {
      sectors.write(kryo, output, sector);
    }
  }

  @Override
  public FrameBlock read(Kryo kryo, Input input, Class<? extends FrameBlock> type) {
    int version = input.readByte();
    if (version != VERSION) {
      throw new KryoException(
          "a block of frames is of version %d, and this job reads %d; start without its savepoint"
              .formatted(version, VERSION));
    }
    int modules = input.readVarInt(true);
    int width = input.readVarInt(true);
    int height = input.readVarInt(true);
    long done = input.readLong();
    int n = input.readVarInt(true);
    byte[] masks = n == 0 ? null : input.readBytes(n);
    List<CountedSector> pending = new ArrayList<>();
    for (int i = input.readVarInt(true); i > 0; i--) {
      pending.add(sectors.read(kryo, input, CountedSector.class));
    }
    return new FrameBlock(modules, width, height, done, masks, pending);
  }

  @Override
  public FrameBlock copy(Kryo kryo, FrameBlock block) {
    return new FrameBlock(
        block.modules(),
        block.width(),
        block.height(),
        block.done(),
        block.incompleteMasks() == null ? null : block.incompleteMasks().clone(),
        block.pending());
  }
}
