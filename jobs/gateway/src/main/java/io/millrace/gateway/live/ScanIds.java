package io.millrace.gateway.live;

import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanKey;
import java.time.Instant;

/** Names scans as the rest of the gateway does: the job knows only its own keys. */
@FunctionalInterface
public interface ScanIds {
  /**
   * The id of the scan that is under way, or that this publisher has told of before; it is entered
   * if nobody has heard of it. May take a second.
   *
   * @param key the job's {@link ScanKey key}
   * @param publisher who tells of it
   * @param geometry its raster
   * @param seen when the first message of it came
   */
  String of(String session, long key, String publisher, ScanGeometry geometry, Instant seen);
}
