package io.millrace.zeromq.source.reader;

import io.millrace.coordination.DaemonThreads;
import io.millrace.detector.wire.LaneStatus;
import io.millrace.sockets.ConnectedPeer;
import io.millrace.sockets.CurveKeys;
import io.millrace.zeromq.source.split.LanePosition.Heard;
import io.millrace.zeromq.source.split.LaneSplit;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * Tells the producers of a lane what has come, what is missing, and what a checkpoint covers: at
 * once when something is missing, else a few times a second. It has a thread and a socket of its
 * own, and lives longer than the lane's thread: the last checkpoint of a job comes when its lanes
 * have ended.
 */
final class LaneVoice implements AutoCloseable {
  private static final long PAUSE_MILLIS = 100;

  /** So long the same message is not asked for again: the answer is on its way. */
  private static final long ASK_NANOS = 1_000_000_000;

  private static final int QUEUE = 100;
  private static final int LINGER_MILLIS = 1_000;
  private static final int HANDSHAKE_MILLIS = 2_000;
  private static final Logger LOG = LoggerFactory.getLogger(LaneVoice.class);

  private static final class Module {
    long sender;
    long next;
    long acknowledged;
    long resume;
    long askedFor;
    long askedAt;
    boolean waiting;
  }

  private final LaneSplit split;
  private final Optional<CurveKeys> keys;
  private final long epoch;
  private final Module[] modules;
  private final ExecutorService thread;
  private boolean waiting;
  private boolean urgent;
  private boolean closed;

  /**
   * @param epoch higher than that of the reader whose checkpoint the lane begins from
   * @param keys with which it is encrypted; empty for none
   */
  LaneVoice(LaneSplit split, long epoch, Optional<CurveKeys> keys) {
    this.split = split;
    this.epoch = epoch;
    this.keys = keys;
    modules = new Module[split.endpoints().size()];
    for (int m = 0; m < modules.length; m++) {
      Heard heard = split.position().heard(m);
      modules[m] = new Module();
      modules[m].sender = heard.sender();
      modules[m].next = heard.next();
      modules[m].acknowledged = heard.finished();
      // Who has heard nobody has nothing to go on from: what was sent may be on its way.
      modules[m].resume = heard.sender() == 0 ? 0 : heard.finished() + 1;
    }
    thread =
        Executors.newSingleThreadExecutor(new DaemonThreads("lane-" + split.lane() + "-voice"));
    if (!split.statuses().isEmpty()) {
      thread.execute(this::talk);
    }
  }

  /** Which life of the lane's reader it is. */
  long epoch() {
    return epoch;
  }

  /**
   * A message has come in order, or one that was needed again.
   *
   * @param next the message that is expected
   * @param needed the first of those that are needed again and have not come; 0 if there is none
   */
  synchronized void heard(int module, long sender, long next, long needed) {
    Module m = modules[module];
    if (sender != m.sender) {
      m.sender = sender;
      m.acknowledged = 0;
    }
    m.next = next;
    m.resume = needed;
  }

  /** Asks for a message, and all that follow. */
  synchronized void ask(int module, long sender, long resume) {
    Module m = modules[module];
    if (sender != m.sender) {
      m.sender = sender;
      m.next = resume;
      m.acknowledged = 0;
    }
    long now = System.nanoTime();
    if (m.askedFor == resume && now - m.askedAt < ASK_NANOS) {
      return;
    }
    m.askedFor = resume;
    m.askedAt = now;
    m.resume = resume;
    urgent = true;
    notifyAll();
  }

  /** All up to this message are in a checkpoint that is complete. */
  synchronized void acknowledge(int module, long sender, long number) {
    Module m = modules[module];
    if (sender == m.sender) {
      m.acknowledged = Math.max(m.acknowledged, number);
    }
  }

  /** Whether the task has not taken yet what was received. */
  synchronized void waiting(boolean waiting) {
    this.waiting = waiting;
  }

  /**
   * Whether a module has no room for what comes. The others are not: what they may lack is perhaps
   * just what this one's sectors wait for.
   */
  synchronized void waiting(int module, boolean waiting) {
    modules[module].waiting = waiting;
  }

  private synchronized LaneStatus status(int module) {
    Module m = modules[module];
    return new LaneStatus(
        module,
        split.lane(),
        epoch,
        m.sender,
        m.acknowledged,
        m.next,
        m.resume,
        waiting || m.waiting);
  }

  private void talk() {
    try (ZContext zmq = new ZContext(1)) {
      ZMQ.Socket socket = zmq.createSocket(SocketType.PUSH);
      socket.setSndHWM(QUEUE);
      socket.setLinger(LINGER_MILLIS);
      socket.setHandshakeIvl(HANDSHAKE_MILLIS);
      socket.setReconnectIVL(100);
      socket.setReconnectIVLMax(2_000);
      if (keys.isPresent()) {
        keys.get().connect(socket);
      }
      ConnectedPeer aggregator = new ConnectedPeer(keys.isPresent());
      aggregator.watch(socket.base());
      socket.connect(split.statuses());
      zmq.setLinger(LINGER_MILLIS);
      boolean last = false;
      while (!last) {
        last = rest();
        if (aggregator.mend()) {
          socket.connect(split.statuses()); // refused, say; the lane's pipes tell why
        }
        for (int m = 0; m < modules.length; m++) {
          socket.send(status(m).encode(), ZMQ.DONTWAIT); // the next one tells the same and more
        }
      }
    } catch (IOException e) {
      LOG.error("Lane {} cannot acknowledge: {}", split.lane(), e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns true when it is time for the last words. */
  private synchronized boolean rest() throws InterruptedException {
    if (!urgent && !closed) {
      wait(PAUSE_MILLIS);
    }
    urgent = false;
    return closed;
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
    thread.shutdown();
  }
}
