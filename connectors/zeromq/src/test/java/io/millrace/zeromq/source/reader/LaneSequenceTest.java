package io.millrace.zeromq.source.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.detector.wire.Sequence;
import io.millrace.zeromq.source.reader.LaneSequence.Verdict;
import io.millrace.zeromq.source.split.LanePosition.Heard;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaneSequenceTest {
  private final List<Long> givenUp = new ArrayList<>();
  private LaneSequence lane = new LaneSequence(Heard.NOTHING);

  private Verdict judge(long sender, long number, long acknowledged) {
    Sequence message = new Sequence().set(0, sender, number, acknowledged, 0);
    givenUp.addAll(lane.follow(message));
    Verdict verdict = lane.judge(message);
    if (verdict == Verdict.NEXT || verdict == Verdict.AGAIN) {
      lane.take(number);
    }
    return verdict;
  }

  @Test
  void messagesAreTakenInTheirOrderAndOnce() {
    assertThat(judge(5, 1, 0)).isEqualTo(Verdict.NEXT);
    assertThat(judge(5, 1, 0)).isEqualTo(Verdict.REPEATED);
    assertThat(judge(5, 3, 0)).isEqualTo(Verdict.GAP);
    assertThat(lane.resume()).isEqualTo(2);
    assertThat(judge(5, 2, 0)).isEqualTo(Verdict.NEXT);
    assertThat(judge(5, 3, 0)).isEqualTo(Verdict.NEXT);
    assertThat(lane.next()).isEqualTo(4);
  }

  /** The message was on its way when this reader began; those before it are still kept. */
  @Test
  void aReaderThatKnowsNothingBeginsBehindWhatIsAcknowledged() {
    assertThat(judge(5, 150, 100)).isEqualTo(Verdict.GAP);
    assertThat(lane.resume()).isEqualTo(101);
    assertThat(judge(5, 101, 100)).isEqualTo(Verdict.NEXT);
  }

  @Test
  void anotherProducerTakesThePlaceOfTheFirst() {
    assertThat(judge(5, 1, 0)).isEqualTo(Verdict.NEXT);
    assertThat(judge(6, 1, 0)).isEqualTo(Verdict.NEXT);
    assertThat(judge(5, 2, 0)).isEqualTo(Verdict.STALE);
    assertThat(judge(6, 2, 0)).isEqualTo(Verdict.NEXT);
  }

  @Test
  void whatNoCheckpointHasIsTakenOnceMore() {
    lane = new LaneSequence(new Heard(5, 10, List.of(4L, 7L)));
    assertThat(lane.resume()).isEqualTo(4);
    assertThat(judge(5, 10, 3)).isEqualTo(Verdict.NEXT);
    assertThat(judge(5, 4, 3)).isEqualTo(Verdict.AGAIN);
    assertThat(judge(5, 5, 3)).isEqualTo(Verdict.REPEATED);
    assertThat(lane.resume()).isEqualTo(7);
    assertThat(judge(5, 7, 3)).isEqualTo(Verdict.AGAIN);
    assertThat(judge(5, 7, 3)).isEqualTo(Verdict.REPEATED);
    assertThat(lane.unfinished()).isZero();
    assertThat(lane.resume()).isEqualTo(11);
  }

  @Test
  void whatAnotherProducerDoesNotHaveIsNotWaitedFor() {
    lane = new LaneSequence(new Heard(5, 10, List.of(4L, 7L)));
    assertThat(judge(6, 1, 0)).isEqualTo(Verdict.NEXT);
    assertThat(lane.unfinished()).isZero();
    assertThat(givenUp).containsExactly(4L, 7L);
    assertThat(lane.sender()).isEqualTo(6);
    assertThat(lane.next()).isEqualTo(2);
  }

  /** A job without state, to which old messages were on their way when it began. */
  @Test
  void whatTheSameProducerDoesNotHaveAnyMoreIsNotWaitedFor() {
    assertThat(judge(5, 50, 0)).isEqualTo(Verdict.GAP);
    assertThat(judge(5, 150, 100)).isEqualTo(Verdict.GAP);
    assertThat(lane.resume()).isEqualTo(101);
    assertThat(judge(5, 60, 0)).isEqualTo(Verdict.REPEATED);
    assertThat(judge(5, 101, 100)).isEqualTo(Verdict.NEXT);
  }

  /** A job that began with an old savepoint. */
  @Test
  void whatIsNeededAgainAndWasAcknowledgedIsGivenUp() {
    lane = new LaneSequence(new Heard(5, 10, List.of(4L, 7L)));
    assertThat(judge(5, 4, 3)).isEqualTo(Verdict.AGAIN);
    assertThat(judge(5, 10, 6)).isEqualTo(Verdict.NEXT);
    assertThat(givenUp).isEmpty();
    assertThat(judge(5, 20, 19)).isEqualTo(Verdict.NEXT);
    assertThat(givenUp).containsExactly(7L);
    assertThat(lane.unfinished()).isZero();
  }
}
