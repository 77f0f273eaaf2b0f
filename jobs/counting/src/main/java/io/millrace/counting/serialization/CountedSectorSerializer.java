package io.millrace.counting.serialization;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.millrace.detector.CountedSector;
import io.millrace.detector.IntList;
import io.millrace.detector.SectorHeader;

/**
 * Writes counted sectors: the three lists with their lengths, the values of the halo, the header.
 */
public final class CountedSectorSerializer extends Serializer<CountedSector> {
  @Override
  public void write(Kryo kryo, Output output, CountedSector sector) {
    Lists.write(output, sector.events);
    Lists.write(output, sector.borderEvents);
    Lists.write(output, sector.haloPixels);
    output.writeFloats(sector.haloValues(), 0, sector.haloPixels.size());
    Lists.write(output, sector.centroids);
    SectorHeader h = sector.header;
    output.writeVarLong(h.scan, true);
    output.writeVarLong(h.frame, true);
    output.writeVarInt(h.width, true);
    output.writeVarInt(h.height, true);
    output.writeVarInt(h.x, true);
    output.writeVarInt(h.y, true);
    output.writeVarInt(h.thread, true);
    output.writeVarInt(h.module, true);
  }

  @Override
  public CountedSector read(Kryo kryo, Input input, Class<? extends CountedSector> type) {
    IntList events = Lists.read(input);
    IntList borderEvents = Lists.read(input);
    IntList haloPixels = Lists.read(input);
    float[] haloValues = input.readFloats(haloPixels.size());
    CountedSector sector =
        new CountedSector(events, borderEvents, haloPixels, haloValues, Lists.readCentroids(input));
    sector.header.set(
        input.readVarLong(true),
        input.readVarLong(true),
        input.readVarInt(true),
        input.readVarInt(true),
        input.readVarInt(true),
        input.readVarInt(true),
        input.readVarInt(true),
        input.readVarInt(true));
    return sector;
  }
}
