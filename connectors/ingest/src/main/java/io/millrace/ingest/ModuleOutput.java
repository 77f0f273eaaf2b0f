package io.millrace.ingest;

import java.io.IOException;
import java.util.concurrent.Callable;

/** Where the scans of one module go, one after the other. It has a thread of its own. */
interface ModuleOutput extends Callable<Void> {
  /** Works until no more scans come. */
  @Override
  Void call() throws IOException;

  /** The scan that is under way, or was last; null before the first. */
  SectorSource source();

  /** When that began, by {@link System#nanoTime}. */
  long startNanos();

  /** Sectors of it that are done: the network has accepted them, or the file. */
  long done();

  /** Makes {@link #call} end soon, without an error. */
  void stop();
}
