package io.millrace.counting.serialization;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.millrace.detector.Centroids;
import io.millrace.detector.IntList;

/** A list of ints or centroids: its length, then the values in bulk. */
final class Lists {
  private Lists() {}

  static void write(Output output, IntList list) {
    output.writeVarInt(list.size(), true);
    output.writeInts(list.array(), 0, list.size());
  }

  static IntList read(Input input) {
    return IntList.of(input.readInts(input.readVarInt(true)));
  }

  static void write(Output output, Centroids list) {
    output.writeVarInt(list.size(), true);
    output.writeFloats(list.array(), 0, Centroids.FIELDS * list.size());
  }

  static Centroids readCentroids(Input input) {
    return Centroids.of(input.readFloats(Centroids.FIELDS * input.readVarInt(true)));
  }
}
