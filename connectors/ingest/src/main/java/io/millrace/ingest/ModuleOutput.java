package io.millrace.ingest;

import java.io.IOException;
import java.util.concurrent.Callable;

/** Where the scans of one module go, one after the other. It has a thread of its own. */
interface ModuleOutput extends Callable<Void> {
  /** What an output is at. */
  enum State {
    /** Nobody has answered yet at the other end. */
    CONNECTING,
    /** Able to work, and no scan is there. */
    WAITING,
    /** A scan is under way. */
    SENDING,
    /** All scans are sent, but for what still waits for the network. */
    FINISHING,
    /** All is done. */
    DONE
  }

  /** Works until no more scans come. */
  @Override
  Void call() throws IOException;

  /** The scan that is under way, or was last; null before the first. */
  SectorSource source();

  /** When that began, by {@link System#nanoTime}. */
  long startNanos();

  /** Sectors of it that are done: the network has accepted them, or the file. */
  long done();

  /** Sectors of all scans that are done, in the same sense. */
  long total();

  /** Scans of which all sectors are. */
  int scans();

  /** What it is at. */
  State state();

  /** Who holds it up; null if nobody does. */
  Stall stall();

  /** Makes {@link #call} end soon, without an error. */
  void stop();
}
