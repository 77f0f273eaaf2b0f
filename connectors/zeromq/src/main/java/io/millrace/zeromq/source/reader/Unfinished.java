package io.millrace.zeromq.source.reader;

import java.util.Arrays;
import java.util.List;

/**
 * The messages of one module's producer that the task has, and is not done with. As few as it has
 * slots, and mostly none. Belongs to the task thread.
 */
final class Unfinished {
  private final Runnable finished;
  private long[] numbers = new long[16];
  private int size;

  /**
   * @param finished told each time that a message is done with
   */
  Unfinished(Runnable finished) {
    this.finished = finished;
  }

  void add(long number) {
    if (size == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * size);
    }
    numbers[size++] = number;
  }

  void remove(long number) {
    for (int i = size - 1; i >= 0; i--) {
      if (numbers[i] == number) {
        numbers[i] = numbers[--size];
        finished.run();
        return;
      }
    }
  }

  /** The lowest, or {@code next} if there is none: all below it are done with. */
  long lowest(long next) {
    long lowest = next;
    for (int i = 0; i < size; i++) {
      lowest = Math.min(lowest, numbers[i]);
    }
    return lowest;
  }

  /** In ascending order. */
  List<Long> all() {
    return Arrays.stream(numbers, 0, size).sorted().boxed().toList();
  }
}
