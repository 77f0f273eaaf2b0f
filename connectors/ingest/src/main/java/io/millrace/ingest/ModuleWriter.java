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
final class ModuleWriter extends ModuleOutput {
  private static final Logger LOG = LoggerFactory.getLogger(ModuleWriter.class);

  private final Path directory;
  private final ByteBuffer slot;

  /**
   * @param scans what is written
   * @param directory where to; it has to be there
   * @param sectorBytes length of a sector
   */
  ModuleWriter(ModuleScans scans, Path directory, int sectorBytes) {
    super(scans, State.WAITING);
    this.directory = directory;
    slot = ByteBuffer.allocateDirect(sectorBytes);
  }

  /**
   * Writes all scans.
   *
   * @throws IOException if a file is there already or cannot be written, or the source fails
   */
  @Override
  public Void call() throws IOException {
    follow(this::write);
    return null;
  }

  private void write(SectorSource scan) throws IOException {
    Path file = directory.resolve(RawFileName.compose(scan.scan(), scan.module(), 0));
    Instant first = Instant.now();
    try (RawFileWriter writer = new RawFileWriter(file)) {
      SectorHeader header = new SectorHeader();
      while (!isStopped() && scan.next(header)) {
        writer.write(header, scan.pixels(slot));
        countSector();
      }
      writer.force();
    }
    if (isStopped()) {
      LOG.warn("{} is not whole: writing was stopped", file);
    } else {
      countScan(scan, first, Instant.now());
    }
  }
}
