package io.millrace.zeromq.source.reader;

import io.millrace.detector.DetectorDescription;
import io.millrace.detector.LaneRecord;
import io.millrace.detector.Sector;
import io.millrace.detector.wire.Lanes;
import io.millrace.zeromq.source.BoundLanes;
import io.millrace.zeromq.source.ZeroMqSource;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import zmq.Msg;

/**
 * Measures what the source costs: sectors of the 4D camera through one lane, from a sender in a
 * process of its own, once to a bare pull and once to the source with a discard chained to it. Not
 * a test; run {@code main}, with the number of rounds as argument.
 */
public final class SourceThroughput {
  private static final DetectorDescription CAMERA = DetectorDescription.load("4d-camera");

  /** The first seconds of a run are slower: the JIT has not settled. */
  private static final int WARM_UP = 20_000;

  private static final int MEASURED = 40_000;
  private static final int PER_MODULE = (WARM_UP + MEASURED) / CAMERA.modules();

  private static long start;
  private static long startCpu;
  private static long taken;

  private SourceThroughput() {}

  /** Runs the rows in turn; {@code send} as first argument makes this process the sender. */
  public static void main(String[] args) throws Exception {
    if (args.length > 0 && args[0].equals("send")) {
      send();
      return;
    }
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
    for (int round = 0; round < rounds; round++) {
      measure("bare pull", SourceThroughput::pullBare);
      measure("source, discard", SourceThroughput::pullWithFlink);
    }
  }

  private interface Row {
    void run(int port) throws Exception;
  }

  private static void measure(String name, Row row) throws Exception {
    Process sender =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                SourceThroughput.class.getName(),
                "send")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      taken = 0;
      row.run(Integer.parseInt(sender.inputReader().readLine()));
      double seconds = (System.nanoTime() - start) / 1e9;
      double gigabytes = (double) MEASURED * CAMERA.sectorBytes() / 1e9;
      System.out.printf(
          Locale.ROOT,
          "%-16s %7.0f MB/s %6.2f CPU-s/GB%n",
          name,
          1000 * gigabytes / seconds,
          (cpuNanos() - startCpu) / 1e9 / gigabytes);
    } finally {
      sender.destroy();
    }
  }

  /** Called for every sector that is taken. */
  private static void count() {
    if (++taken == WARM_UP) {
      start = System.nanoTime();
      startCpu = cpuNanos();
    }
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static void send() throws Exception {
    try (BoundLanes lanes = BoundLanes.bind(1, CAMERA.modules(), 16)) {
      System.out.println(lanes.lanes().firstPort());
      lanes.announce(0, 1, PER_MODULE);
      ByteBuffer[] headers = new ByteBuffer[CAMERA.modules()];
      ByteBuffer[] pixels = new ByteBuffer[CAMERA.modules()];
      for (int m = 0; m < headers.length; m++) {
        headers[m] = direct(BoundLanes.encode(BoundLanes.header(1, 0, m)));
        pixels[m] = direct(BoundLanes.pixels(BoundLanes.header(1, 0, m), CAMERA));
      }
      for (int i = 0; i < PER_MODULE; i++) {
        for (int m = 0; m < headers.length; m++) {
          lanes.socket(0, m).base().send(new Msg(headers[m]), ZMQ.SNDMORE);
          lanes.socket(0, m).base().send(new Msg(pixels[m]), 0);
        }
      }
      // Until it is destroyed: what is under way has to arrive.
      System.in.read();
    }
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  /** The fastest that JeroMQ offers: one thread, slots that are free again at once. */
  private static void pullBare(int port) {
    SlotPool pool = new SlotPool(CAMERA.sectorBytes(), 64);
    try (ZContext zmq = new ZContext(1)) {
      ZMQ.Poller poller = zmq.createPoller(CAMERA.modules());
      for (int m = 0; m < CAMERA.modules(); m++) {
        ZMQ.Socket socket = zmq.createSocket(SocketType.PULL);
        socket.setMsgAllocator(pool);
        socket.setRcvHWM(4);
        socket.connect("tcp://127.0.0.1:" + (port + m));
        poller.register(socket, ZMQ.Poller.POLLIN);
      }
      while (taken < WARM_UP + MEASURED) {
        boolean any = false;
        for (int m = 0; m < CAMERA.modules(); m++) {
          Msg part = poller.getSocket(m).base().recv(ZMQ.DONTWAIT);
          any |= part != null;
          if (part instanceof Slot slot) {
            slot.release();
            count();
          }
        }
        if (!any) {
          poller.poll(20);
        }
      }
    }
  }

  private static void pullWithFlink(int port) throws Exception {
    Configuration configuration =
        new Configuration()
            .set(PipelineOptions.OBJECT_REUSE, true)
            .set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(16))
            .set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(16));
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(1, configuration);
    env.fromSource(
            ZeroMqSource.builder()
                .setDetector(CAMERA)
                .setLanes(new Lanes("127.0.0.1", port, 1, CAMERA.modules()))
                .setBoundedAfter(1)
                .build(),
            WatermarkStrategy.noWatermarks(),
            "lanes")
        .process(new Discard())
        .sinkTo(new DiscardingSink<>());
    env.execute();
  }

  private static final class Discard extends ProcessFunction<LaneRecord, Long> {
    @Override
    public void processElement(LaneRecord record, Context context, Collector<Long> out) {
      if (record instanceof Sector sector) {
        sector.release();
        count();
      }
    }
  }
}
