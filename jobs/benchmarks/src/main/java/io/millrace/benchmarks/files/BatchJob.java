package io.millrace.benchmarks.files;

import io.millrace.benchmarks.parts.Simulation;
import io.millrace.detector.Calibration;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.CountedSector;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.Thresholds;
import io.millrace.detector.raw.RawFileName;
import io.millrace.detector.raw.RawFileReader;
import io.millrace.detector.raw.RawVersion;
import io.millrace.operators.assembly.FrameBlock;
import io.millrace.operators.assembly.FrameBlock.Offer;
import io.millrace.operators.assembly.SeamResolver;
import io.millrace.operators.counting.Corrections;
import io.millrace.operators.counting.Discriminators;
import io.millrace.operators.counting.SectorCounter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The batch job of the file workflow: counts a scan's raw files and writes the counted file, with
 * the classes that count in a stream, and on all cores.
 *
 * <pre>
 *   a thread a core:  64 records of each file ─▶ SectorCounter ─▶ FrameBlock ─▶ SeamResolver
 *                                                                                  │ one at a time
 *                                          images, hot pixels, counted file ◀──────┘
 * </pre>
 *
 * <p>A plain program and not a Flink job: it has no keyed exchange and no serialization, so it is
 * the faster one, which favours the files.
 */
final class BatchJob {
  private final DetectorDescription detector = Simulation.CAMERA;
  private final Thresholds thresholds;
  private final List<Worker> workers = new ArrayList<>();

  /**
   * @param threads that count
   */
  BatchJob(Thresholds thresholds, int threads) {
    this.thresholds = thresholds;
    for (int i = 0; i < threads; i++) {
      workers.add(new Worker());
    }
  }

  /** A {@link StepProgram}; the arguments are the background and the x-ray threshold in ADU. */
  public static void main(String[] args) throws IOException {
    Thresholds thresholds =
        new Thresholds(Double.parseDouble(args[0]), Double.parseDouble(args[1]));
    StepProgram.run(new BatchJob(thresholds, Runtime.getRuntime().availableProcessors())::count);
  }

  /**
   * Counts a scan.
   *
   * @param from directory with a raw file for each module
   * @param to directory for the counted file
   * @return sectors that were counted
   */
  long count(long scan, Path from, Path to) throws IOException {
    AtomicLong nextRecord = new AtomicLong();
    Map<Long, FrameBlock> blocks = new ConcurrentHashMap<>();
    try (BatchResult result = new BatchResult(detector, thresholds, scan, to)) {
      List<Callable<Long>> work = new ArrayList<>();
      for (Worker worker : workers) {
        work.add(() -> worker.work(scan, from, nextRecord, blocks, result));
      }
      long sectors = Together.sum(work);
      result.finish(sectors);
      return sectors;
    }
  }

  /** What belongs to one thread, and stays warm from scan to scan. */
  private final class Worker {
    private final SectorCounter counter = new SectorCounter(detector, false);
    private final SeamResolver seams = new SeamResolver(detector, false);
    private final Discriminators lit;
    private final SectorHeader header = new SectorHeader();
    private final byte[] pixels = new byte[detector.sectorBytes()];
    private final CountedSector counted = new CountedSector();
    private final CountedFrame frame = new CountedFrame();

    Worker() {
      lit = Discriminators.of(detector, Corrections.NONE, Calibration.given(0, thresholds, null));
    }

    long work(
        long scan,
        Path from,
        AtomicLong nextRecord,
        Map<Long, FrameBlock> blocks,
        BatchResult result)
        throws IOException {
      List<RawFileReader> files = new ArrayList<>();
      try {
        for (int m = 0; m < detector.modules(); m++) {
          Path file = from.resolve(RawFileName.compose(scan, m, 0));
          files.add(new RawFileReader(file, RawVersion.ROW_SECTORS, detector, m));
        }
        long records = files.stream().mapToLong(RawFileReader::records).max().orElseThrow();
        long sectors = 0;
        for (long record = next(nextRecord); record < records; record = next(nextRecord)) {
          for (RawFileReader file : files) {
            file.goTo(record);
            for (int i = 0; i < FrameBlock.FRAMES && file.next(header); i++) {
              file.pixels(ByteBuffer.wrap(pixels));
              counter.count(header, pixels, lit, counted);
              offer(counted.copy(), blocks, result);
              sectors++;
            }
          }
        }
        return sectors;
      } finally {
        for (RawFileReader file : files) {
          file.close();
        }
      }
    }

    private static long next(AtomicLong record) {
      return record.getAndAdd(FrameBlock.FRAMES);
    }

    /** Records may lie in any order, so a frame's sectors may come from several threads. */
    private void offer(CountedSector sector, Map<Long, FrameBlock> blocks, BatchResult result)
        throws IOException {
      FrameBlock block =
          blocks.computeIfAbsent(
              FrameBlock.of(sector.header.frame), b -> new FrameBlock(detector.modules()));
      synchronized (block) {
        Offer offer = block.offer(sector);
        if (offer.reason() != null) {
          throw new IOException("%s: %s".formatted(sector.header, offer.reason().description()));
        }
        if (offer == Offer.COMPLETE) {
          block.take(sector.header.frame, seams, frame);
          result.add(frame);
        }
      }
    }
  }
}
