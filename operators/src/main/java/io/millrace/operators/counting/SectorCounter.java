package io.millrace.operators.counting;

import io.millrace.detector.Centroids;
import io.millrace.detector.CountedSector;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.SectorHeader;
import io.millrace.detector.SectorPlacement;

/**
 * Counts one sector, straight from the bytes as they were received: the events of {@link
 * ReferenceCounter}, as far as the sector alone can tell.
 *
 * <ol>
 *   <li>Find the <em>lit</em> pixels, those between the thresholds. Blocks of 32 pixels are only
 *       asked whether one may be lit ({@link BlockScan}), and most hold none; of the others it
 *       marks the pixels that may be, and these are asked ({@link Discriminator}).
 *   <li>Lay their values onto a plane of zeros, and compare each with its 8 neighbours there: what
 *       is not lit, or lies outside the sector, is 0. A lit pixel is an event iff it is greater
 *       than all of them. One that touches another sector goes into the halo, and its event, if it
 *       is one so far, is provisional.
 *   <li>Clean the plane.
 * </ol>
 *
 * <p>Loops write what they look at and move on by 0 or 1: a branch that is taken now and then would
 * cost more than the work that it saves. Each is a method of its own, because the compiler makes
 * more of small ones.
 *
 * <p>An instance belongs to one thread; it allocates nothing per sector.
 */
public final class SectorCounter {
  /** Marked pixels of a block that most blocks do not exceed. */
  private static final int USUAL = 3;

  private final DetectorDescription detector;
  private final boolean centroids;
  private final BlockScan scan;

  /** Scratch: byte offsets of the blocks that may hold a lit pixel. */
  private final int[] blocks;

  /** Scratch: which pixels of these blocks may be lit, a bit each. */
  private final int[] marks;

  /** Scratch: these pixels. */
  private final int[] candidates;

  /** Scratch: the lit pixels. */
  private final int[] lit;

  /** Scratch: the values of the lit pixels, as the bits of floats. */
  private final int[] values;

  /** Scratch: the place of each lit pixel on the plane. */
  private final int[] places;

  /** Scratch: the place of each event on the plane. */
  private final int[] eventPlaces;

  /** Values of the sector's lit pixels, with a rim of one pixel; all zeros between calls. */
  private final int[] plane;

  /** A counter for the sectors of a detector, with the fastest block scan of this JVM. */
  public SectorCounter(DetectorDescription detector, boolean centroids) {
    this(detector, centroids, BlockScans.fastest());
  }

  /**
   * A counter for the sectors of a detector.
   *
   * @param centroids whether the sub-pixel position of each event is wanted too
   */
  SectorCounter(DetectorDescription detector, boolean centroids, BlockScan scan) {
    this.detector = detector;
    this.centroids = centroids;
    this.scan = scan;
    blocks = new int[detector.sectorBytes() / BlockScan.BLOCK + 1];
    marks = new int[blocks.length];
    candidates = new int[detector.sector(0).pixels() + USUAL];
    // One more than there are: the place that is written in vain.
    int pixels = detector.sector(0).pixels() + 1;
    lit = new int[pixels];
    values = new int[pixels];
    places = new int[pixels];
    eventPlaces = new int[pixels];
    int largest = 0;
    for (int module = 0; module < detector.modules(); module++) {
      SectorPlacement s = detector.sector(module);
      largest = Math.max(largest, (s.rows() + 2) * (s.columns() + 2));
    }
    plane = new int[largest];
  }

  /** How blocks are scanned, for the log. */
  public String blockScan() {
    return scan.toString();
  }

  /**
   * Counts a sector.
   *
   * @param header which sector; its module is one of the detector
   * @param pixels the sector's pixels, see {@link Pixels}
   * @param scan what is lit in the sector's scan
   * @param out is overwritten
   * @throws IllegalArgumentException if the pixels are not as many as the detector's sector has
   */
  public void count(SectorHeader header, byte[] pixels, Discriminators scan, CountedSector out) {
    if (pixels.length != detector.sectorBytes()) {
      throw new IllegalArgumentException(
          "%s: %d bytes of pixels, but a sector of detector %s has %d"
              .formatted(header, pixels.length, detector.name(), detector.sectorBytes()));
    }
    out.clear();
    out.header.set(header);
    SectorPlacement sector = detector.sector(header.module);
    int n = findLit(pixels, scan.of(header.module));
    lay(n, sector);
    findEvents(n, sector, out);
    clean(n);
  }

  /** From blocks to their marked pixels to the lit ones. Returns how many are lit. */
  private int findLit(byte[] pixels, Discriminator discriminator) {
    long[] biases = discriminator.biases(pixels);
    int found;
    if (biases == null) {
      long bias = discriminator.bias();
      found = scan.find(pixels, bias, blocks);
      scan.mark(pixels, bias, blocks, found, marks);
    } else {
      found = scan.find(pixels, biases, blocks);
      scan.mark(pixels, biases, blocks, found, marks);
    }
    int n = findPixels(pixels, findCandidates(found), discriminator);
    for (int p = pixels.length / BlockScan.BLOCK * BlockScan.BLOCK / Short.BYTES;
        p < pixels.length / Short.BYTES;
        p++) {
      n = add(n, p, pixels, discriminator);
    }
    return n;
  }

  /**
   * The marked pixels of these blocks. So many as blocks usually have are written in any case, and
   * only more take a branch.
   */
  private int findCandidates(int inBlocks) {
    int n = 0;
    for (int b = 0; b < inBlocks; b++) {
      int first = blocks[b] / Short.BYTES;
      int rest = marks[b];
      int next = n + Integer.bitCount(rest);
      for (int usual = 0; usual < USUAL; usual++) {
        candidates[n++] = first + Integer.numberOfTrailingZeros(rest);
        rest &= rest - 1;
      }
      while (rest != 0) {
        candidates[n++] = first + Integer.numberOfTrailingZeros(rest);
        rest &= rest - 1;
      }
      n = next;
    }
    return n;
  }

  private int findPixels(byte[] pixels, int found, Discriminator discriminator) {
    int n = 0;
    for (int c = 0; c < found; c++) {
      n = add(n, candidates[c], pixels, discriminator);
    }
    return n;
  }

  private int add(int n, int pixel, byte[] pixels, Discriminator discriminator) {
    int bits = Float.floatToRawIntBits(discriminator.value(pixels, pixel));
    lit[n] = pixel;
    values[n] = bits;
    return n + discriminator.isLit(bits);
  }

  private void lay(int n, SectorPlacement sector) {
    long rowsPerPixel = Pixels.rowsPerPixel(sector.columns());
    int stride = sector.columns() + 2;
    for (int i = 0; i < n; i++) {
      int p = lit[i];
      // Each row is two places longer than that of the sector, and one row comes before.
      int place = p + 2 * Pixels.row(p, rowsPerPixel) + stride + 1;
      places[i] = place;
      plane[place] = values[i];
    }
  }

  private void findEvents(int n, SectorPlacement sector, CountedSector out) {
    long rowsPerPixel = Pixels.rowsPerPixel(sector.columns());
    int columns = sector.columns();
    int stride = columns + 2;
    int origin = sector.row() * detector.columns() + sector.column();
    int skip = detector.columns() - columns;
    // A row or column that no sector has: without another sector there, an edge is no seam.
    int top = sector.row() > 0 ? 0 : -1;
    int bottom = sector.endRow() < detector.rows() ? sector.rows() - 1 : -1;
    int left = sector.column() > 0 ? 0 : -1;
    int right = sector.endColumn() < detector.columns() ? columns - 1 : -1;
    int[] events = out.events.reserve(n);
    int found = 0;
    for (int i = 0; i < n; i++) {
      int p = lit[i];
      int row = Pixels.row(p, rowsPerPixel);
      int column = p - row * columns;
      int place = places[i];
      int isEvent = isMaximum(place, stride);
      int inFrame = origin + p + row * skip;
      if (row == top | row == bottom | column == left | column == right) {
        addToHalo(inFrame, place, stride, isEvent, out);
        isEvent = 0;
      }
      events[found] = inFrame;
      eventPlaces[found] = place;
      found += isEvent;
    }
    out.events.setSize(found);
    if (centroids) {
      addCentroids(found, stride, out);
    }
  }

  /** 1 if a value is greater than its 8 neighbours, otherwise 0; no value is negative. */
  private int isMaximum(int place, int stride) {
    int v = plane[place];
    int above = place - stride;
    int below = place + stride;
    return ((plane[above - 1] - v)
            & (plane[above] - v)
            & (plane[above + 1] - v)
            & (plane[place - 1] - v)
            & (plane[place + 1] - v)
            & (plane[below - 1] - v)
            & (plane[below] - v)
            & (plane[below + 1] - v))
        >>> 31;
  }

  private void addToHalo(int inFrame, int place, int stride, int isEvent, CountedSector out) {
    out.addHalo(inFrame, Float.intBitsToFloat(plane[place]));
    if (isEvent == 0) {
      return;
    }
    out.borderEvents.add(inFrame);
    if (!centroids) {
      return;
    }
    for (int dr = -1; dr <= 1; dr++) {
      for (int dc = -1; dc <= 1; dc++) {
        int bits = plane[place + dr * stride + dc];
        if (bits != 0) {
          out.addHalo(inFrame + dr * detector.columns() + dc, Float.intBitsToFloat(bits));
        }
      }
    }
  }

  /** The centroids of the events; see {@link Centroids}. */
  private void addCentroids(int n, int stride, CountedSector out) {
    for (int e = 0; e < n; e++) {
      int place = eventPlaces[e];
      double above = rowSum(place - stride);
      double here = rowSum(place);
      double below = rowSum(place + stride);
      double left = columnSum(place - 1, stride);
      double right = columnSum(place + 1, stride);
      double charge = above + here + below;
      int pixel = out.events.get(e);
      int row = pixel / detector.columns();
      int column = pixel - row * detector.columns();
      out.centroids.add(
          (float) (row + (below - above) / charge),
          (float) (column + (right - left) / charge),
          (float) charge);
    }
  }

  /** The sum of three neighbours in a row. */
  private double rowSum(int place) {
    return value(place - 1) + value(place) + value(place + 1);
  }

  /** The sum of three neighbours in a column. */
  private double columnSum(int place, int stride) {
    return value(place - stride) + value(place) + value(place + stride);
  }

  private double value(int place) {
    return Float.intBitsToFloat(plane[place]);
  }

  private void clean(int n) {
    for (int i = 0; i < n; i++) {
      plane[places[i]] = 0;
    }
  }
}
