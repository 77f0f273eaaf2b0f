package io.millrace.hdf5;

import io.millrace.detector.ScanReport;
import java.io.IOException;
import java.io.Serializable;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.annotation.Internal;

/**
 * The parts of a scan that are whole and on the disk, and want their names.
 *
 * @param report of the scan
 * @param names the final name of each part; the layout {@link Layout#VLEN} comes first
 * @param scraps parts that are of no use any more when the others have their names
 */
@Internal
public record WholeFile(
    ScanReport report, LinkedHashMap<String, String> names, ArrayList<String> scraps)
    implements Serializable {
  /**
   * Gives the files their names. What has its name already, since this was done before a crash, is
   * left so; therefore it may be repeated.
   *
   * @return the files that are there now
   * @throws FileAlreadyExistsException if another file has that name; the part is whole and is kept
   * @throws IOException if a part is neither there nor named
   */
  List<Path> name() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Map.Entry<String, String> one : names.entrySet()) {
      Path file = Path.of(one.getValue());
      name(Path.of(one.getKey()), file);
      files.add(file);
    }
    for (String scrap : scraps) {
      Files.deleteIfExists(Path.of(scrap));
    }
    Path directory = files.get(0).toAbsolutePath().getParent();
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
    return files;
  }

  /**
   * A link fails if the name is taken, also when two writers try at the same moment; a rename would
   * replace.
   */
  private static void name(Path part, Path target) throws IOException {
    if (Files.notExists(part)) {
      if (Files.exists(target)) {
        return;
      }
      throw new NoSuchFileException(
          part.toString(),
          target.toString(),
          "neither is there: somebody has moved the file away since it had its name, or removed it");
    }
    try {
      Files.createLink(target, part);
    } catch (FileAlreadyExistsException e) {
      // A crash between the link and the removal leaves both names of the same file.
      if (!Files.isSameFile(part, target)) {
        throw (IOException)
            new FileAlreadyExistsException(
                    target.toString(),
                    part.toString(),
                    "a file of this name exists and is not replaced; the new one is whole, rename it")
                .initCause(e);
      }
    } catch (IOException | UnsupportedOperationException e) {
      throw new IOException(
          "%s could not be named %s (%s); it is whole, rename it"
              .formatted(part, target, e.getMessage()),
          e);
    }
    Files.delete(part);
  }
}
