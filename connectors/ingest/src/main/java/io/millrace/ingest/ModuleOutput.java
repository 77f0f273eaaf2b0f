package io.millrace.ingest;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Where the scans of one module go, one after the other. It has a thread of its own; others may ask
 * how far it is.
 */
abstract class ModuleOutput implements Callable<Void> {
  /** How often a waiting thread looks whether it should give up, in milliseconds. */
  static final int LOOK_UP_MS = 100;

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

  /** What is done with a scan. */
  interface Way {
    void put(SectorSource scan) throws IOException;
  }

  private final ModuleScans scans;
  private volatile SectorSource source;
  private volatile long startNanos;
  private volatile long done;
  private volatile long total;
  private volatile int scansDone;
  private volatile State state;
  private volatile boolean stopped;

  /**
   * @param scans what is put out
   */
  ModuleOutput(ModuleScans scans, State state) {
    this.scans = scans;
    this.state = state;
  }

  /** Works until no more scans come. */
  @Override
  public abstract Void call() throws IOException;

  /** Puts out each scan that comes, until no more come or it is stopped. */
  final void follow(Way way) throws IOException {
    enter(State.WAITING);
    try {
      while (!stopped && !scans.ended()) {
        SectorSource next = scans.poll(LOOK_UP_MS);
        if (next != null) {
          enter(State.SENDING);
          done = 0;
          startNanos = System.nanoTime();
          source = next;
          way.put(next);
          enter(State.WAITING);
        } else {
          idle();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stop();
    }
  }

  /** Looks after what may need it between two scans. */
  void idle() throws IOException {}

  /** Notes that one more sector is done. Only its own thread counts. */
  final void countSector() {
    done = done + 1;
    total = total + 1;
  }

  /** Notes that all sectors of a scan are done; see {@link ModuleScans#sent}. */
  final void countScan(SectorSource scan, Instant first, Instant last) {
    scansDone = scansDone + 1;
    scans.sent(scan, first, last);
  }

  final void enter(State next) {
    state = next;
  }

  /** The scan that is under way, or was last; null before the first. */
  final SectorSource source() {
    return source;
  }

  /** When that began, by {@link System#nanoTime}. */
  final long startNanos() {
    return startNanos;
  }

  /** Sectors of it that are done: the network has accepted them, or the file. */
  final long done() {
    return done;
  }

  /** Sectors of all scans that are done, in the same sense. */
  final long total() {
    return total;
  }

  /** Scans of which all sectors are. */
  final int scans() {
    return scansDone;
  }

  /** What it is at. */
  final State state() {
    return state;
  }

  /** Who holds it up; null if nobody does. */
  Stall stall() {
    return null;
  }

  /** What it counts besides, by name. */
  Map<String, Long> counts() {
    return Map.of();
  }

  /** Makes {@link #call} end soon, without an error. */
  final void stop() {
    stopped = true;
  }

  final boolean isStopped() {
    return stopped;
  }

  /** For messages. */
  static String words(Duration duration) {
    return duration.toMillis() / 1000.0 + " s";
  }
}
