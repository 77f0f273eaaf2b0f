package io.millrace.ingest;

import io.millrace.detector.SectorHeader;
import io.millrace.detector.raw.RawFileName;
import io.millrace.detector.raw.RawFileReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sectors of one module that memory has no room for, in raw files of version 5 that every other
 * tool reads, until they are acknowledged.
 *
 * <p>A file begins with each scan, and when the last one is large enough, so that disk space comes
 * back while a long scan goes on. It goes as soon as none of its sectors is needed any more; the
 * next sector begins another. So whatever is left when the process dies holds something that was
 * not acknowledged. What others have left in the directory is never touched.
 *
 * <p>A sector is written for the case that the network or the compute nodes do not take it, not for
 * the case that this machine fails: the operating system may take its time to bring it to the disk.
 * Only what stays behind at the end is waited for.
 *
 * <p>Not for several threads at once, but for what metrics ask.
 */
final class SpilledSectors implements Closeable {
  private static final long MOST_FILE_BYTES = 1L << 30;

  /** So many files at least, if they are needed: the oldest goes long before there is no room. */
  private static final int FILES = 8;

  private static final Logger LOG = LoggerFactory.getLogger(SpilledSectors.class);

  private final Path directory;
  private final int module;
  private final int sectorBytes;
  private final int recordBytes;
  private final long mostBytes;
  private final long fileBytes;
  private final FreeSpace space;

  /** By their places. The last one may be appended to. */
  private final List<SpilledFile> files = new ArrayList<>();

  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong sectors = new AtomicLong();
  private long nextPlace;
  private int nextPart;
  private long lastScan = -1;

  /** The file that is appended to; null if the next sector begins one. */
  private SpilledFile current;

  /** The file that was read last, because the next sector is often in the same; or null. */
  private SpilledFile beingRead;

  private FileChannel reading;

  /**
   * Makes the directory, if it is not there.
   *
   * @param sectorBytes length of a sector
   * @param mostBytes so much the files may occupy
   * @throws IOException if the directory cannot be made or listed; says what to do
   */
  SpilledSectors(Path directory, int module, int sectorBytes, long mostBytes) throws IOException {
    this(directory, module, sectorBytes, mostBytes, Math.min(MOST_FILE_BYTES, mostBytes / FILES));
  }

  /**
   * @param fileBytes so large a file becomes, or as large as one sector if that is more
   */
  SpilledSectors(Path directory, int module, int sectorBytes, long mostBytes, long fileBytes)
      throws IOException {
    this.directory = directory;
    this.module = module;
    this.sectorBytes = sectorBytes;
    this.recordBytes = RawFileReader.HEADER_BYTES + sectorBytes;
    this.mostBytes = mostBytes;
    this.fileBytes = fileBytes;
    try {
      Files.createDirectories(directory);
      tellWhatIsThere();
      space = new FreeSpace(directory);
    } catch (IOException e) {
      throw new IOException(
          "the directory %s, for sectors that memory has no room for, cannot be made or listed (%s); give another, or see to its permissions"
              .formatted(directory, e),
          e);
    }
  }

  /** Who ended without a word has left no other hint. */
  private void tellWhatIsThere() throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      long there =
          entries
              .filter(f -> f.getFileName().toString().endsWith(RawFileName.ENDING))
              .filter(f -> RawFileName.of(f).module().equals(OptionalInt.of(module)))
              .count();
      if (there > 0) {
        LOG.warn(
            "module {}: {} raw files lie in {} already, and stay as they are; when no producer uses"
                + " that directory, stream them with: millrace replay {}",
            module,
            there,
            directory,
            directory);
      }
    }
  }

  /**
   * Appends a sector.
   *
   * @param pixels the whole sector, from position to limit; not kept
   * @return its place; each is larger than the one before
   * @throws NoRoom if the files occupy what they may, or the disk is full
   * @throws IOException if it cannot be written for another reason. What was appended before is not
   *     affected, and another attempt begins another file
   */
  long append(SectorHeader header, ByteBuffer pixels) throws IOException {
    if (header.module != module || pixels.remaining() != sectorBytes) {
      throw new IllegalArgumentException(
          "a sector of module %d with %d bytes, in files for sectors of module %d with %d bytes"
              .formatted(header.module, pixels.remaining(), module, sectorBytes));
    }
    if (!isBelowBound()) {
      throw new NoRoom(
          "module %d: %,d bytes in %s wait to be acknowledged, and %,d is what may be there; see what holds up the aggregator or the job, or allow more"
              .formatted(module, bytes.get(), directory, mostBytes));
    }
    SpilledFile file = fileFor(header.scan);
    try {
      file.append(header, pixels);
    } catch (IOException e) {
      endCurrent(e);
      throw notWritten(file.path(), e);
    }
    bytes.addAndGet(recordBytes);
    sectors.incrementAndGet();
    return nextPlace++;
  }

  private SpilledFile fileFor(long scan) throws IOException {
    if (current != null && (current.scan() != scan || isFull(current))) {
      SpilledFile last = current;
      current = null;
      try {
        last.end();
      } catch (IOException e) {
        throw notWritten(last.path(), e);
      }
    }
    if (current == null) {
      current = begin(scan);
      files.add(current);
    }
    return current;
  }

  private boolean isFull(SpilledFile file) {
    return (file.sectors() + 1L) * recordBytes > fileBytes;
  }

  private SpilledFile begin(long scan) throws IOException {
    boolean another = scan != lastScan;
    if (another) {
      lastScan = scan;
      nextPart = 0;
    }
    Path path = path(scan, nextPart++);
    if (another && Files.exists(path)) {
      LOG.warn(
          "module {}: there are files of a scan {} in {} already. A replay takes them and what comes"
              + " now for one scan; unless it is the same, move them away",
          module,
          scan,
          directory);
    }
    while (Files.exists(path)) {
      path = path(scan, nextPart++);
    }
    try {
      return new SpilledFile(path, scan, nextPlace);
    } catch (IOException e) {
      throw notWritten(path, e);
    }
  }

  private Path path(long scan, int part) {
    return directory.resolve(RawFileName.compose(scan, module, part));
  }

  /** After a failure: what the file holds is good, but it is not relied on any more. */
  private void endCurrent(IOException why) {
    SpilledFile last = current;
    current = null;
    try {
      last.end();
    } catch (IOException e) {
      why.addSuppressed(e);
    }
    if (last.held() == 0) {
      remove(last);
    }
  }

  private IOException notWritten(Path file, IOException e) {
    String message =
        "module %d: %s cannot be written (%s), so a sector has no place there; make room, or give another directory. The %,d sectors that wait in %s stay"
            .formatted(module, file, e, sectors.get(), directory);
    // Java has no name for a full disk.
    return space.askNow() ? new IOException(message, e) : new NoRoom(message, e);
  }

  /**
   * Whether {@link #append} may be expected to succeed: the bound is not reached, and the file
   * system has a reserve, of which it is asked at most twice a second.
   */
  boolean hasRoom() {
    return isBelowBound() && space.hasReserve();
  }

  private boolean isBelowBound() {
    return bytes.get() + recordBytes <= mostBytes;
  }

  /**
   * Reads the pixels of a sector that is not released.
   *
   * @param into as long as a sector; its position is 0 afterwards, its limit the sector's length
   * @throws IOException if the file cannot be read, or somebody has shortened or removed it
   */
  void read(long place, ByteBuffer into) throws IOException {
    SpilledFile file = find(place);
    into.clear().limit(sectorBytes);
    try {
      open(file);
      for (long at = file.pixelsAt(place, sectorBytes); into.hasRemaining(); ) {
        int n = reading.read(into, at);
        if (n < 0) {
          throw new EOFException("it ends at byte " + at);
        }
        at += n;
      }
    } catch (IOException e) {
      closeReading();
      throw new IOException(
          "module %d: sector %d of %s cannot be read again (%s); leave the files alone while a producer uses them, and check the disk"
              .formatted(module, place - file.firstPlace(), file.path(), e),
          e);
    }
    into.position(0);
  }

  /** What is there, if it is not what was appended. */
  IOException altered(long place) {
    SpilledFile file = find(place);
    return new IOException(
        "module %d: sector %d of %s is not what was written there; leave the files alone while a producer uses them, and check the disk"
            .formatted(module, place - file.firstPlace(), file.path()));
  }

  private void open(SpilledFile file) throws IOException {
    if (beingRead != file) {
      closeReading();
      reading = FileChannel.open(file.path(), StandardOpenOption.READ);
      beingRead = file;
    }
  }

  private void closeReading() {
    if (beingRead == null) {
      return;
    }
    Path path = beingRead.path();
    beingRead = null;
    try {
      reading.close();
    } catch (IOException e) {
      LOG.warn("module {}: {}, which was only read, cannot be closed", module, path, e);
    }
  }

  /** Notes that a sector is acknowledged: in any order, each once. */
  void release(long place) {
    SpilledFile file = find(place);
    file.release(place);
    sectors.decrementAndGet();
    if (file.held() > 0) {
      return;
    }
    if (file == current) {
      current = null;
      try {
        file.end();
      } catch (IOException e) {
        LOG.debug("module {}: {} is not needed any more", module, file.path(), e);
      }
    }
    remove(file);
  }

  private void remove(SpilledFile file) {
    if (file == beingRead) {
      closeReading();
    }
    files.remove(file);
    try {
      Files.deleteIfExists(file.path());
      bytes.addAndGet(-(long) file.sectors() * recordBytes);
    } catch (IOException e) {
      // It still occupies what it does, so that stays in the account.
      LOG.warn(
          "module {}: {} cannot be deleted ({}), though all of its sectors are acknowledged; delete"
              + " it, or a replay sends them again",
          module,
          file.path(),
          e.toString());
    }
  }

  /** Of few files, by halves. */
  private SpilledFile find(long place) {
    int low = 0;
    int high = files.size();
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (files.get(middle).firstPlace() <= place) {
        low = middle;
      } else {
        high = middle;
      }
    }
    if (high == 0 || !files.get(low).holds(place)) {
      throw new IllegalArgumentException(
          "module %d: place %d holds no sector; none was put there, or it is released already"
              .formatted(module, place));
    }
    return files.get(low);
  }

  /** What the files occupy, which includes sectors that are released and share a file. */
  long bytes() {
    return bytes.get();
  }

  /** So much they may occupy. */
  long mostBytes() {
    return mostBytes;
  }

  /** Sectors that are not released. */
  long sectors() {
    return sectors.get();
  }

  /** Ends all files. Those that hold sectors that are not released stay, and are named. */
  @Override
  public void close() {
    closeReading();
    current = null;
    for (SpilledFile file : files) {
      try {
        file.end();
        file.force();
      } catch (IOException e) {
        LOG.error(
            "module {}: the disk does not confirm that it has all of {} ({}); check it with a replay",
            module,
            file.path(),
            e.toString());
      }
    }
    if (!files.isEmpty()) {
      LOG.warn(
          "module {}: {} sectors are not acknowledged, and stay: {}. Stream them later with:"
              + " millrace replay {}",
          module,
          sectors.get(),
          files.stream()
              .map(f -> "%s (%d of %d)".formatted(f.path(), f.held(), f.sectors()))
              .collect(Collectors.joining(", ")),
          directory);
    }
    files.clear();
  }
}
