package io.millrace.zeromq.source.reader;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The scans that have ended on a lane, by key: how many, and which were the last ones. */
final class EndedScans {
  /** More than a session makes in a day. */
  private static final int REMEMBERED = 10_000;

  private final Set<Long> last =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
              return size() > REMEMBERED;
            }
          });
  private int count;

  /**
   * @param count how many there are
   * @param last the last ones of these, oldest first
   */
  EndedScans(int count, Collection<Long> last) {
    this.count = count;
    this.last.addAll(last);
  }

  void add(long scan) {
    last.add(scan);
    count++;
  }

  boolean contains(long scan) {
    return last.contains(scan);
  }

  int count() {
    return count;
  }

  /** The last ones, oldest first. */
  List<Long> last() {
    return List.copyOf(last);
  }

  /** The highest of the last ones; {@link Long#MIN_VALUE} if there are none. */
  long highest() {
    return last.stream().mapToLong(scan -> scan).max().orElse(Long.MIN_VALUE);
  }
}
