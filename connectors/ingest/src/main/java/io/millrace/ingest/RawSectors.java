package io.millrace.ingest;

import io.millrace.detector.ScanGeometry;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.raw.RawDataset;
import io.millrace.detector.raw.RawFileReader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The sectors of a module from its raw files. All files are read side by side, the lowest frame
 * number first: so the modules, whose records are spread over files in different ways, send a frame
 * at about the same time.
 */
final class RawSectors implements SectorSource {
  /** An open file and the header of its next good record. */
  private final class Cursor {
    final RawFileReader reader;
    final SectorHeader header = new SectorHeader();

    Cursor(RawFileReader reader) {
      this.reader = reader;
    }

    boolean advance() throws IOException {
      while (reader.next(header)) {
        if (dataset.problem(header) == null) {
          return true;
        }
        skipped++;
      }
      return false;
    }
  }

  private final RawDataset dataset;
  private final int module;
  private final List<Cursor> open = new ArrayList<>();
  private final PriorityQueue<Cursor> byFrame =
      new PriorityQueue<>(Comparator.comparingLong((Cursor c) -> c.header.frame));
  private Cursor current;
  private long given;
  private long skipped;

  /**
   * Opens the files of a module.
   *
   * @throws IOException if one cannot be opened any more
   */
  RawSectors(RawDataset dataset, int module) throws IOException {
    this.dataset = dataset;
    this.module = module;
    try {
      for (Path file : dataset.files(module)) {
        Cursor cursor = new Cursor(dataset.read(file, module));
        open.add(cursor);
        if (cursor.advance()) {
          byFrame.add(cursor);
        }
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  @Override
  public int module() {
    return module;
  }

  @Override
  public long scan() {
    return dataset.scan();
  }

  @Override
  public ScanGeometry geometry() {
    return dataset.geometry();
  }

  @Override
  public long sectors() {
    return dataset.sectors(module);
  }

  @Override
  public boolean next(SectorHeader header) throws IOException {
    if (current != null && current.advance()) {
      byFrame.add(current);
    }
    current = byFrame.poll();
    if (current == null) {
      if (given != sectors()) {
        throw new EOFException(
            "the files of module %d held %d good records when they were opened and %d now; leave them alone while they are read"
                .formatted(module, sectors(), given));
      }
      return false;
    }
    given++;
    header.set(current.header);
    return true;
  }

  @Override
  public boolean hasOwnPixels() {
    return false;
  }

  @Override
  public ByteBuffer pixels(ByteBuffer slot) throws IOException {
    current.reader.pixels(slot);
    return slot;
  }

  @Override
  public String account() {
    return skipped == 0 ? "" : "bad records skipped: " + skipped;
  }

  @Override
  public void close() throws IOException {
    for (Cursor cursor : open) {
      cursor.reader.close();
    }
  }
}
