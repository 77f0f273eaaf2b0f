package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.detector.SectorHeader;
import io.millrace.detector.wire.HeaderCodec;
import io.millrace.detector.wire.LaneStatus;
import io.millrace.detector.wire.ScanEnd;
import io.millrace.detector.wire.Sequence;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutboxTest {
  private static final long SENDER = 1_000;
  private static final int MODULE = 2;
  private static final int LANES = 2;
  private static final int QUEUE = 3;
  private static final int BYTES = 16;
  private static final long SECOND = 1_000_000_000;

  private final Outbox outbox = memory(LANES, 10);
  private long now;
  private long epoch = 1;

  private static Outbox memory(int lanes, int most) {
    return new Outbox(lanes, SENDER, BYTES, most, QUEUE, Optional.empty(), false);
  }

  private boolean add(long frame) throws IOException {
    Kept room = outbox.room();
    if (room == null) {
      return false;
    }
    room.header.set(7, frame, 10, 10, (int) frame % 10, 0, 0, MODULE);
    room.memory().putLong(0, frame);
    return outbox.add(room, room.memory());
  }

  private void addAll(int from, int to) throws IOException {
    for (int frame = from; frame <= to; frame++) {
      assertThat(add(frame)).as("room for frame %d", frame).isTrue();
    }
  }

  /** What the socket would take now, in order. */
  private List<String> send(int most) {
    List<String> sent = new ArrayList<>();
    for (Kept due; sent.size() < most && (due = outbox.due()) != null; ) {
      sent.add(
          due.isEnd()
              ? "end " + due.lane + " of " + due.count
              : due.lane + "." + due.number + "=" + due.header.frame);
      if (!due.isEnd()) {
        assertThat(due.pixels().getLong(0)).as("pixels").isEqualTo(due.header.frame);
      }
      outbox.sent(due, now);
    }
    return sent;
  }

  private boolean hear(int lane, long acknowledged, long next, long resume) {
    return outbox.heard(
        new LaneStatus(MODULE, lane, epoch, SENDER, acknowledged, next, resume, false), now);
  }

  @Test
  void messagesAreNumberedByLaneAndSentInTheOrderOfTheirMaking() throws IOException {
    addAll(0, 4);
    outbox.end(7, MODULE);
    assertThat(send(100))
        .containsExactly("0.1=0", "1.1=1", "0.2=2", "1.2=3", "0.3=4", "end 0 of 3", "end 1 of 2");
    assertThat(outbox.due()).isNull();
    assertThat(outbox.unacknowledged()).isEqualTo(7);
  }

  @Test
  void theHeadTellsPlaceChecksumAndWhatIsAcknowledged() throws IOException {
    addAll(0, 2);
    send(2);
    hear(0, 1, 2, 0);
    Kept due = outbox.due();
    byte[] head = outbox.head(due);
    SectorHeader header = new SectorHeader();
    Sequence place = new Sequence();
    assertThat(new HeaderCodec().decode(head, 0, head.length, header, place)).isNull();
    assertThat(header.frame).isEqualTo(2);
    assertThat(place).hasToString("message 2 of sender 1000 into lane 0");
    assertThat(place.acknowledged).isEqualTo(1);
    CRC32C crc = new CRC32C();
    crc.update(due.pixels().duplicate().clear());
    assertThat(place.checksum).isEqualTo((int) crc.getValue()).isNotZero();
    outbox.sent(due, now);
    outbox.end(7, MODULE);
    byte[] end = outbox.head(outbox.due());
    assertThat(ScanEnd.decode(end, 0, end.length))
        .contains(new ScanEnd(7, 2, MODULE, 0, SENDER, 3, 1));
  }

  @Test
  void aLaneThatMissesAMessageGetsItAndAllThatFollowAgain() throws IOException {
    addAll(0, 5);
    send(100);
    assertThat(hear(1, 0, 2, 2)).isTrue();
    assertThat(send(100)).containsExactly("1.2=3", "1.3=5");
    assertThat(outbox.repeated()).isEqualTo(2);
  }

  /** The reader asks until it has what it asks for; the answer takes a while. */
  @Test
  void whatIsAskedForAgainAtOnceIsSentOnce() throws IOException {
    addAll(0, 5);
    send(100);
    now = 5 * SECOND;
    hear(1, 0, 2, 2);
    send(100);
    now += SECOND / 2;
    hear(1, 0, 2, 2);
    assertThat(send(100)).isEmpty();
    now += SECOND;
    hear(1, 0, 2, 2);
    assertThat(send(100)).containsExactly("1.2=3", "1.3=5");
  }

  /** It has started again; what it needs comes, message by message, for longer than a second. */
  @Test
  void whatComesAgainIsNotSentOnceMore() throws IOException {
    addAll(0, 9);
    send(100);
    now = 5 * SECOND;
    hear(1, 0, 6, 2);
    assertThat(send(100)).containsExactly("1.2=3", "1.3=5", "1.4=7", "1.5=9");
    for (int needed = 2; needed <= 5; needed++) {
      now += SECOND * 3 / 4;
      hear(1, 0, 6, needed);
      assertThat(send(100)).isEmpty();
    }
    now += SECOND;
    hear(1, 0, 6, 5);
    assertThat(send(100)).as("it was lost once more").containsExactly("1.5=9");
  }

  /** A gap that is not the one before: nothing behind it was of use. */
  @Test
  void anotherGapIsAnsweredAtOnce() throws IOException {
    addAll(0, 9);
    send(100);
    hear(1, 0, 2, 2);
    send(100);
    hear(1, 0, 4, 4);
    assertThat(send(100)).containsExactly("1.4=7", "1.5=9");
  }

  /** It tells so ten times a second, until it has heard this one. */
  @Test
  void aReaderThatKnowsTheProducerBeforeIsSentAllOnce() throws IOException {
    addAll(0, 5);
    send(100);
    LaneStatus before = new LaneStatus(MODULE, 0, 3, SENDER - 1, 8, 9, 9, false);
    outbox.heard(before, now);
    assertThat(send(100)).containsExactly("0.1=0", "0.2=2", "0.3=4");
    now += SECOND / 2;
    outbox.heard(before, now);
    assertThat(outbox.due()).isNull();
    now += SECOND;
    outbox.heard(before, now);
    assertThat(send(100)).containsExactly("0.1=0", "0.2=2", "0.3=4");
  }

  @Test
  void whatWasMissedGoesBeforeWhatWasNotSentYet() throws IOException {
    addAll(0, 5);
    send(4);
    hear(0, 0, 1, 1);
    assertThat(send(100)).containsExactly("0.1=0", "0.2=2", "0.3=4", "1.3=5");
  }

  @Test
  void aNewReaderGetsAllThatIsNotAcknowledged() throws IOException {
    addAll(0, 5);
    send(100);
    hear(0, 1, 4, 0);
    epoch = 2;
    hear(0, 1, 2, 2);
    assertThat(send(100)).containsExactly("0.2=2", "0.3=4");
    // One that knows nothing of this producer.
    outbox.heard(new LaneStatus(MODULE, 0, 3, 0, 0, 1, 1, false), now);
    assertThat(send(100)).containsExactly("0.2=2", "0.3=4");
  }

  /** What was sent before its first word waits on the way to it, and the reader asks if not. */
  @Test
  void theFirstReaderThatIsHeardIsNotSentTheSameAgain() throws IOException {
    addAll(0, 5);
    send(100);
    outbox.heard(new LaneStatus(MODULE, 0, 3, SENDER - 1, 8, 9, 0, false), now);
    assertThat(outbox.due()).isNull();
    outbox.heard(new LaneStatus(MODULE, 0, 3, SENDER - 1, 8, 9, 1, false), now);
    assertThat(send(100)).containsExactly("0.1=0", "0.2=2", "0.3=4");
  }

  /** It was lost with a reader that nobody heard, and leaves no gap. */
  @Test
  void theFirstReaderThatIsHeardAndGetsNothingIsSentItAgain() throws IOException {
    addAll(0, 5);
    send(100);
    for (long end = now + 4 * SECOND; now < end; now += SECOND / 2) {
      outbox.heard(new LaneStatus(MODULE, 0, 3, 0, 0, 1, 0, false), now);
    }
    assertThat(outbox.rewindSilent(now, 3 * SECOND)).isTrue();
    assertThat(send(100)).containsExactly("0.1=0", "0.2=2", "0.3=4");
  }

  @Test
  void aReaderThatAnotherHasReplacedIsNotHeard() throws IOException {
    addAll(0, 5);
    send(100);
    epoch = 5;
    hear(0, 1, 4, 0);
    epoch = 4;
    assertThat(hear(0, 3, 4, 1)).isFalse();
    assertThat(outbox.due()).isNull();
    assertThat(outbox.unacknowledged()).isEqualTo(5);
  }

  @Test
  void aStatusOfALaneThatIsNotThereIsOfNoUse() throws IOException {
    assertThat(hear(LANES, 0, 1, 0)).isFalse();
  }

  @Test
  void roomIsBoundedAndComesBackWithTheAcknowledgement() throws IOException {
    addAll(0, 9);
    assertThat(add(10)).isFalse();
    send(100);
    hear(0, 5, 6, 0);
    // The last ones that the socket has taken may still be on their way: 9, 8, 7, 6 and 5.
    addAll(10, 12);
    assertThat(add(13)).isFalse();
    send(100);
    addAll(13, 14);
    assertThat(add(15)).isFalse();
    assertThat(outbox.unacknowledged()).isEqualTo(10);
  }

  /** An acknowledged sector may be in the socket once more. */
  @Test
  void aBufferThatWasSentAgainIsNotWrittenWhileItMayBeOnItsWay() throws IOException {
    addAll(0, 9);
    send(100);
    hear(0, 0, 1, 1);
    assertThat(send(100)).containsExactly("0.1=0", "0.2=2", "0.3=4", "0.4=6", "0.5=8");
    hear(0, 5, 6, 0);
    // Turns 10 to 14; the last of the socket is 14, so 10 is free, and 11 to 14 are not.
    assertThat(add(10)).isTrue();
    assertThat(add(11)).isFalse();
  }

  @Test
  void aConnectionThatIsMadeAnewGetsWhatReadersAreNotKnownToHave() throws IOException {
    addAll(0, 5);
    send(100);
    hear(0, 0, 3, 0);
    outbox.rewind(now);
    assertThat(send(100)).containsExactly("1.1=1", "1.2=3", "0.3=4", "1.3=5");
  }

  @Test
  void whatAReaderDoesNotGetForLongIsSentAgain() throws IOException {
    addAll(0, 5);
    now = SECOND;
    send(100);
    assertThat(outbox.rewindSilent(now + 9 * SECOND, 3 * SECOND)).as("nobody is there").isFalse();
    hear(0, 0, 3, 0);
    hearUntil(now + 2 * SECOND);
    assertThat(outbox.rewindSilent(now, 3 * SECOND)).isFalse();
    hearUntil(now + 2 * SECOND);
    assertThat(outbox.rewindSilent(now, 3 * SECOND)).isTrue();
    assertThat(send(100)).containsExactly("0.3=4");
    assertThat(outbox.rewindSilent(now + SECOND, 3 * SECOND)).isFalse();
    hear(0, 0, 4, 0);
    assertThat(outbox.rewindSilent(now + 9 * SECOND, 3 * SECOND)).as("it has all").isFalse();
  }

  /** It tells again and again that it expects the third message. */
  private void hearUntil(long end) {
    while (now < end) {
      now += SECOND / 2;
      hear(0, 0, 3, 0);
    }
  }

  @Test
  void aReaderWithoutRoomIsNotSilent() throws IOException {
    addAll(0, 5);
    send(100);
    for (long end = now + 100 * SECOND; now < end; now += SECOND / 2) {
      outbox.heard(new LaneStatus(MODULE, 0, 1, SENDER, 0, 1, 0, true), now);
      assertThat(outbox.rewindSilent(now, 3 * SECOND)).isFalse();
    }
    hear(0, 0, 1, 0);
    assertThat(outbox.rewindSilent(now, 3 * SECOND)).as("it has room just now").isFalse();
  }

  /** Its node is paused, say: all that was sent waits before it. */
  @Test
  void aReaderThatTellsNothingIsNotSentTheSameAgain() throws IOException {
    addAll(0, 5);
    send(100);
    hear(0, 0, 3, 0);
    now += 100 * SECOND;
    assertThat(outbox.rewindSilent(now, 3 * SECOND)).isFalse();
    hear(0, 0, 3, 0);
    assertThat(outbox.rewindSilent(now, 3 * SECOND)).as("it goes on just now").isFalse();
    hearUntil(now + 3 * SECOND);
    assertThat(outbox.rewindSilent(now, 3 * SECOND)).as("and gets nothing").isTrue();
  }

  @Test
  void unusedRoomIsGivenBack() throws IOException {
    for (int i = 0; i < 100; i++) {
      outbox.giveBack(outbox.room());
    }
    addAll(0, 9);
  }

  @Test
  void pixelsThatNeverChangeAreNotCopied() throws IOException {
    ByteBuffer own = ByteBuffer.allocateDirect(BYTES);
    own.putLong(0, 4);
    Kept room = outbox.room();
    room.header.set(7, 4, 10, 10, 4, 0, 0, MODULE);
    outbox.add(room, own);
    assertThat(outbox.due().pixels()).isSameAs(own);
  }

  @Test
  void moreThanTheRingHoldsAtFirst() throws IOException {
    Outbox large = memory(1, 1_000);
    for (int frame = 0; frame < 1_000; frame++) {
      Kept room = large.room();
      room.header.set(7, frame, 10, 10, 0, 0, 0, MODULE);
      large.add(room, room.memory());
    }
    for (int frame = 0; frame < 1_000; frame++) {
      Kept due = large.due();
      assertThat(due.header.frame).isEqualTo(frame);
      assertThat(due.number).isEqualTo(frame + 1);
      large.sent(due, now);
    }
    large.heard(new LaneStatus(MODULE, 0, 1, SENDER, 990, 991, 0, false), now);
    assertThat(large.unacknowledged()).isEqualTo(10);
  }

  @Test
  void memoryThatCouldAllBeOnItsWayIsTooSmall() throws IOException {
    assertThatThrownBy(() -> memory(1, Outbox.least(QUEUE) - 1))
        .hasMessageContaining("room for 5 sectors; at least 6 are needed");
  }

  @Test
  void whatMemoryHasNoRoomForIsInFilesUntilItIsAcknowledged(@TempDir Path directory)
      throws IOException {
    try (SpilledSectors files = new SpilledSectors(directory, MODULE, BYTES, 1 << 20)) {
      Outbox small = new Outbox(1, SENDER, BYTES, 6, QUEUE, Optional.of(files), false);
      addTo(small, 20);
      assertThat(small.inFiles()).isEqualTo(14);
      assertThat(files(directory)).isEqualTo(1);
      for (int again = 0; again < 2; again++) {
        for (int frame = 0; frame < 20; frame++) {
          Kept due = small.due();
          assertThat(small.pixels(due).getLong(0)).isEqualTo(frame).isEqualTo(due.header.frame);
          small.sent(due, now);
        }
        small.rewind(now);
      }
      small.heard(new LaneStatus(MODULE, 0, 1, SENDER, 20, 21, 0, false), now);
      assertThat(small.unacknowledged()).isZero();
      assertThat(small.inFiles()).isZero();
      assertThat(files(directory)).isZero();
    }
  }

  /** Else its reader would ask for it for ever. */
  @Test
  void aSectorThatWasAlteredInItsFileIsNotSent(@TempDir Path directory) throws IOException {
    try (SpilledSectors files = new SpilledSectors(directory, MODULE, BYTES, 1 << 20)) {
      Outbox disk = new Outbox(1, SENDER, BYTES, 6, QUEUE, Optional.of(files), false);
      addTo(disk, 7);
      Path file;
      try (Stream<Path> all = Files.list(directory)) {
        file = all.findFirst().orElseThrow();
      }
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length - 1]++;
      Files.write(file, bytes);
      for (int frame = 0; frame < 6; frame++) {
        disk.sent(disk.due(), now);
      }
      assertThatThrownBy(() -> disk.pixels(disk.due()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("sector 0 of " + file + " is not what was written there");
    }
  }

  @Test
  void allSectorsAreInFilesIfTheyHaveToOutliveTheProcess(@TempDir Path directory)
      throws IOException {
    SpilledSectors files = new SpilledSectors(directory, MODULE, BYTES, 1 << 20);
    try (Outbox disk = new Outbox(1, SENDER, BYTES, 10, QUEUE, Optional.of(files), true)) {
      addTo(disk, 4);
      assertThat(disk.inFiles()).isEqualTo(4);
      assertThat(disk.due().pixels()).as("sent from memory").isNotNull();
    }
    assertThat(files(directory)).as("they stay").isEqualTo(1);
  }

  @Test
  void whenTheDiskIsFullTooTheSourceWaits(@TempDir Path directory) throws IOException {
    int record = BYTES + 100;
    SpilledSectors files = new SpilledSectors(directory, MODULE, BYTES, 3 * record);
    try (Outbox small = new Outbox(1, SENDER, BYTES, 6, QUEUE, Optional.of(files), false)) {
      int taken = 0;
      while (taken < 100 && addTo(small, 1) == 1) {
        taken++;
      }
      assertThat(taken).isGreaterThan(6).isLessThan(100);
      assertThat(small.room()).isNull();
      assertThat(small.bytes()).isEqualTo(small.mostBytes()).isEqualTo(6 * BYTES);
      assertThat(small.unacknowledged()).isEqualTo(taken);
      while (small.due() != null) {
        small.sent(small.due(), now);
      }
      small.heard(new LaneStatus(MODULE, 0, 1, SENDER, taken, taken + 1, 0, false), now);
      assertThat(small.bytes()).as("all is acknowledged").isZero();
      assertThat(small.room()).isNotNull();
    }
  }

  /** Adds frames 0 and so on; returns how many there was room for. */
  private static int addTo(Outbox box, int frames) throws IOException {
    for (int frame = 0; frame < frames; frame++) {
      Kept room = box.room();
      if (room == null) {
        return frame;
      }
      room.header.set(7, frame, 30, 10, frame, 0, 0, MODULE);
      room.memory().putLong(0, frame);
      box.add(room, room.memory());
    }
    return frames;
  }

  private static long files(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.count();
    }
  }
}
