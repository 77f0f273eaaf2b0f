package io.millrace.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.IntList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StoredEventsTest {
  private final StoredEvents events = new StoredEvents(4);

  private int[] at(int position) {
    IntList all = new IntList(4);
    events.addTo(position, all);
    return all.toArray();
  }

  @Test
  void framesOfAPositionAreTakenTogether() {
    events.add(0, 1, new int[] {9, 5, 6, 9}, 1, 2);
    events.add(0, 2, new int[] {7}, 0, 1);
    events.add(0, 1, new int[] {8}, 0, 1);
    assertThat(at(1)).containsExactlyInAnyOrder(5, 6, 8);
    assertThat(events.frames(1)).isEqualTo(2);
    assertThat(at(2)).containsExactly(7);
    assertThat(at(0)).isEmpty();
    assertThat(events.frames(0)).isZero();
  }

  @Test
  void frameWithoutEventsIsAFrame() {
    events.add(0, 3, new int[0], 0, 0);
    assertThat(events.frames(3)).isEqualTo(1);
  }

  @Test
  void framesOfAnotherPublisherReplaceThoseOfTheFirst() {
    events.add(0, 1, new int[] {5}, 0, 1);
    events.add(0, 1, new int[] {6}, 0, 1);
    events.add(1, 1, new int[] {6}, 0, 1);
    assertThat(at(1)).containsExactly(6);
    assertThat(events.frames(1)).isEqualTo(1);
  }

  @Test
  void frameLargerThanAChunkIsKeptWhole() {
    int[] large = IntStream.range(0, 300_000).toArray();
    events.add(0, 0, new int[] {1}, 0, 1);
    events.add(0, 1, large, 0, large.length);
    events.add(0, 2, new int[] {2}, 0, 1);
    assertThat(at(1)).isEqualTo(large);
    assertThat(at(0)).containsExactly(1);
    assertThat(at(2)).containsExactly(2);
  }

  @Test
  void whatIsForgottenTakesNoMemoryAndNoMoreIsTaken() {
    events.add(0, 1, new int[] {5}, 0, 1);
    assertThat(events.bytes()).isGreaterThan(1 << 20);
    events.forget();
    assertThat(events.bytes()).isZero();
    assertThat(events.frames(1)).isZero();
    assertThat(events.add(0, 1, new int[] {5}, 0, 1)).isFalse();
  }
}
