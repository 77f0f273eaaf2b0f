package io.millrace.operators.counting;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The block scans that this JVM can run, and the fastest of them. */
final class BlockScans {
  private static final String MODULE = "jdk.incubator.vector";
  private static final String VECTOR_SCAN = BlockScans.class.getPackageName() + ".VectorBlockScan";

  /**
   * Bytes that are scanned for the measurement: they stay in the cache, so that the scan counts.
   */
  private static final int SAMPLE_BYTES = 1 << 16;

  /** Each scan is warm after some hundred rounds; a round takes some microseconds. */
  private static final int ROUNDS = 3000;

  private static final BlockScan PLAIN = new PlainBlockScan();
  private static final BlockScan FASTEST = measure();

  private BlockScans() {}

  /** The scan in plain Java, which every JVM can run. */
  static BlockScan plain() {
    return PLAIN;
  }

  /** The scan with vector instructions, if the JVM was started with their module. */
  static Optional<BlockScan> vector() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          (BlockScan) Class.forName(VECTOR_SCAN).getDeclaredConstructor().newInstance());
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new IllegalStateException(
          "%s is there, but cannot be used; start the JVM without it".formatted(MODULE), e);
    }
  }

  /** The fastest scan, found once in a JVM by a measurement of some ten milliseconds. */
  static BlockScan fastest() {
    return FASTEST;
  }

  private static BlockScan measure() {
    return vector().filter(vector -> nanos(vector) < nanos(PLAIN)).orElse(PLAIN);
  }

  /** The median time of a round in the last third, when the scan is compiled. */
  private static long nanos(BlockScan scan) {
    byte[] pixels = new byte[SAMPLE_BYTES];
    int[] blocks = new int[SAMPLE_BYTES / BlockScan.BLOCK];
    long[] nanos = new long[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      scan.find(pixels, 0x7f00 * Pixels.EACH_LANE, blocks);
      nanos[round] = System.nanoTime() - start;
    }
    long[] last = Arrays.copyOfRange(nanos, ROUNDS * 2 / 3, ROUNDS);
    Arrays.sort(last);
    return last[last.length / 2];
  }

  /** All scans of this JVM. */
  static List<BlockScan> all() {
    return vector().map(vector -> List.of(PLAIN, vector)).orElse(List.of(PLAIN));
  }
}
