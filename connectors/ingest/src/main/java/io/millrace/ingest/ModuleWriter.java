package io.millrace.ingest;

import io.millrace.detector.SectorHeader;
import io.millrace.detector.raw.RawFileName;
import io.millrace.detector.raw.RawFileWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one module's scans to raw files, as a receiving server does. A file is done when the disk
 * has it.
 */
final class ModuleWriter implements ModuleOutput {
  /** How often a waiting thread looks whether it should give up. */
  private static final int LOOK_UP_MS = 100;

  private static final Logger LOG = LoggerFactory.getLogger(ModuleWriter.class);

  private final ModuleScans scans;
  private final Path directory;
  private final ByteBuffer slot;

  private volatile SectorSource source;
  private volatile long startNanos;
  private volatile long done;
  private volatile long total;
  private volatile int scansDone;
  private volatile State state = State.WAITING;
  private volatile boolean stopped;

  /**
   * @param scans what is written
   * @param directory where to; it has to be there
   * @param sectorBytes length of a sector
   */
  ModuleWriter(ModuleScans scans, Path directory, int sectorBytes) {
    this.scans = scans;
    this.directory = directory;
    slot = ByteBuffer.allocateDirect(sectorBytes);
  }

  @Override
  public SectorSource source() {
    return source;
  }

  @Override
  public long startNanos() {
    return startNanos;
  }

  @Override
  public long done() {
    return done;
  }

  @Override
  public long total() {
    return total;
  }

  @Override
  public int scans() {
    return scansDone;
  }

  @Override
  public State state() {
    return state;
  }

  @Override
  public Stall stall() {
    return null;
  }

  @Override
  public void stop() {
    stopped = true;
  }

  /**
   * Writes all scans.
   *
   * @throws IOException if a file is there already or cannot be written, or the source fails
   */
  @Override
  public Void call() throws IOException {
    try {
      while (!stopped && !scans.ended()) {
        SectorSource next = scans.poll(LOOK_UP_MS);
        if (next != null) {
          write(next);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return null;
  }

  private void write(SectorSource scan) throws IOException {
    state = State.SENDING;
    done = 0;
    startNanos = System.nanoTime();
    source = scan;
    Path file = directory.resolve(RawFileName.compose(scan.scan(), scan.module(), 0));
    Instant first = Instant.now();
    try (RawFileWriter writer = new RawFileWriter(file)) {
      SectorHeader header = new SectorHeader();
      for (long n = 1; !stopped && scan.next(header); n++) {
        writer.write(header, scan.pixels(slot));
        done = n;
        total++;
      }
      writer.force();
    }
    if (stopped) {
      LOG.warn("{} is not whole: writing was stopped", file);
    } else {
      scans.sent(scan, first, Instant.now());
      scansDone++;
    }
    state = State.WAITING;
  }
}
