package io.millrace.ingest;

import io.millrace.detector.wire.LaneStatus;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * What one module has to send: every sector from the moment when it is taken until its reader has
 * acknowledged it, in memory that is bounded. Belongs to one thread, and knows no socket.
 *
 * <p>JeroMQ sends a buffer without a copy and does not tell when it is done with it. When it has
 * accepted message n, at most as many messages before it as its queue holds were not yet taken from
 * the queue, and of those that were taken only the last may still be on its way. So a buffer may be
 * written again when that many messages were accepted after it, also if it was acknowledged before:
 * it may have been sent twice.
 */
final class Outbox implements Closeable {
  /** Bytes of the heap that a message takes, its pixels apart: some 150, generously. */
  private static final long HEAP_BYTES = 256;

  /** Of the heap an eighth for a module: half of it for the four of a camera. */
  private static final long HEAP_SHARE = 8;

  private final int lanes;
  private final long sender;
  private final int most;
  private final int queue;
  private final KeptLane[] kept;
  private final int sectorBytes;
  private final Optional<SpilledSectors> files;
  private final boolean allInFiles;
  private final ArrayDeque<Kept> free = new ArrayDeque<>();

  /** What is in files has a place in the heap, so their number is bounded too. */
  private final long mostMessages = Runtime.getRuntime().maxMemory() / HEAP_SHARE / HEAP_BYTES;

  /** Acknowledged, and perhaps still on their way. */
  private final Queue<Kept> cooling = new ArrayDeque<>();

  private final CRC32C checksum = new CRC32C();

  /** Why the files took no sector last; null if they did. */
  private String noRoom;

  /** For a sector that goes into a file at once; null until there is one. */
  private Kept passing;

  /** Sectors that were read from files, by the turns in which they are sent. */
  private final ByteBuffer[] read;

  private int made;
  private long order;
  private long turns;
  private long[] counts;

  /**
   * @param lanes how many lanes there are
   * @param sender which life of the producer this is; see {@link
   *     io.millrace.detector.wire.Sequence#sender}
   * @param sectorBytes length of a sector
   * @param most how many sectors are kept in memory
   * @param queue how many messages wait in the socket
   * @param files for what memory has no room for; closed with this
   * @param allInFiles whether all sectors are in files, so that they outlive the process
   */
  Outbox(
      int lanes,
      long sender,
      int sectorBytes,
      int most,
      int queue,
      Optional<SpilledSectors> files,
      boolean allInFiles) {
    if (most < least(queue)) {
      throw new IllegalArgumentException(
          "room for %d sectors; at least %d are needed".formatted(most, least(queue)));
    }
    this.lanes = lanes;
    this.sender = sender;
    this.sectorBytes = sectorBytes;
    this.most = most;
    this.queue = queue;
    this.files = files;
    this.allInFiles = allInFiles;
    read = new ByteBuffer[queue + 2];
    kept = new KeptLane[lanes];
    Arrays.setAll(kept, lane -> new KeptLane());
    counts = new long[lanes];
  }

  /** The fewest sectors that memory has to have room for: else all could be on their way. */
  static int least(int queue) {
    return queue + 3;
  }

  /**
   * Memory for the next sector; null if all is in use, and the disk is as well. Goes to {@link
   * #add}, or back.
   */
  Kept room() {
    if (unacknowledged() >= mostMessages || allInFiles && !files.get().hasRoom()) {
      return null;
    }
    while (!cooling.isEmpty() && turns - cooling.peek().turn > queue + 1) {
      free.push(cooling.poll());
    }
    if (!free.isEmpty()) {
      return free.pop();
    }
    if (made == most) {
      return files.isPresent() && files.get().hasRoom() ? passing() : null;
    }
    made++;
    return Kept.inMemory(sectorBytes);
  }

  private Kept passing() {
    if (passing == null) {
      passing = Kept.inMemory(sectorBytes);
    }
    return passing;
  }

  /** Takes back what {@link #room} gave. */
  void giveBack(Kept unused) {
    if (unused != passing) {
      free.push(unused);
    }
  }

  /**
   * Keeps a sector.
   *
   * @param sector its header is set
   * @param pixels its memory, filled, or a direct buffer whose content never changes
   * @return false if there is no room for it after all; then it may be given again
   * @throws IOException if it should be in a file, and that fails
   */
  boolean add(Kept sector, ByteBuffer pixels) throws IOException {
    int sum = checksum(pixels);
    long place = -1;
    if (allInFiles || sector == passing) {
      try {
        place = files.get().append(sector.header, pixels.duplicate().clear());
      } catch (NoRoom e) {
        noRoom = e.getMessage();
        return false;
      }
      noRoom = null;
    }
    Kept stays = sector;
    if (sector == passing) {
      stays = Kept.elsewhere();
      stays.header.set(sector.header);
    }
    stays.fill(sector == passing ? null : pixels, sum);
    stays.place = place;
    stays.lane = (int) (stays.header.frame % lanes);
    counts[stays.lane]++;
    append(stays);
    return true;
  }

  private int checksum(ByteBuffer pixels) {
    checksum.reset();
    checksum.update(pixels.duplicate().clear());
    return (int) checksum.getValue();
  }

  /** Ends a scan in all lanes: all its sectors were added. */
  void end(long scan, int module) {
    for (int lane = 0; lane < lanes; lane++) {
      Kept end = Kept.elsewhere();
      end.header.set(scan, 0, 0, 0, 0, 0, 0, module);
      end.count = counts[lane];
      end.lane = lane;
      append(end);
    }
    counts = new long[lanes];
  }

  private void append(Kept message) {
    message.order = order++;
    message.turn = Kept.UNSENT;
    kept[message.lane].add(message);
  }

  /** The message that is to be sent next, the oldest of all; null if there is none. */
  Kept due() {
    Kept oldest = null;
    for (KeptLane lane : kept) {
      Kept next = lane.due();
      if (next != null && (oldest == null || next.order < oldest.order)) {
        oldest = next;
      }
    }
    return oldest;
  }

  /** The first part of a message. */
  byte[] head(Kept message) {
    return message.head(sender, kept[message.lane].acknowledged());
  }

  /**
   * The pixels of the message that is due: not to be changed as long as it may be on its way.
   *
   * @throws IOException if they are in a file that cannot be read
   */
  ByteBuffer pixels(Kept due) throws IOException {
    if (due.pixels() != null) {
      return due.pixels();
    }
    int at = (int) (turns % read.length);
    if (read[at] == null) {
      read[at] = ByteBuffer.allocateDirect(sectorBytes);
    }
    files.get().read(due.place, read[at]);
    if (checksum(read[at]) != due.checksum()) {
      throw files.get().altered(due.place); // its reader would ask for it again, for ever
    }
    return read[at];
  }

  /** The socket has taken the message that was due. */
  void sent(Kept message, long now) {
    message.turn = turns++;
    kept[message.lane].sent(now);
  }

  /**
   * Follows what a lane's reader tells.
   *
   * @return false if that is of no use: of a lane that is not there, or of a reader that was
   *     replaced
   */
  boolean heard(LaneStatus status, long now) {
    return status.lane() < lanes
        && kept[status.lane()].heard(status, sender, now, this::acknowledged);
  }

  private void acknowledged(Kept message) {
    if (message.place >= 0) {
      files.get().release(message.place);
      message.place = -1;
    }
    if (message.isInMemory()) {
      message.fill(null, 0);
      cooling.add(message);
    }
  }

  /** Messages that are in files. */
  long inFiles() {
    return files.map(SpilledSectors::sectors).orElse(0L);
  }

  /** Closes the files; those with sectors that are not acknowledged stay. */
  @Override
  public void close() {
    files.ifPresent(SpilledSectors::close);
  }

  /** Sends again what readers are not known to have: the connection was made anew. */
  void rewind(long now) {
    for (KeptLane lane : kept) {
      lane.rewind(now);
    }
  }

  /** Sends again what readers tell for so long not to have got. */
  boolean rewindSilent(long now, long nanos) {
    boolean any = false;
    for (KeptLane lane : kept) {
      any |= lane.rewindIfSilent(now, nanos);
    }
    return any;
  }

  /** Messages that are not acknowledged. */
  long unacknowledged() {
    long all = 0;
    for (KeptLane lane : kept) {
      all += lane.size();
    }
    return all;
  }

  /** Memory of sectors that are not acknowledged. */
  long bytes() {
    return (long) (made - free.size() - cooling.size()) * sectorBytes;
  }

  /** The most that may become; for any thread. */
  long mostBytes() {
    return (long) most * sectorBytes;
  }

  /** Where sectors are that memory has no room for; for any thread that only asks. */
  Optional<SpilledSectors> files() {
    return files;
  }

  /** Why the files took no sector last; null if they did. */
  String noRoom() {
    return noRoom;
  }

  /** Which life of the producer this is. */
  long sender() {
    return sender;
  }

  /** Messages that were sent again. */
  long repeated() {
    long all = 0;
    for (KeptLane lane : kept) {
      all += lane.repeated();
    }
    return all;
  }

  /** Lanes of which no reader was heard yet. */
  int[] unheard() {
    return IntStream.range(0, lanes).filter(lane -> kept[lane].epoch() < 0).toArray();
  }
}
