package io.millrace.counting.serialization;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.millrace.detector.CountedFrame;

/** Writes counted frames: the events with their number, then the rest. */
public final class CountedFrameSerializer extends Serializer<CountedFrame> {
  @Override
  public void write(Kryo kryo, Output output, CountedFrame frame) {
    Lists.write(output, frame.events);
    Lists.write(output, frame.centroids);
    output.writeVarLong(frame.scan, true);
    output.writeVarLong(frame.frame, true);
    output.writeVarInt(frame.width, true);
    output.writeVarInt(frame.height, true);
    output.writeVarInt(frame.x, true);
    output.writeVarInt(frame.y, true);
    output.writeVarInt(frame.mask, true);
  }

  @Override
  public CountedFrame read(Kryo kryo, Input input, Class<? extends CountedFrame> type) {
    CountedFrame frame = new CountedFrame(Lists.read(input), Lists.readCentroids(input));
    frame.scan = input.readVarLong(true);
    frame.frame = input.readVarLong(true);
    frame.width = input.readVarInt(true);
    frame.height = input.readVarInt(true);
    frame.x = input.readVarInt(true);
    frame.y = input.readVarInt(true);
    frame.mask = input.readVarInt(true);
    return frame;
  }
}
