package io.millrace.operators.assembly;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.CountedSector;
import io.millrace.detector.DropReason;
import io.millrace.detector.SectorHeader;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * 64 consecutive frames of a scan: the sectors that wait for the others of their frame, and which
 * frames have left.
 *
 * <p>A frame waits from its first sector until it leaves, complete ({@link #take}) or because time
 * is up ({@link #flush}); it never comes back. What the block remembers of a frame that has left is
 * one bit, and its sector mask if it left incomplete.
 *
 * <p>The state is small and plain, to be written into checkpoints: {@link #done}, {@link
 * #incompleteMasks}, {@link #pending} and the scan's size are all that the constructor needs to
 * make an equal block.
 */
public final class FrameBlock {
  /** Frames of a block: as many as a long has bits. */
  public static final int FRAMES = Long.SIZE;

  /** What became of a sector that was offered. */
  public enum Offer {
    /** It waits for the others of its frame. */
    KEPT(null),
    /** It was the last of its frame, which now has to be {@link FrameBlock#take taken}. */
    COMPLETE(null),
    /** The frame had this sector, or left complete. */
    DUPLICATE(DropReason.DUPLICATE),
    /** The frame has left, without this sector. */
    LATE(DropReason.LATE),
    /** It tells another scan size than the block's first sector. */
    INCONSISTENT_SIZE(DropReason.INCONSISTENT_SCAN_SIZE),
    /** It tells another position than its frame's first sector. */
    INCONSISTENT_POSITION(DropReason.INCONSISTENT_POSITION);

    private final DropReason reason;

    Offer(DropReason reason) {
      this.reason = reason;
    }

    /** Why the sector was not used; null if it was. */
    public DropReason reason() {
      return reason;
    }
  }

  private final int modules;
  private int width;
  private int height;
  private long done;
  private byte[] incompleteMasks;

  /** By slot and module; a slot is null if none of its frame's sectors waits. */
  private final CountedSector[][] waiting = new CountedSector[FRAMES][];

  /** A block of which nothing has arrived, of a detector with this many modules. */
  public FrameBlock(int modules) {
    this.modules = modules;
  }

  /**
   * A block as it was when it was asked for these.
   *
   * @param incompleteMasks may be null
   */
  public FrameBlock(
      int modules,
      int width,
      int height,
      long done,
      byte[] incompleteMasks,
      Iterable<CountedSector> pending) {
    this.modules = modules;
    this.width = width;
    this.height = height;
    this.done = done;
    this.incompleteMasks = incompleteMasks;
    pending.forEach(this::offer);
  }

  /** Number of the block that a frame belongs to. */
  public static long of(long frame) {
    return frame / FRAMES;
  }

  /**
   * Takes a sector in, which is kept as it is until its frame leaves.
   *
   * @param sector of a frame of this block, from one of the detector's modules
   */
  public Offer offer(CountedSector sector) {
    SectorHeader header = sector.header;
    if (width == 0) {
      width = header.width;
      height = header.height;
    } else if (header.width != width || header.height != height) {
      return Offer.INCONSISTENT_SIZE;
    }
    int slot = slot(header.frame);
    if ((done >>> slot & 1) != 0) {
      return (maskOfLeft(slot) >>> header.module & 1) != 0 ? Offer.DUPLICATE : Offer.LATE;
    }
    if (waiting[slot] == null) {
      waiting[slot] = new CountedSector[modules];
    } else {
      SectorHeader first = first(slot);
      if (header.x != first.x || header.y != first.y) {
        return Offer.INCONSISTENT_POSITION;
      }
    }
    if (waiting[slot][header.module] != null) {
      return Offer.DUPLICATE;
    }
    waiting[slot][header.module] = sector;
    return mask(slot) == completeMask() ? Offer.COMPLETE : Offer.KEPT;
  }

  /**
   * Lets a frame leave, with the sectors that it has.
   *
   * @param frame number of a frame of which sectors wait
   * @param out is overwritten
   */
  public void take(long frame, SeamResolver seams, CountedFrame out) {
    int slot = slot(frame);
    if (waiting[slot] == null) {
      throw new IllegalStateException("no sector of frame %d waits".formatted(frame));
    }
    leave(slot, seams, out);
  }

  /**
   * Lets all frames leave that wait, by ascending number; their masks tell what is missing.
   *
   * @param out is overwritten for each frame
   * @param leaving gets {@code out} for each frame
   */
  public void flush(SeamResolver seams, CountedFrame out, Consumer<CountedFrame> leaving) {
    for (int slot = 0; slot < FRAMES; slot++) {
      if (waiting[slot] != null) {
        leave(slot, seams, out);
        leaving.accept(out);
      }
    }
  }

  private void leave(int slot, SeamResolver seams, CountedFrame out) {
    SectorHeader first = first(slot);
    out.scan = first.scan;
    out.frame = first.frame;
    out.width = first.width;
    out.height = first.height;
    out.x = first.x;
    out.y = first.y;
    out.mask = mask(slot);
    seams.resolve(waiting[slot], out);
    waiting[slot] = null;
    done |= 1L << slot;
    if (out.mask != completeMask()) {
      if (incompleteMasks == null) {
        incompleteMasks = new byte[FRAMES];
      }
      incompleteMasks[slot] = (byte) out.mask;
    }
  }

  /** The sectors that wait, by frame and module. */
  public List<CountedSector> pending() {
    return Arrays.stream(waiting)
        .filter(Objects::nonNull)
        .flatMap(Arrays::stream)
        .filter(Objects::nonNull)
        .toList();
  }

  /** One bit a frame, by frame number modulo 64: whether it has left. */
  public long done() {
    return done;
  }

  /**
   * By frame number modulo 64, the sector mask of a frame that left incomplete, 0 for others; null
   * if none did.
   */
  public byte[] incompleteMasks() {
    return incompleteMasks;
  }

  /** Sectors of a complete frame. */
  public int modules() {
    return modules;
  }

  /** Width of the scan in positions; 0 before the first sector. */
  public int width() {
    return width;
  }

  /** Height of the scan in positions; 0 before the first sector. */
  public int height() {
    return height;
  }

  private static int slot(long frame) {
    return (int) (frame % FRAMES);
  }

  private SectorHeader first(int slot) {
    for (CountedSector sector : waiting[slot]) {
      if (sector != null) {
        return sector.header;
      }
    }
    throw new IllegalStateException("slot %d holds a frame without sectors".formatted(slot));
  }

  private int mask(int slot) {
    int mask = 0;
    for (int m = 0; m < modules; m++) {
      if (waiting[slot][m] != null) {
        mask |= 1 << m;
      }
    }
    return mask;
  }

  private int maskOfLeft(int slot) {
    return incompleteMasks == null || incompleteMasks[slot] == 0
        ? completeMask()
        : incompleteMasks[slot] & 0xff;
  }

  private int completeMask() {
    return (1 << modules) - 1;
  }
}
