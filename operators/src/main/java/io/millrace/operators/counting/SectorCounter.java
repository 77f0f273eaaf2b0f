package io.millrace.operators.counting;

import io.millrace.detector.CountedSector;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.SectorPlacement;
import io.millrace.detector.Thresholds;

/**
 * Counts one sector, straight from the bytes as they were received: the events of {@link
 * ReferenceCounter} without corrections, as far as the sector alone can tell.
 *
 * <p>With {@code lo = max(1, floor(background) + 1)} and {@code hi = ceil(xray) - 1}, a pixel t is
 * <em>lit</em> iff {@code lo <= t <= hi}. (A kept 0 is no different from a pixel that is not kept,
 * so lo is at least 1 for negative backgrounds too.) A lit pixel v is an event iff no neighbour n
 * has {@code v <= n <= hi}. Two phases:
 *
 * <ol>
 *   <li>Find the lit pixels. Blocks of 32 pixels are only asked whether one may be lit, and most
 *       hold none.
 *   <li>Compare each with its 8 neighbours, without a branch. Pixels on the sector's edge are few,
 *       and go a plain way: where they touch another sector they are noted in the halo, and their
 *       event is provisional.
 * </ol>
 *
 * <p>An instance belongs to one thread; it allocates nothing per sector.
 */
public final class SectorCounter {
  /** Bytes that are asked together: 32 pixels. */
  private static final int BLOCK = 64;

  /** Bytes of four pixels. */
  private static final int WORD = Long.BYTES;

  private static final long EACH_LANE = 0x0001_0001_0001_0001L;
  private static final long TOP_BITS = 0x8000 * EACH_LANE;

  private final DetectorDescription detector;

  /** Scratch: byte offsets of the blocks that may hold a lit pixel. */
  private final int[] blocks;

  /** Scratch: byte offsets of the words that may hold a lit pixel. */
  private final int[] words;

  /** Scratch: the lit pixels. */
  private final int[] lit;

  /** A counter for the sectors of a detector. */
  public SectorCounter(DetectorDescription detector) {
    this.detector = detector;
    this.blocks = new int[detector.sectorBytes() / BLOCK];
    this.words = new int[detector.sectorBytes() / WORD];
    this.lit = new int[detector.sector(0).pixels()];
  }

  /**
   * Counts a sector.
   *
   * @param header which sector; its module is one of the detector
   * @param pixels the sector's pixels, see {@link Pixels}
   * @param out is overwritten
   * @throws IllegalArgumentException if the pixels are not as many as the detector's sector has
   */
  public void count(SectorHeader header, byte[] pixels, Thresholds thresholds, CountedSector out) {
    if (pixels.length != detector.sectorBytes()) {
      throw new IllegalArgumentException(
          "%s: %d bytes of pixels, but a sector of detector %s has %d"
              .formatted(header, pixels.length, detector.name(), detector.sectorBytes()));
    }
    out.clear();
    out.header.set(header);
    int lo = (int) Math.max(1, Math.min(Pixels.MAX + 1, Math.floor(thresholds.background()) + 1));
    int hi = (int) Math.max(0, Math.min(Pixels.MAX, Math.ceil(thresholds.xray()) - 1));
    int n = findLit(pixels, lo, hi);
    findEvents(pixels, hi, n, detector.sector(header.module), out);
  }

  /**
   * Phase 1, from blocks to words of four pixels to pixels. Returns how many are lit.
   *
   * <p>A word is asked at once, in lanes of 16 bits: t + bias reaches the lane's top bit iff t
   * &gt;= lo. A large t overflows, but has the top bit itself; its carry can only make the next
   * lane look lit, and so does a lo above 0x8000, which bias cannot express. So no lit pixel is
   * overlooked, and the pixels of the words that remain are compared exactly.
   *
   * <p>Each loop writes what it looks at and moves on by 0 or 1: a branch that is taken now and
   * then would cost more than the work that it saves. Each is a method of its own, because the
   * compiler makes more of small ones.
   */
  private int findLit(byte[] pixels, int lo, int hi) {
    long bias = (0x8000 - Math.min(lo, 0x8000)) * EACH_LANE;
    int found = findWords(pixels, bias, findBlocks(pixels, bias));
    int n = 0;
    for (int w = 0; w < found; w++) {
      int first = words[w] / Short.BYTES;
      for (int p = first; p < first + WORD / Short.BYTES; p++) {
        lit[n] = p;
        n += isLit(Pixels.get(pixels, p), lo, hi);
      }
    }
    for (int p = pixels.length / BLOCK * BLOCK / Short.BYTES; p < lit.length; p++) {
      lit[n] = p;
      n += isLit(Pixels.get(pixels, p), lo, hi);
    }
    return n;
  }

  /** The blocks that may hold a lit pixel. */
  private int findBlocks(byte[] pixels, long bias) {
    int n = 0;
    for (int block = 0; block <= pixels.length - BLOCK; block += BLOCK) {
      long lanes = 0;
      for (int i = 0; i < BLOCK; i += WORD) {
        long word = Pixels.word(pixels, block + i);
        lanes |= (word + bias) | word;
      }
      blocks[n] = block;
      n += hasTopBit(lanes);
    }
    return n;
  }

  /** The words of these blocks that may hold a lit pixel. */
  private int findWords(byte[] pixels, long bias, int inBlocks) {
    int n = 0;
    for (int b = 0; b < inBlocks; b++) {
      for (int i = 0; i < BLOCK; i += WORD) {
        int offset = blocks[b] + i;
        long word = Pixels.word(pixels, offset);
        words[n] = offset;
        n += hasTopBit((word + bias) | word);
      }
    }
    return n;
  }

  /** 1 if the top bit of any lane is set, otherwise 0. */
  private static int hasTopBit(long lanes) {
    return (int) (-((lanes & TOP_BITS) >>> 1) >>> 63);
  }

  /** 1 if lo &lt;= t &lt;= hi, otherwise 0. */
  private static int isLit(int t, int lo, int hi) {
    return ((lo - 1 - t) & (t - 1 - hi)) >>> 31;
  }

  /** Phase 2. */
  private void findEvents(byte[] pixels, int hi, int n, SectorPlacement sector, CountedSector out) {
    int columns = sector.columns();
    int lastRow = pixels.length / Short.BYTES - columns;
    int origin = sector.row() * detector.columns() + sector.column();
    int skip = detector.columns() - columns;
    // A product and a shift instead of a slow division: exact for p * columns < 2^40.
    long rowsPerPixel = (1L << 40) / columns + 1;
    int[] events = out.events.reserve(n);
    int found = 0;
    for (int h = 0; h < n; h++) {
      int p = lit[h];
      int row = (int) (p * rowsPerPixel >>> 40);
      int column = p - row * columns;
      int inFrame = origin + p + row * skip;
      boolean edge = p < columns || p >= lastRow || column == 0 || column == columns - 1;
      events[found] = inFrame;
      found +=
          edge
              ? edge(pixels, hi, row, column, sector, inFrame, out)
              : inside(pixels, hi, p, columns);
    }
    out.events.setSize(found);
  }

  /** 1 if the lit pixel p, which has all its neighbours in the sector, is an event; otherwise 0. */
  private static int inside(byte[] pixels, int hi, int p, int columns) {
    int v = Pixels.get(pixels, p);
    int above = p - columns;
    int below = p + columns;
    return (passes(pixels, above - 1, v, hi)
            & passes(pixels, above, v, hi)
            & passes(pixels, above + 1, v, hi)
            & passes(pixels, p - 1, v, hi)
            & passes(pixels, p + 1, v, hi)
            & passes(pixels, below - 1, v, hi)
            & passes(pixels, below, v, hi)
            & passes(pixels, below + 1, v, hi))
        >>> 31;
  }

  /** Negative iff neighbour n lets v pass: n &lt; v or n &gt; hi. */
  private static int passes(byte[] pixels, int neighbour, int v, int hi) {
    int n = Pixels.get(pixels, neighbour);
    return (n - v) | (hi - n);
  }

  /**
   * The same for a lit pixel on the sector's edge. If it touches another sector, it goes into the
   * halo and its event, if it is one so far, is provisional: returns 0.
   */
  private int edge(
      byte[] pixels,
      int hi,
      int row,
      int column,
      SectorPlacement s,
      int inFrame,
      CountedSector out) {
    int p = row * s.columns() + column;
    int v = Pixels.get(pixels, p);
    int pass = -1;
    for (int r = Math.max(row - 1, 0); r <= Math.min(row + 1, s.rows() - 1); r++) {
      for (int c = Math.max(column - 1, 0); c <= Math.min(column + 1, s.columns() - 1); c++) {
        if (r != row || c != column) {
          pass &= passes(pixels, r * s.columns() + c, v, hi);
        }
      }
    }
    // The sectors cover the frame: what lies beyond the sector's edge is another sector, or
    // nothing.
    boolean touches =
        (row == 0 && s.row() > 0)
            || (row == s.rows() - 1 && s.endRow() < detector.rows())
            || (column == 0 && s.column() > 0)
            || (column == s.columns() - 1 && s.endColumn() < detector.columns());
    if (!touches) {
      return pass >>> 31;
    }
    out.addHalo(inFrame, v);
    if (pass < 0) {
      out.borderEvents.add(inFrame);
    }
    return 0;
  }
}
