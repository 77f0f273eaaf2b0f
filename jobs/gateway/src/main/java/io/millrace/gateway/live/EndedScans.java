package io.millrace.gateway.live;

import java.io.IOException;
import java.util.Optional;

/** Scans that are in no memory any more, from their files. */
@FunctionalInterface
public interface EndedScans {
  /**
   * A scan as its file has it. Takes as long as its images are large.
   *
   * @return empty if there is no such scan, or it has no file here
   * @throws IOException if the file cannot be read
   */
  Optional<LiveScan> open(String id) throws IOException;
}
