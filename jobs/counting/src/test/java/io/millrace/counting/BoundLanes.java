package io.millrace.counting;

import io.millrace.detector.SectorHeader;
import io.millrace.detector.wire.Announcement;
import io.millrace.detector.wire.HeaderCodec;
import io.millrace.detector.wire.Lanes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;

/**
 * The aggregator's end of the lanes, as tests play it: a bound PUSH socket for every lane and
 * module, on free ports. Belongs to one thread.
 */
final class BoundLanes implements AutoCloseable {
  private static final int SEND_DEADLINE_MS = 30_000;

  private final Lanes lanes;
  private final ZContext zmq = new ZContext();
  private final List<ZMQ.Socket> sockets = new ArrayList<>();

  private BoundLanes(Lanes lanes, int highWaterMark) {
    this.lanes = lanes;
    zmq.setLinger(0);
    try {
      for (int lane = 0; lane < lanes.lanes(); lane++) {
        for (String endpoint : lanes.endpoints(lane)) {
          ZMQ.Socket socket = zmq.createSocket(SocketType.PUSH);
          socket.setSndHWM(highWaterMark);
          socket.setSendTimeOut(SEND_DEADLINE_MS);
          socket.bind(endpoint);
          sockets.add(socket);
        }
      }
    } catch (ZMQException e) {
      close();
      throw e;
    }
  }

  /**
   * Binds lanes to consecutive free ports.
   *
   * @param highWaterMark messages that wait in a socket before its sender has to
   */
  static BoundLanes bind(int lanes, int modules, int highWaterMark) {
    try {
      int port = TrialPorts.free(lanes * modules);
      return new BoundLanes(new Lanes("127.0.0.1", port, lanes, modules), highWaterMark);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Lanes lanes() {
    return lanes;
  }

  /** For the job's {@code --lanes-at}. */
  String address() {
    return "tcp://%s:%d".formatted(lanes.host(), lanes.firstPort());
  }

  /** Sends a sector through its frame's lane, on its module's socket. */
  void send(SectorHeader header, byte[] pixels) {
    send(lanes.laneOf(header.frame), header.module, encode(header), pixels);
  }

  /** Announces messages of one lane and module. */
  void announce(int lane, int module, long scan, long count) {
    send(lane, module, Announcement.of(scan, count).encode());
  }

  /** Sends a message of these parts; fails if it has to wait too long. */
  void send(int lane, int module, byte[]... parts) {
    for (int i = 0; i < parts.length; i++) {
      if (!socket(lane, module).send(parts[i], i < parts.length - 1 ? ZMQ.SNDMORE : 0)) {
        throw new IllegalStateException(
            "nobody took a message of lane %d, module %d within %d ms"
                .formatted(lane, module, SEND_DEADLINE_MS));
      }
    }
  }

  /** Sends a sector, if it is taken in that time. */
  boolean offer(SectorHeader header, byte[] pixels, int millis) {
    ZMQ.Socket socket = socket(lanes.laneOf(header.frame), header.module);
    socket.setSendTimeOut(millis);
    boolean taken = socket.send(encode(header), ZMQ.SNDMORE) && socket.send(pixels);
    socket.setSendTimeOut(SEND_DEADLINE_MS);
    return taken;
  }

  private ZMQ.Socket socket(int lane, int module) {
    return sockets.get(lane * lanes.modules() + module);
  }

  /** The header as it is sent, in the form with 8 fields. */
  static byte[] encode(SectorHeader header) {
    byte[] out = new byte[HeaderCodec.MAX_BYTES];
    return Arrays.copyOf(out, HeaderCodec.encode(header, out));
  }

  @Override
  public void close() {
    zmq.close();
  }
}
