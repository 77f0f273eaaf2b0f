package io.millrace.counting;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Free ports for the parts of trials. Trials that run side by side never get the same ones. */
final class TrialPorts {
  /** Below the range from which systems give ports to outgoing connections. */
  private static final int FIRST = 20_000;

  private static final int LAST = 32_000;

  /** A trial's parts bind theirs later: what is handed out may still be free for the kernel. */
  private static int next = ThreadLocalRandom.current().nextInt(FIRST, LAST);

  private TrialPorts() {}

  /** The first of {@code n} consecutive ports that nobody uses and no other trial was given. */
  static synchronized int free(int n) throws IOException {
    for (int attempt = 0; attempt < 100; attempt++) {
      int first = next + n <= LAST ? next : FIRST;
      next = first + n;
      if (allFree(first, n)) {
        return first;
      }
    }
    throw new IOException("no " + n + " consecutive free ports found");
  }

  private static boolean allFree(int first, int n) throws IOException {
    List<ServerSocket> taken = new ArrayList<>();
    try {
      for (int i = 0; i < n; i++) {
        taken.add(new ServerSocket(first + i, 1, InetAddress.getLoopbackAddress()));
      }
      return true;
    } catch (IOException inUse) {
      return false;
    } finally {
      for (ServerSocket socket : taken) {
        socket.close();
      }
    }
  }
}
