package io.millrace.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import zmq.Msg;

/** Drives the peers of a lane as JeroMQ's I/O thread does. */
class LanePeersTest {
  private static final int BYTES = 16;
  private static final int MOST = 4;

  private final RelayBuffers pool = new RelayBuffers(BYTES, MOST);
  private final LanePeers peers = new LanePeers();

  @Test
  void aBufferIsFreeWhenTheOnlyPeerAsksForTheNext() {
    peers.accepted("a");
    RelayBuffer first = sent();
    first.buf();
    assertThat(pool.free()).isZero();
    RelayBuffer second = sent();
    assertThat(pool.free()).as("second waits in the queue").isZero();
    second.buf();
    assertThat(pool.free()).isEqualTo(1);
    assertThat(pool.allocate(BYTES)).isSameAs(first);
  }

  @Test
  void aBufferThatIsAskedForTwiceIsStillBeingWritten() {
    peers.accepted("a");
    RelayBuffer first = sent();
    first.buf();
    first.buf();
    assertThat(pool.free()).isZero();
  }

  @Test
  void whileThereAreTwoPeersNothingIsReleased() {
    peers.accepted("a");
    sent().buf();
    peers.accepted("b");
    sent().buf();
    sent().buf();
    assertThat(pool.free()).isZero();
  }

  @Test
  void afterAnotherPeerHasLeftOnlyWhatWasBegunSinceIsReleased() {
    peers.accepted("a");
    peers.accepted("b");
    sent().buf();
    peers.disconnected("b");
    RelayBuffer begun = sent();
    begun.buf();
    assertThat(pool.free()).as("the one before may be a's, half written").isZero();
    sent().buf();
    assertThat(pool.free()).isEqualTo(1);
    assertThat(pool.allocate(BYTES)).isSameAs(begun);
  }

  @Test
  void whatABrokenConnectionWroteIsNotReleased() {
    peers.accepted("a");
    sent().buf();
    peers.disconnected("a");
    peers.accepted("b");
    sent().buf();
    assertThat(pool.free()).isZero();
  }

  @Test
  void aBufferComesBackAsNew() {
    RelayBuffer buffer = (RelayBuffer) pool.allocate(BYTES);
    buffer.setFlags(Msg.MORE);
    buffer.into(peers).release();
    assertThat(pool.allocate(BYTES)).isSameAs(buffer);
    assertThat(buffer.hasMore()).isFalse();
    peers.accepted("a");
    buffer.buf();
    sent().buf();
    assertThat(pool.free()).as("it was not sent into the lane this time").isZero();
  }

  @Test
  void partsOfAnotherSizeHaveMemoryOfTheirOwn() {
    assertThat(pool.allocate(BYTES - 1)).isNotInstanceOf(RelayBuffer.class);
    assertThat(pool.sectors()).isZero();
  }

  @Test
  void sectorsBeyondTheMostAreOfTheHeapUsedOnceAndCounted() {
    peers.accepted("a");
    for (int i = 0; i < MOST; i++) {
      assertThat(pool.allocate(BYTES).buf().isDirect()).isTrue();
    }
    assertThat(pool.beyond()).isZero();
    RelayBuffer beyond = sent();
    assertThat(beyond.size()).isEqualTo(BYTES);
    assertThat(beyond.buf().isDirect()).isFalse();
    sent().buf();
    assertThat(pool.free()).as("none came back").isZero();
    assertThat(pool.beyond()).isEqualTo(2);
    assertThat(pool.sectors()).isEqualTo(MOST + 2);
    assertThat(pool.made()).isEqualTo(MOST);
  }

  @Test
  void everySectorThatIsBegunCountsOnceHoweverManyPeersThereAre() {
    peers.accepted("a");
    RelayBuffer first = sent();
    assertThat(peers.begun()).isZero();
    first.buf();
    first.buf();
    assertThat(peers.begun()).isEqualTo(1);
    sent().buf();
    assertThat(pool.allocate(BYTES)).isSameAs(first);
    first.buf();
    assertThat(peers.begun()).as("what is received into it is not sent").isEqualTo(2);
    first.into(peers).buf();
    peers.accepted("b");
    sent().buf();
    assertThat(peers.begun()).isEqualTo(4);
  }

  private RelayBuffer sent() {
    return ((RelayBuffer) pool.allocate(BYTES)).into(peers);
  }
}
