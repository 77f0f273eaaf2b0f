package io.millrace.zeromq.sink;

import static io.millrace.zeromq.sink.Messages.end;
import static io.millrace.zeromq.sink.Messages.events;
import static io.millrace.zeromq.sink.Messages.pattern;
import static io.millrace.zeromq.sink.Messages.rows;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.live.LiveMessage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveMailboxTest {
  private static final long ROWS_BYTES = rows(1, 0, 0).payloadBytes();
  private static final long PATTERN_BYTES = pattern(1, 0).payloadBytes();

  private final LiveMailbox mailbox = new LiveMailbox(1 << 20, 1 << 20);

  private static List<LiveMessage> all(LiveMailbox mailbox) {
    List<LiveMessage> all = new ArrayList<>();
    for (LiveMessage m = mailbox.take(); m != null; m = mailbox.take()) {
      all.add(m);
    }
    assertThat(mailbox.isEmpty()).isTrue();
    return all;
  }

  private static void put(LiveMailbox mailbox, LiveMessage... messages) {
    for (LiveMessage message : messages) {
      mailbox.put(message);
    }
  }

  @Test
  void theNewestOfEachBlockWins() {
    LiveMessage old = rows(1, 0, 1);
    LiveMessage other = rows(1, 2, 2);
    LiveMessage newer = rows(1, 0, 3);
    LiveMessage ofOtherScan = rows(2, 0, 4);
    LiveMessage seen = pattern(1, 6);
    put(mailbox, old, other, newer, ofOtherScan, pattern(1, 5), seen);

    assertThat(all(mailbox)).containsExactly(newer, other, ofOtherScan, seen);
    assertThat(mailbox.conflated()).isEqualTo(2);
    assertThat(mailbox.dropped()).isZero();
  }

  @Test
  void whatCouldNotBeSentIsReplacedByTheNewest() {
    LiveMessage old = rows(1, 0, 1);
    LiveMessage newer = rows(1, 0, 2);
    mailbox.put(old);
    assertThat(mailbox.take()).isSameAs(old);
    assertThat(mailbox.newest(old)).isSameAs(old);
    mailbox.put(newer);
    assertThat(mailbox.newest(old)).isSameAs(newer);
    assertThat(mailbox.take()).isNull();
    assertThat(mailbox.conflated()).isEqualTo(1);

    LiveMessage once = events(1, 0, 1);
    mailbox.put(once);
    assertThat(mailbox.newest(mailbox.take())).isSameAs(once);
  }

  @Test
  void eventsAndImagesTakeTurns() {
    LiveMessage e1 = events(1, 1, 1);
    LiveMessage e2 = events(1, 2, 1);
    LiveMessage r1 = rows(1, 0, 1);
    LiveMessage r2 = rows(1, 2, 1);
    put(mailbox, e1, e2, r1, r2);
    assertThat(all(mailbox)).containsExactly(r1, e1, r2, e2);
  }

  @Test
  void tooManyEventsDropTheOldest() {
    LiveMailbox small = new LiveMailbox(1 << 20, 40);
    LiveMessage second = events(1, 2, 1, 2);
    LiveMessage third = events(1, 3, 1, 2);
    put(small, events(1, 1, 1, 2), second, third, events(1, 4, 0, 0, 0, 0, 0, 0, 0, 0));
    assertThat(small.bytes()).isEqualTo(40);
    assertThat(all(small)).containsExactly(second, third);
    assertThat(small.dropped()).isEqualTo(2);
    assertThat(small.bytes()).isZero();
  }

  @Test
  void theEndComesLastAndAllOfTheScanBeforeIt() {
    LiveMessage first = rows(1, 0, 1);
    LiveMessage seen = pattern(1, 1);
    put(mailbox, first, seen);
    assertThat(all(mailbox)).containsExactly(first, seen);

    LiveMessage last = rows(1, 2, 2);
    LiveMessage e1 = events(1, 1, 1);
    LiveMessage e2 = events(1, 2, 1);
    LiveMessage e3 = events(1, 3, 1);
    LiveMessage e4 = events(1, 4, 1);
    LiveMessage end = end(1);
    put(mailbox, e1, e2, e3, e4, last, end);
    List<LiveMessage> sent = all(mailbox);
    assertThat(sent).containsExactlyInAnyOrder(first, last, seen, e1, e2, e3, e4, end);
    assertThat(sent).last().isSameAs(end);
  }

  @Test
  void aScanUnderWayIsSentAgainAndOneThatHasEndedAFewTimes() {
    LiveMessage row = rows(1, 0, 1);
    LiveMessage end = end(1);
    mailbox.put(row);
    for (int i = 0; i < 5; i++) {
      assertThat(all(mailbox)).containsExactly(row);
      mailbox.repeat();
    }
    mailbox.put(end);
    assertThat(all(mailbox)).containsExactly(row, end);
    mailbox.repeat();
    assertThat(all(mailbox)).containsExactly(row, end);
    mailbox.repeat();
    assertThat(all(mailbox)).containsExactly(row, end);
    mailbox.repeat();
    assertThat(all(mailbox)).isEmpty();

    mailbox.showAll();
    assertThat(all(mailbox)).containsExactly(row, end);
    LiveMessage next = rows(2, 0, 1);
    mailbox.put(next);
    mailbox.showAll();
    assertThat(all(mailbox)).containsExactly(next);
  }

  @Test
  void anEndThatWaitsStaysBehindRowsThatAreSentAgain() {
    LiveMessage row = rows(1, 0, 1);
    LiveMessage end = end(1);
    put(mailbox, row, end);
    assertThat(mailbox.take()).isSameAs(row);
    mailbox.repeat();
    assertThat(all(mailbox)).containsExactly(row, end);
  }

  @Test
  void tooManyRowsForgetOlderScansAndAreThenDropped() {
    LiveMailbox small = new LiveMailbox(2 * ROWS_BYTES + PATTERN_BYTES, 1 << 20);
    LiveMessage first = rows(2, 0, 2);
    LiveMessage second = rows(2, 2, 2);
    LiveMessage seen = pattern(2, 1);
    put(small, rows(1, 0, 1), rows(1, 2, 1));
    put(small, first, second, seen);
    assertThat(small.dropped()).isEqualTo(2);
    small.put(rows(2, 4, 2));
    assertThat(small.dropped()).isEqualTo(3);
    assertThat(small.bytes()).isEqualTo(2 * ROWS_BYTES + PATTERN_BYTES);
    LiveMessage newer = rows(2, 2, 3);
    small.put(newer); // in the room of the one before
    assertThat(all(small)).containsExactly(first, newer, seen);
    assertThat(small.dropped()).isEqualTo(3);
  }

  @Test
  void aClosedOneTakesNothingAndStillHasWhatWaits() {
    LiveMessage row = rows(1, 0, 1);
    mailbox.put(row);
    mailbox.close();
    mailbox.put(rows(1, 2, 1));
    assertThat(mailbox.dropped()).isEqualTo(1);
    assertThat(all(mailbox)).containsExactly(row);
    mailbox.showAll();
    mailbox.clear(row);
    assertThat(mailbox.isEmpty()).isTrue();
    assertThat(mailbox.bytes()).isZero();
    assertThat(mailbox.dropped())
        .as("the late one, the one that waits, the taken one")
        .isEqualTo(3);
  }
}
