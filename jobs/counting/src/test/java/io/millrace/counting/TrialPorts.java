package io.millrace.counting;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Free ports for the parts of trials. */
final class TrialPorts {
  private static final Random RANDOM = new Random();

  private TrialPorts() {}

  /** The first of {@code n} consecutive ports that nobody uses at this moment. */
  static int free(int n) throws IOException {
    for (int attempt = 0; attempt < 100; attempt++) {
      // Below the range from which systems give ports to outgoing connections.
      int first = 15_000 + RANDOM.nextInt(15_000);
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
