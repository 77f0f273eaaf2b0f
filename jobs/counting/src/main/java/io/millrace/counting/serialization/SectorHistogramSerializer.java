package io.millrace.counting.serialization;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.millrace.operators.calibration.PixelHistogram;
import io.millrace.operators.calibration.SectorHistogram;

/** Writes histograms from the smallest value that occurs to the largest. */
public final class SectorHistogramSerializer extends Serializer<SectorHistogram> {
  @Override
  public void write(Kryo kryo, Output output, SectorHistogram sector) {
    PixelHistogram histogram = sector.histogram();
    output.writeVarLong(sector.scan(), true);
    output.writeVarLong(sector.frame(), true);
    output.writeVarInt(sector.module(), true);
    output.writeVarInt(histogram.first(), true);
    output.writeVarInt(histogram.counts().length, true);
    for (long count : histogram.counts()) {
      output.writeVarLong(count, true);
    }
  }

  @Override
  public SectorHistogram read(Kryo kryo, Input input, Class<? extends SectorHistogram> type) {
    long scan = input.readVarLong(true);
    long frame = input.readVarLong(true);
    int module = input.readVarInt(true);
    int first = input.readVarInt(true);
    long[] counts = new long[input.readVarInt(true)];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = input.readVarLong(true);
    }
    return new SectorHistogram(scan, frame, module, new PixelHistogram(first, counts));
  }
}
