package io.millrace.gateway.live;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many messages were lost on the way, by the numbers that each publisher counts with. What one
 * has sent before its first message here is not counted: it was for nobody.
 */
final class SequenceGaps {
  /** More than publish at a time; of older ones nothing is known any more. */
  private static final int REMEMBERED = 1_000;

  private final Map<String, Long> next =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > REMEMBERED;
        }
      };

  /**
   * Notes a message.
   *
   * @return how many of its publisher's are missing just before it
   */
  long before(String publisher, long sequence) {
    Long expected = next.get(publisher);
    if (expected != null && sequence < expected) {
      return 0; // overtaken by a later one, before which it was counted as missing
    }
    next.put(publisher, sequence + 1);
    return expected == null ? 0 : sequence - expected;
  }
}
