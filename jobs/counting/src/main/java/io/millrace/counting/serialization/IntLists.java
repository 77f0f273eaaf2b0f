package io.millrace.counting.serialization;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.millrace.detector.IntList;

/** A list of ints: its length, then the ints in bulk. */
final class IntLists {
  private IntLists() {}

  static void write(Output output, IntList list) {
    output.writeVarInt(list.size(), true);
    output.writeInts(list.array(), 0, list.size());
  }

  static IntList read(Input input) {
    return IntList.of(input.readInts(input.readVarInt(true)));
  }
}
