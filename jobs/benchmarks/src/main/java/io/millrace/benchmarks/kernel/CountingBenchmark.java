package io.millrace.benchmarks.kernel;

import io.millrace.detector.DetectorDescription;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * A kernel and the limit in turn: limit, kernel, limit, kernel, each on the next frames.
 *
 * <p>The limit is how fast the bytes can be read at all: they are summed as words of 8 bytes. Both
 * are memory traffic, and what a shared machine gives of that changes within seconds. JMH's own
 * measurements follow one another in seconds; their ratio would compare two states of the machine.
 * So a benchmark here is a turn of {@value #TURN_FRAMES} frames each, a millisecond long, in which
 * both take their own time; JMH has the JVM, the warm-up, the iterations, and the sink for results.
 * It is the thread's processor time, so that it does not matter who else wants the core.
 *
 * <p>The frames of a turn are those that nobody has touched for the longest time. There are many
 * more than the caches hold ({@code frames} times 0.66 MB), so they come from memory. A kernel has
 * a JVM of its own, because the compiler makes another program of code that several have used.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CountingBenchmark {
  /** Frames that the limit reads, and then the kernel, in a turn: 8 MB each. */
  static final int TURN_FRAMES = 12;

  private static final ThreadMXBean THREAD = ManagementFactory.getThreadMXBean();

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** What the turns of an iteration took. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Turns {
    /** Frames that each of the two has read. */
    public long frames;

    public long limitNanos;
    public long countNanos;
  }

  @Param("400")
  int frames;

  @Param("500")
  int electrons;

  @Param("DEFAULT")
  Kernel kernel;

  @Param("NONE")
  Correction correction;

  @Param("false")
  boolean centroids;

  private FrameCounter counter;
  private byte[][][] exposed;
  private int next;

  /** Takes the frames. */
  @Setup
  public void expose() {
    Camera camera = new Camera(DetectorDescription.load("4d-camera"));
    counter = kernel.counter(camera, correction, centroids);
    exposed = camera.expose(frames, electrons);
  }

  /** The limit reads some frames, and then the kernel the next ones. */
  @Benchmark
  public void turn(Turns turns, Blackhole results) {
    long start = THREAD.getCurrentThreadCpuTime();
    for (int f = 0; f < TURN_FRAMES; f++) {
      for (byte[] sector : nextFrame()) {
        results.consume(sum(sector));
      }
    }
    long between = THREAD.getCurrentThreadCpuTime();
    for (int f = 0; f < TURN_FRAMES; f++) {
      results.consume(counter.count(nextFrame()));
    }
    long end = THREAD.getCurrentThreadCpuTime();
    turns.frames += TURN_FRAMES;
    turns.limitNanos += between - start;
    turns.countNanos += end - between;
  }

  private byte[][] nextFrame() {
    byte[][] frame = exposed[next];
    next = next + 1 == exposed.length ? 0 : next + 1;
    return frame;
  }

  /** The bytes, as words of 8, summed. */
  static long sum(byte[] bytes) {
    long sum = 0;
    for (int i = 0; i < bytes.length; i += Long.BYTES) {
      sum += (long) LONGS.get(bytes, i);
    }
    return sum;
  }
}
