package io.millrace.zeromq.source;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.SectorPlacement;
import io.millrace.detector.wire.Announcement;
import io.millrace.detector.wire.HeaderCodec;
import io.millrace.detector.wire.Lanes;
import io.millrace.sockets.CurveKeys;
import io.millrace.sockets.Gatekeeper;
import io.millrace.sockets.Refusals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;
import org.zeromq.ZMonitor;

/**
 * The aggregator's end of lanes, as tests play it: a bound PUSH socket for every lane and module,
 * on free ports. Belongs to one thread at a time.
 */
public final class BoundLanes implements AutoCloseable {
  private static final int SEND_DEADLINE_MS = 20_000;

  private final Lanes lanes;
  private final ZContext zmq = new ZContext();
  private final List<ZMQ.Socket> sockets = new ArrayList<>();

  private final Optional<Gatekeeper> gatekeeper;
  private final AtomicInteger greeted = new AtomicInteger();

  private BoundLanes(Lanes lanes, int highWaterMark, Optional<CurveKeys> keys) {
    this.lanes = lanes;
    zmq.setLinger(0);
    gatekeeper = keys.map(k -> new Gatekeeper(zmq.getContext(), k, new Refusals("lanes")));
    try {
      for (int lane = 0; lane < lanes.lanes(); lane++) {
        for (String endpoint : lanes.endpoints(lane)) {
          ZMQ.Socket socket = zmq.createSocket(SocketType.PUSH);
          socket.setSndHWM(highWaterMark);
          socket.setSendTimeOut(SEND_DEADLINE_MS);
          if (keys.isPresent()) {
            keys.get().serve(socket);
            // JeroMQ loses a handshake now and then, and what was put into that connection.
            socket.setHandshakeIvl(2_000);
            socket.setEventHook(e -> greeted.incrementAndGet(), ZMQ.EVENT_HANDSHAKE_PROTOCOL);
          }
          socket.bind(endpoint);
          sockets.add(socket);
        }
      }
    } catch (ZMQException e) {
      close();
      throw e;
    } catch (IOException e) {
      close();
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Binds lanes to consecutive free ports.
   *
   * @param highWaterMark messages that wait in a socket before a sender has to
   */
  public static BoundLanes bind(int lanes, int modules, int highWaterMark) {
    return bind(lanes, modules, highWaterMark, Optional.empty());
  }

  /** The same, encrypted. */
  public static BoundLanes bind(
      int lanes, int modules, int highWaterMark, Optional<CurveKeys> keys) {
    ZMQException last = null;
    for (int attempt = 0; attempt < 50; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
      try {
        return new BoundLanes(new Lanes("127.0.0.1", port, lanes, modules), highWaterMark, keys);
      } catch (ZMQException e) {
        last = e;
      }
    }
    throw new IllegalStateException("no consecutive free ports found", last);
  }

  /** A detector of that many modules, each a band of {@code rows x columns} pixels. */
  public static DetectorDescription bands(int modules, int rows, int columns) {
    return new DetectorDescription(
        "bands",
        modules * rows,
        columns,
        IntStream.range(0, modules)
            .mapToObj(m -> new SectorPlacement(m * rows, 0, rows, columns))
            .toList());
  }

  /** Header of a frame of a scan of 100 x 100 positions. */
  public static SectorHeader header(long scan, int frame, int module) {
    return new SectorHeader().set(scan, frame, 100, 100, frame % 100, frame / 100 % 100, 3, module);
  }

  /** Pixels that only this sector has. */
  public static byte[] pixels(SectorHeader header, DetectorDescription detector) {
    byte[] pixels = new byte[detector.sectorBytes()];
    new Random((header.scan * 1_000_003 + header.frame) * 31 + header.module).nextBytes(pixels);
    return pixels;
  }

  /** The header as it is sent, in the form with 8 fields. */
  public static byte[] encode(SectorHeader header) {
    byte[] out = new byte[HeaderCodec.MAX_BYTES];
    int length = HeaderCodec.encode(header, out);
    return Arrays.copyOf(out, length);
  }

  /** Where the lanes are. */
  public Lanes lanes() {
    return lanes;
  }

  /** The socket of a lane for one module. */
  public ZMQ.Socket socket(int lane, int module) {
    return sockets.get(lane * lanes.modules() + module);
  }

  /** Announces as many messages for every module of a lane. */
  public void announce(int lane, long scan, long countPerModule) {
    for (int module = 0; module < lanes.modules(); module++) {
      send(lane, module, Announcement.of(scan, countPerModule).encode());
    }
  }

  /** Sends a sector on its module's socket. */
  public void send(int lane, SectorHeader header, byte[] pixels) {
    send(lane, header.module, encode(header), pixels);
  }

  /** Sends a message of these parts; fails if it has to wait too long. */
  public void send(int lane, int module, byte[]... parts) {
    for (int i = 0; i < parts.length; i++) {
      if (!socket(lane, module).send(parts[i], i < parts.length - 1 ? ZMQ.SNDMORE : 0)) {
        throw new IllegalStateException(
            "nobody took a message of lane %d, module %d within %d ms"
                .formatted(lane, module, SEND_DEADLINE_MS));
      }
    }
  }

  /** Connections of encrypted sockets that were made, and not lost in doing so. */
  public int greeted() {
    return greeted.get();
  }

  /** For every socket, the event that its reader hangs up from now on. */
  public List<ZMonitor> watchHangUps() {
    return watch(ZMonitor.Event.DISCONNECTED);
  }

  /**
   * For every socket, the event that a reader has connected from now on. What is sent behind it
   * does not go into a connection that was broken before.
   */
  public List<ZMonitor> watchConnections() {
    return watch(ZMonitor.Event.HANDSHAKE_PROTOCOL);
  }

  private List<ZMonitor> watch(ZMonitor.Event event) {
    return sockets.stream().map(socket -> new ZMonitor(zmq, socket).add(event).start()).toList();
  }

  @Override
  public void close() {
    sockets.forEach(ZMQ.Socket::close);
    gatekeeper.ifPresent(Gatekeeper::close);
    zmq.close();
  }
}
