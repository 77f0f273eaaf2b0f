package io.millrace.ingest;

import java.time.Instant;

/** What a module sends over one connection: scan after scan. */
interface Scans {
  /**
   * The next scan.
   *
   * @return null if none comes within {@code millis}
   */
  SectorSource poll(long millis) throws InterruptedException;

  /** Whether no more will come. */
  boolean ended();

  /**
   * Notes that the socket has accepted all of a scan; the last ones may still wait in its queue.
   *
   * @param first when it was given the first sector; of an empty scan, when that began
   * @param last when it had accepted the last one
   */
  void sent(SectorSource scan, Instant first, Instant last);

  /** A single scan. */
  static Scans of(SectorSource only) {
    return new Scans() {
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
