package io.millrace.zeromq.sink;

import static io.millrace.zeromq.sink.Messages.end;
import static io.millrace.zeromq.sink.Messages.events;
import static io.millrace.zeromq.sink.Messages.pattern;
import static io.millrace.zeromq.sink.Messages.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.detector.live.LiveCodec;
import io.millrace.detector.live.LiveEnd;
import io.millrace.detector.live.LiveEvents;
import io.millrace.detector.live.LiveFormatException;
import io.millrace.detector.live.LiveMessage;
import io.millrace.detector.live.LivePattern;
import io.millrace.detector.live.LiveRows;
import io.millrace.detector.live.LiveSent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

class LivePublisherTest {
  private static final Duration RARELY = Duration.ofHours(1);

  private final LiveMailbox mailbox = new LiveMailbox(1 << 24, 1 << 20);
  private ZContext zmq = new ZContext(1);
  private ZMQ.Socket gateway;
  private String address;
  private LivePublisher publisher;

  @AfterEach
  void close() {
    if (publisher != null) {
      publisher.close(Duration.ZERO);
    }
    zmq.close();
  }

  private void listen(String where, String topic) {
    gateway = zmq.createSocket(SocketType.SUB);
    gateway.setReceiveTimeOut(10_000);
    gateway.setRcvHWM(4);
    gateway.subscribe(topic);
    gateway.bind(where);
    address = gateway.getLastEndpoint();
  }

  private void publish(Duration keyFrames) throws IOException {
    Configuration options = new Configuration();
    options.set(ZeroMqSinkOptions.KEY_FRAME_INTERVAL, keyFrames);
    publisher = new LivePublisher(address, "night", options, Optional.empty(), mailbox);
  }

  /** A socket that is bound takes in who connects when it is used. */
  private void awaitSubscription() {
    await().until(() -> gateway.getEvents() >= 0 && publisher.subscribers() == 1);
  }

  private LiveSent receive() throws LiveFormatException {
    List<byte[]> parts = new ArrayList<>();
    do {
      byte[] part = gateway.recv();
      assertThat(part).as("part %d of a message", parts.size()).isNotNull();
      parts.add(part);
    } while (gateway.hasReceiveMore());
    return LiveCodec.decode(parts);
  }

  private LiveMessage receiveUntil(Predicate<LiveMessage> wanted) throws LiveFormatException {
    LiveMessage message = receive().message();
    while (!wanted.test(message)) {
      message = receive().message();
    }
    return message;
  }

  @Test
  void messagesArriveNumberedAndInOrder() throws Exception {
    listen("tcp://127.0.0.1:*", "millrace/1/");
    mailbox.put(rows(7, 0, 1));
    mailbox.put(pattern(7, 2));
    mailbox.put(events(7, 3, 1, 2));
    mailbox.put(end(7));
    publish(RARELY);

    LiveSent first = receive();
    assertThat(first.message()).usingRecursiveComparison().isEqualTo(rows(7, 0, 1));
    assertThat(first.session()).isEqualTo("night");
    LiveSent second = receive();
    assertThat(second.message()).usingRecursiveComparison().isEqualTo(events(7, 3, 1, 2));
    assertThat(receive().message()).usingRecursiveComparison().isEqualTo(pattern(7, 2));
    LiveSent last = receive();
    assertThat(last.message()).usingRecursiveComparison().isEqualTo(end(7));
    assertThat(last.sequence()).isEqualTo(first.sequence() + 3);
    assertThat(last.publisher()).isEqualTo(first.publisher());
    await().until(() -> publisher.sent() == 4);
    assertThat(publisher.subscribers()).isOne();
    assertThat(publisher.bytes()).isGreaterThan(rows(7, 0, 1).payloadBytes());
    assertThat(mailbox.dropped()).isZero();
  }

  @Test
  void whoSubscribesToAnotherSessionIsNoSubscriber() throws Exception {
    listen("tcp://127.0.0.1:*", "millrace/1/other");
    publish(RARELY);
    mailbox.put(rows(7, 0, 1));
    gateway.subscribe("millrace/1/night");
    assertThat(receive().message()).isInstanceOf(LiveRows.class);
    gateway.unsubscribe("millrace/1/night");
    await().until(() -> publisher.subscribers() == 0);
  }

  @Test
  void allIsSentAgainFromTimeToTime() throws Exception {
    listen("tcp://127.0.0.1:*", "");
    mailbox.put(rows(7, 0, 1));
    publish(Duration.ofMillis(100));
    for (int i = 0; i < 3; i++) {
      assertThat(receive().message()).usingRecursiveComparison().isEqualTo(rows(7, 0, 1));
    }
  }

  @Test
  void aGatewayThatComesBackIsSentAll() throws Exception {
    listen("tcp://127.0.0.1:*", "");
    publish(RARELY);
    mailbox.put(rows(7, 0, 1));
    mailbox.put(rows(7, 2, 1));
    receive();
    receive();
    zmq.close();
    await().until(() -> publisher.subscribers() == 0);

    mailbox.put(rows(7, 2, 2));
    mailbox.put(rows(7, 2, 3));
    zmq = new ZContext(1);
    listen(address, "");
    // What waited anyway comes first.
    assertThat(receive().message()).usingRecursiveComparison().isEqualTo(rows(7, 2, 3));
    LiveSent last = receive();
    assertThat(last.message()).usingRecursiveComparison().isEqualTo(rows(7, 0, 1));
    assertThat(last.sequence()).isEqualTo(3); // nothing was lost, but conflated
    assertThat(mailbox.conflated()).isPositive();
  }

  /** What it does not take stays bounded, the newest arrives, and what was lost shows as a gap. */
  @Test
  void aGatewayThatStallsHoldsNobodyUp() throws Exception {
    listen("tcp://127.0.0.1:*", "");
    publish(RARELY);
    mailbox.put(pattern(7, 0));
    receive();

    // More than the buffers of sockets and kernel hold: until some had to be dropped.
    int[] many = new int[16_000];
    int put = 0;
    while (mailbox.dropped() == 0) {
      mailbox.put(events(7, put % 32, many));
      mailbox.put(pattern(7, ++put));
      assertThat(put).as("messages that found room").isLessThan(10_000);
    }
    assertThat(mailbox.bytes()).isLessThanOrEqualTo((1 << 20) + pattern(7, 0).payloadBytes());
    mailbox.put(end(7));

    LiveSent next = receive();
    long first = next.sequence();
    long received = 1;
    LivePattern newest = null;
    while (!(next.message() instanceof LiveEnd)) {
      if (next.message() instanceof LivePattern pattern) {
        newest = pattern;
      }
      next = receive();
      received++;
    }
    assertThat(newest).isNotNull();
    assertThat(newest.pixels()[0]).isEqualTo(put);
    long missed = next.sequence() - first + 1 - received;
    assertThat(missed).isEqualTo(mailbox.dropped());
    assertThat(mailbox.conflated()).isPositive();
  }

  @Test
  void theEndOfTheStreamWaitsForWhatIsLeft() throws Exception {
    listen("tcp://127.0.0.1:*", "");
    publish(RARELY);
    awaitSubscription();
    for (int i = 0; i < 32; i++) {
      mailbox.put(events(7, i, 1));
    }
    mailbox.put(end(7));
    publisher.close(Duration.ofSeconds(10));
    for (int i = 0; i < 32; i++) {
      LiveMessage message = receiveUntil(m -> m instanceof LiveEvents);
      assertThat(((LiveEvents) message).position()).containsExactly(i);
    }
    assertThat(receive().message()).isInstanceOf(LiveEnd.class);
  }

  @Test
  void theEndOfTheStreamDoesNotWaitForNobody() throws Exception {
    listen("tcp://127.0.0.1:*", "");
    zmq.close();
    publish(RARELY);
    mailbox.put(rows(7, 0, 1));
    long begin = System.nanoTime();
    publisher.close(Duration.ofMinutes(1));
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
    assertThat(mailbox.bytes()).isZero();
    assertThat(mailbox.dropped()).isOne();
  }

  @Test
  void theEndOfTheStreamHasADeadline() throws Exception {
    listen("tcp://127.0.0.1:*", "");
    publish(RARELY);
    awaitSubscription();
    int[] many = new int[16_000];
    for (int i = 0; mailbox.dropped() == 0; i++) {
      mailbox.put(events(7, i % 32, many)); // nobody takes them
    }
    long begin = System.nanoTime();
    publisher.close(Duration.ofMillis(300));
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
  }
}
