package io.millrace.zeromq.source.reader;

import org.zeromq.ZContext;

/**
 * The threads that receive from the network, shared by all lanes of a job in this process. With one
 * for each of many lanes, every thread would be woken by every piece of a sector; a thread that has
 * more to do finds more each time.
 *
 * <p>One thread receives 2 to 3 GB/s; a quarter of the cores leaves the others for counting.
 */
final class NetworkThreads {
  private static final int CORES_PER_THREAD = 4;
  private static final int MOST = 16;

  private static ZContext shared;
  private static int users;

  private NetworkThreads() {}

  /** A context for the sockets of one thread; to be {@linkplain #leave left} by that. */
  static synchronized ZContext join() {
    if (users++ == 0) {
      int cores = Runtime.getRuntime().availableProcessors();
      shared = new ZContext(Math.max(1, Math.min(cores / CORES_PER_THREAD, MOST)));
    }
    return shared.shadow();
  }

  /**
   * A context with threads of its own, to be left like the others. Decryption keeps a thread busy,
   * and so may a pipe without room.
   *
   * @param threads how many
   */
  static ZContext own(int threads) {
    return new ZContext(threads);
  }

  /** Closes the sockets; with the last user the threads end. */
  static void leave(ZContext context) {
    boolean own = context.isMain();
    context.close();
    if (own) {
      return;
    }
    ZContext last = null;
    synchronized (NetworkThreads.class) {
      if (--users == 0) {
        last = shared;
        shared = null;
      }
    }
    if (last != null) {
      last.close();
    }
  }
}
