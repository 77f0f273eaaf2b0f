package io.millrace.detector.raw;

import io.millrace.detector.CalibrationFailure;
import io.millrace.detector.ScanKey;
import io.millrace.detector.SectorHeader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Keeps the sectors of a scan that cannot be counted, as raw files that the producer reads again.
 *
 * <p>The scan has a folder of its own. Several tasks write into it, each one file for each module
 * of which it has sectors, in the order in which they come. Beside them lies {@link #REASON}, which
 * tells people what they have before them. If the job starts again in the middle of the scan, what
 * it has written before stays as it is, and each task begins other files.
 *
 * <p>Not for several threads at once.
 */
public final class UncountedScan implements Closeable {
  /** The file that says why the scan was not counted; its first line is the reason. */
  public static final String REASON = "not_counted.txt";

  private final Path folder;
  private final CalibrationFailure failure;
  private final int task;
  private final Map<Integer, ModuleFile> files = new TreeMap<>();
  private long sectors;
  private long bytes;

  private record ModuleFile(Path path, RawFileWriter writer) {}

  /**
   * Begins a task's part of the scan.
   *
   * @param directory where the folders of such scans lie; made if missing
   * @param failure which scan, and why it is not counted
   * @param task tells apart the tasks that write the scan; 0 to 999
   * @throws IOException if the folder cannot be made or written; says what to do
   */
  public UncountedScan(Path directory, CalibrationFailure failure, int task) throws IOException {
    this.folder = folder(directory, failure.scan());
    this.failure = failure;
    this.task = task;
    Path reason = folder.resolve(REASON);
    try {
      Files.createDirectories(folder);
      // All tasks write the same, so it does not matter whose stays.
      Files.writeString(
          reason,
          """
          %s
          So scan %d was not counted. Its sectors are in the .data files here, as they were streamed;
          give this folder to scripts/demo --input, or to scripts/millrace producer --input.
          """
              .formatted(failure.reason(), ScanKey.number(failure.scan())),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw lost(reason, e);
    }
  }

  /**
   * Where the raw files of a scan go, of all that lie in a directory.
   *
   * @param scan its {@link ScanKey key}
   */
  public static Path folder(Path directory, long scan) {
    return directory.resolve("scan%010d%s".formatted(ScanKey.number(scan), ScanKey.suffix(scan)));
  }

  /**
   * Appends a sector.
   *
   * @param pixels the whole sector; not kept
   * @throws IOException if it cannot be written, as when the disk is full; names the file and says
   *     what to do
   */
  public void add(SectorHeader header, byte[] pixels) throws IOException {
    ModuleFile file = files.get(header.module);
    if (file == null) {
      file = begin(header.module);
      files.put(header.module, file);
    }
    try {
      file.writer.write(header, ByteBuffer.wrap(pixels));
    } catch (IOException e) {
      throw lost(file.path, e);
    }
    sectors++;
    bytes += RawFileReader.HEADER_BYTES + pixels.length;
  }

  private ModuleFile begin(int module) throws IOException {
    Path path = null;
    for (int attempt = 1; path == null || Files.exists(path); attempt++) {
      path =
          folder.resolve(
              RawFileName.compose(ScanKey.number(failure.scan()), module, task, attempt));
    }
    try {
      return new ModuleFile(path, new RawFileWriter(path));
    } catch (IOException e) {
      throw lost(path, e);
    }
  }

  private IOException lost(Path file, IOException e) {
    return new IOException(
        ("%s cannot be written (%s), so sectors of scan %s are lost; make room or give another"
                + " --uncounted directory, and record the scan again. %,d sectors are kept. The scan"
                + " was not counted because %s")
            .formatted(file, e, ScanKey.name(failure.scan()), sectors, failure.reason()),
        e);
  }

  /** Where the files lie. */
  public Path folder() {
    return folder;
  }

  /** Sectors that this task has written. */
  public long sectors() {
    return sectors;
  }

  /** Bytes that this task has written. */
  public long bytes() {
    return bytes;
  }

  /** Ends the files; what was added stays. */
  @Override
  public void close() throws IOException {
    IOException problem = null;
    for (ModuleFile file : files.values()) {
      try {
        file.writer.close();
      } catch (IOException e) {
        if (problem == null) {
          problem = e;
        } else {
          problem.addSuppressed(e);
        }
      }
    }
    if (problem != null) {
      throw problem;
    }
  }
}
