package io.millrace.ingest;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import zmq.Msg;

/**
 * Measures how fast sectors come, and throws them away: a bare PULL for each address. It is no
 * test; it is run by hand, with a producer or an aggregator in another process:
 *
 * <pre>
 *   Throughput bind    tcp://127.0.0.1:5560                       (in the place of an aggregator)
 *   Throughput connect tcp://127.0.0.1:5600 tcp://127.0.0.1:5601  (in the place of a node)
 * </pre>
 *
 * Each second it prints GB/s; it ends when nothing came for three seconds, with the mean between
 * the first and the last byte.
 */
final class Throughput {
  private static final int PATIENCE = 3;

  private Throughput() {}

  /** Runs it. */
  public static void main(String[] args) throws InterruptedException {
    LongAdder bytes = new LongAdder();
    List<Thread> threads = new ArrayList<>();
    for (int i = 1; i < args.length; i++) {
      String address = args[i];
      threads.add(new Thread(() -> pull(args[0], address, bytes)));
    }
    threads.forEach(t -> t.setDaemon(true));
    threads.forEach(Thread::start);
    long first = 0;
    long last = 0;
    long before = 0;
    for (int idle = 0; first == 0 || idle < PATIENCE; ) {
      Thread.sleep(1_000);
      long sum = bytes.sum();
      if (sum > before) {
        System.out.printf(Locale.ROOT, "%.2f GB/s%n", (sum - before) / 1e9);
        last = System.nanoTime();
        first = first == 0 ? last - 1_000_000_000 : first;
        idle = 0;
      } else {
        idle++;
      }
      before = sum;
    }
    System.out.printf(
        Locale.ROOT,
        "%.2f GB, mean about %.2f GB/s%n",
        before / 1e9,
        before / (double) (last - first));
  }

  private static void pull(String how, String address, LongAdder bytes) {
    ZMQ.Socket socket = ZMQ.context(1).socket(SocketType.PULL);
    socket.setRcvHWM(64);
    socket.setHandshakeIvl(ModuleSender.HANDSHAKE_MS);
    // Nobody looks at the pixels, so they all go into the same memory.
    ByteBuffer[] memory = new ByteBuffer[1];
    socket.setMsgAllocator(
        size -> {
          if (size < 1024) {
            return new Msg(size);
          }
          if (memory[0] == null || memory[0].capacity() != size) {
            memory[0] = ByteBuffer.allocateDirect(size);
          }
          return new Msg(memory[0]);
        });
    if (how.equals("bind")) {
      socket.bind(address);
    } else {
      socket.connect(address);
    }
    while (true) {
      bytes.add(socket.base().recv(0).size());
    }
  }
}
