package io.millrace.benchmarks.curve;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;

/**
 * Sectors from a PUSH socket to a PULL socket over loopback, in this process, so that its processor
 * time is that of both ends. A new connection each time.
 *
 * @param encrypted whether both have CURVE keys
 */
record Hop(boolean encrypted) {
  private static final int QUEUE = 16;
  private static final int DEADLINE_MS = 60_000;

  /** JeroMQ loses a handshake now and then, and what was sent into it. */
  private static final int HANDSHAKE_MS = 2_000;

  /**
   * What was measured.
   *
   * @param bytes of pixels
   * @param cpuNanos processor time of all threads
   * @param nanos from the first sector until the last one was there
   */
  record Turn(long bytes, long cpuNanos, long nanos) {
    double cpuSecondsPerGigabyte() {
      return cpuNanos / (double) bytes;
    }

    double gigabytesPerSecond() {
      return bytes / (double) nanos;
    }
  }

  /**
   * Sends sectors.
   *
   * @param sectors how many
   * @param sectorBytes length of each
   * @throws IOException if one does not arrive
   */
  Turn measure(int sectors, int sectorBytes) throws IOException, InterruptedException {
    ZMQ.Context context = ZMQ.context(2);
    try (ZMQ.Socket pull = context.socket(SocketType.PULL);
        ZMQ.Socket push = context.socket(SocketType.PUSH)) {
      pull.setAffinity(1);
      push.setAffinity(2);
      for (ZMQ.Socket socket : new ZMQ.Socket[] {pull, push}) {
        socket.setLinger(0);
        socket.setHandshakeIvl(HANDSHAKE_MS);
        socket.setReceiveTimeOut(DEADLINE_MS);
        socket.setSendTimeOut(DEADLINE_MS);
      }
      // Never full: an encrypted socket tears messages at its mark (JeroMQ 0.6.0).
      pull.setRcvHWM(0);
      push.setSndHWM(QUEUE);
      if (encrypted) {
        encrypt(pull, push);
      }
      pull.bind("tcp://127.0.0.1:*");
      push.connect(pull.getLastEndpoint());
      byte[] sector = new byte[sectorBytes];
      // One ahead, so that the handshake is not measured.
      send(push, sector);
      receive(pull);
      long cpu = cpuNanos();
      long start = System.nanoTime();
      CompletableFuture<Void> sending =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < sectors; i++) {
                  send(push, sector);
                }
              });
      for (int i = 0; i < sectors; i++) {
        receive(pull);
      }
      Turn turn =
          new Turn((long) sectors * sectorBytes, cpuNanos() - cpu, System.nanoTime() - start);
      sending.get();
      return turn;
    } catch (CompletionException | ExecutionException e) {
      throw new IOException("the sectors were not sent: " + e.getMessage(), e);
    } finally {
      context.term();
    }
  }

  private static void encrypt(ZMQ.Socket pull, ZMQ.Socket push) {
    ZMQ.Curve.KeyPair server = ZMQ.Curve.generateKeyPair();
    ZMQ.Curve.KeyPair client = ZMQ.Curve.generateKeyPair();
    pull.setCurveServer(true);
    pull.setCurvePublicKey(ZMQ.Curve.z85Decode(server.publicKey));
    pull.setCurveSecretKey(ZMQ.Curve.z85Decode(server.secretKey));
    push.setCurveServerKey(ZMQ.Curve.z85Decode(server.publicKey));
    push.setCurvePublicKey(ZMQ.Curve.z85Decode(client.publicKey));
    push.setCurveSecretKey(ZMQ.Curve.z85Decode(client.secretKey));
  }

  private static void send(ZMQ.Socket push, byte[] sector) {
    if (!push.send(sector)) {
      throw new CompletionException(
          new IOException("nobody took a sector within %d ms".formatted(DEADLINE_MS)));
    }
  }

  private static void receive(ZMQ.Socket pull) throws IOException {
    if (pull.recv() == null) {
      throw new IOException("no sector came within %d ms".formatted(DEADLINE_MS));
    }
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
