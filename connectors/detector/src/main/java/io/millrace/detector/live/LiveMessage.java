package io.millrace.detector.live;

import io.millrace.detector.ScanGeometry;
import io.millrace.detector.ScanKey;
import java.io.Serializable;

/** What is told about a scan while it runs. Arrays in messages belong to them: nobody writes. */
public sealed interface LiveMessage extends Serializable
    permits LiveRows, LivePattern, LiveEvents, LiveEnd {
  /** The {@link ScanKey key} of the scan. */
  long scan();

  /** The scan's raster, flyback column included. */
  ScanGeometry geometry();

  /** Bytes of its payload. */
  long payloadBytes();
}
