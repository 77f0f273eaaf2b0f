package io.millrace.zeromq.source.reader;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import zmq.Msg;
import zmq.io.Metadata;

class SlotPoolTest {
  private final SlotPool pool = new SlotPool(32, 3);

  @Test
  void onlyAPartOfTheSizeOfASectorGetsASlot() {
    assertThat(pool.allocate(31)).isNotInstanceOf(Slot.class);
    assertThat(pool.allocate(33)).isNotInstanceOf(Slot.class);
    assertThat(pool.created()).isZero();
    Msg part = pool.allocate(32);
    assertThat(part).isInstanceOf(Slot.class);
    assertThat(part.size()).isEqualTo(32);
    assertThat(part.data()).isSameAs(((Slot) part).pixels());
  }

  @Test
  void theSlotThatCameBackLastGoesFirst() {
    Slot a = slot();
    Slot b = slot();
    a.release();
    b.release();
    assertThat(slot()).isSameAs(b);
    assertThat(slot()).isSameAs(a);
    assertThat(pool.created()).isEqualTo(2);
  }

  @Test
  void keepsNoMoreThanItsCapacity() {
    Slot[] slots = IntStream.range(0, 5).mapToObj(i -> slot()).toArray(Slot[]::new);
    for (Slot slot : slots) {
      slot.release();
    }
    assertThat(slot()).isSameAs(slots[2]);
    assertThat(slot()).isSameAs(slots[1]);
    assertThat(slot()).isSameAs(slots[0]);
    assertThat(pool.created()).isEqualTo(5);
    slot();
    assertThat(pool.created()).isEqualTo(6);
  }

  @Test
  void aSlotComesBackWithoutTracesOfItsMessage() {
    Slot slot = slot();
    slot.setFlags(Msg.MORE | Msg.COMMAND);
    slot.setMetadata(new Metadata());
    slot.release();
    assertThat(slot.flags()).isZero();
    assertThat(slot.hasMore()).isFalse();
    assertThat(slot.getMetadata()).isNull();
  }

  private Slot slot() {
    return (Slot) pool.allocate(32);
  }
}
