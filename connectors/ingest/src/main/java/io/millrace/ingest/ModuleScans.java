package io.millrace.ingest;

import java.io.IOException;
import java.time.Instant;

/** What a module sends over one connection, or writes: scan after scan. */
interface ModuleScans {
  /**
   * The next scan.
   *
   * @return null if none comes within {@code millis}
   * @throws IOException if it may not be sent
   */
  SectorSource poll(long millis) throws IOException, InterruptedException;

  /** Whether no more will come. */
  boolean ended();

  /**
   * Notes that all of a scan is sent: the socket has accepted it, though the last sectors may still
   * wait in its queue; or it is written, and the disk has it.
   *
   * @param first when the first sector was given; of an empty scan, when that began
   * @param last when the last one was done
   */
  void sent(SectorSource scan, Instant first, Instant last);

  /** A single scan. */
  static ModuleScans of(SectorSource only) {
    return new ModuleScans() {
      private boolean taken;

      @Override
      public SectorSource poll(long millis) {
        taken = true;
        return only;
      }

      @Override
      public boolean ended() {
        return taken;
      }

      @Override
      public void sent(SectorSource scan, Instant first, Instant last) {}
    };
  }
}
