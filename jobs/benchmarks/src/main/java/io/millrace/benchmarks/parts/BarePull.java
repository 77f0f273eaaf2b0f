package io.millrace.benchmarks.parts;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.wire.Announcement;
import io.millrace.detector.wire.Gathering;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import zmq.Msg;
import zmq.msg.MsgAllocator;

/**
 * The limit: the least that a receiver of sectors can do with JeroMQ. It takes them into pooled
 * byte arrays and throws them away, without a look at them. A program of its own:
 *
 * <pre>
 *   BarePull bind    tcp://127.0.0.1:5560,tcp://127.0.0.1:5561,...      in the place of an aggregator
 *   BarePull connect tcp://127.0.0.1:5600,... tcp://127.0.0.1:5604,...  in the place of a node
 * </pre>
 *
 * Each argument is a lane: a thread with a PULL socket for each of its addresses, as the lanes of
 * the Flink source are; all lanes share their network threads, as those do. When all that was
 * announced of a scan is there, a line of JSON tells it; scans must not overlap. It runs until it
 * is killed.
 */
public final class BarePull {
  private static final int SECTOR_BYTES = DetectorDescription.load("4d-camera").sectorBytes();

  // As the lanes of the Flink source have them.
  private static final int HIGH_WATER_MARK = 16;
  private static final int CORES_PER_NETWORK_THREAD = 4;
  private static final int MOST_NETWORK_THREADS = 16;
  private static final int TURN = 4;
  private static final int POLL_MILLIS = 20;

  private static final int HANDSHAKE_MILLIS = 2_000;

  private BarePull() {}

  /** Runs it. */
  public static void main(String[] args) {
    boolean bind = args[0].equals("bind");
    List<List<String>> lanes =
        Arrays.stream(args).skip(1).map(lane -> List.of(lane.split(","))).toList();
    Tally tally = new Tally(lanes.stream().mapToInt(List::size).sum());
    // If one thread fails, the whole is of no use any more; the message names the address.
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> {
          System.err.printf("%s: %s%n", thread.getName(), failure);
          System.exit(1);
        });
    int cores = Runtime.getRuntime().availableProcessors();
    ZContext zmq =
        new ZContext(Math.max(1, Math.min(cores / CORES_PER_NETWORK_THREAD, MOST_NETWORK_THREADS)));
    for (List<String> lane : lanes) {
      new Thread(() -> pull(zmq.shadow(), bind, lane, tally), lane.get(0)).start();
    }
  }

  private static void pull(ZContext zmq, boolean bind, List<String> endpoints, Tally tally) {
    Pool pool = new Pool();
    try (zmq) {
      ZMQ.Poller poller = zmq.createPoller(endpoints.size());
      List<ZMQ.Socket> sockets = new ArrayList<>();
      for (String endpoint : endpoints) {
        ZMQ.Socket socket = zmq.createSocket(SocketType.PULL);
        socket.setMsgAllocator(pool);
        socket.setRcvHWM(HIGH_WATER_MARK);
        socket.setHandshakeIvl(HANDSHAKE_MILLIS);
        if (bind) {
          socket.bind(endpoint);
        } else {
          socket.connect(endpoint);
        }
        poller.register(socket, ZMQ.Poller.POLLIN);
        sockets.add(socket);
      }
      tally.ready(endpoints);
      Predicate<ZMQ.Socket> take = socket -> take(socket, tally);
      // Without it JeroMQ's wake-ups cost more than receiving: that would be no limit.
      Gathering gathering = new Gathering(HIGH_WATER_MARK);
      int taken = 0;
      while (true) {
        boolean any = false;
        for (ZMQ.Socket socket : sockets) {
          for (int i = 0; i < TURN && take.test(socket); i++) {
            any = true;
            taken++;
          }
        }
        if (any) {
          continue;
        }
        if (taken > 0) {
          gathering.stayAway(taken);
          taken = 0;
        } else {
          poller.poll(POLL_MILLIS);
        }
      }
    }
  }

  private static boolean take(ZMQ.Socket socket, Tally tally) {
    Msg first = socket.base().recv(ZMQ.DONTWAIT);
    if (first == null) {
      return false;
    }
    if (first.hasMore()) {
      Msg pixels = socket.base().recv(0);
      if (pixels.hasMore() || !(pixels instanceof Slot slot)) {
        throw new IllegalStateException("received what is no sector: " + pixels);
      }
      slot.release();
      tally.sector();
    } else {
      tally.announced(Announcement.decode(first.data(), 0, first.size()).orElseThrow());
    }
    return true;
  }

  /** What has come of the present scan, from all lanes. */
  private static final class Tally {
    private final int endpoints;
    private int ready;
    private int announcements;
    private long scan;
    private long announced;
    private long received;
    private Instant first;
    private Instant last;

    Tally(int endpoints) {
      this.endpoints = endpoints;
    }

    synchronized void ready(List<String> lane) {
      ready += lane.size();
      if (ready == endpoints) {
        System.out.println("ready");
      }
    }

    synchronized void sector() {
      last = Instant.now();
      if (received++ == 0) {
        first = last;
      }
      tellIfAllThere();
    }

    /** Each address announces each scan once: before its sectors, or behind them. */
    synchronized void announced(Announcement announcement) {
      announcement
          .counts()
          .forEach(
              (number, count) -> {
                scan = number;
                announced += count;
              });
      announcements++;
      tellIfAllThere();
    }

    private void tellIfAllThere() {
      if (announcements < endpoints || received < announced) {
        return;
      }
      System.out.println(
          "{\"scan\":%d,\"sectors\":%d,\"first\":\"%s\",\"last\":\"%s\"}"
              .formatted(scan, received, first, last));
      announcements = 0;
      announced = 0;
      received = 0;
    }
  }

  /** A piece of memory for a sector, that JeroMQ receives into. */
  private static final class Slot extends Msg {
    private static final int ALL_FLAGS = -1;

    private final Pool pool;

    Slot(Pool pool) {
      super(new byte[SECTOR_BYTES]);
      this.pool = pool;
    }

    void release() {
      resetFlags(ALL_FLAGS);
      resetMetadata();
      pool.put(this);
    }
  }

  /** Free slots, last in first out: so the same few stay in the processor's cache. */
  private static final class Pool implements MsgAllocator {
    private final Deque<Slot> free = new ArrayDeque<>();

    @Override
    public Msg allocate(int size) {
      return size == SECTOR_BYTES ? take() : new Msg(size);
    }

    private synchronized Slot take() {
      Slot slot = free.pollFirst();
      return slot == null ? new Slot(this) : slot;
    }

    synchronized void put(Slot slot) {
      free.addFirst(slot);
    }
  }
}
