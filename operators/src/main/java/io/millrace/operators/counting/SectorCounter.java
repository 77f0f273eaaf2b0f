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
 *       asked whether one may be lit ({@link BlockScan}), and most hold none; of the others, four
 *       pixels at once tell by bits which may be, and only those are asked ({@link Discriminator}).
 *   <li>Lay their values onto a plane of zeros, and compare each with its 8 neighbours there: what
 *       is not lit, or lies outside the sector, is 0. A lit pixel is an event iff it is greater
 *       than all of them. One that touches another sector goes into the halo, and its event, if it
 *       is one so far, is provisional.
 *   <li>Clean the plane.
 * </ol>
 *
 * <p>This is done for a part of the sector after the other; the last pixels of each wait for their
 * neighbours in the next.
 *
 * <p>Loops write what they look at and move on by 0 or 1: a branch that is taken now and then would
 * cost more than the work that it saves. Each is a method of its own, because the compiler makes
 * more of small ones.
 *
 * <p>An instance belongs to one thread; it allocates nothing per sector.
 */
public final class SectorCounter {
  /**
   * Bytes of a part, whole blocks. Short enough that what the scan has read is near when it is
   * looked at again; long enough that the stream from memory, which each part starts anew, pays.
   */
  private static final int PART = 1 << 16;

  /** Candidates of a block that most blocks do not exceed. */
  private static final int USUAL = 3;

  private final DetectorDescription detector;
  private final boolean centroids;
  private final BlockScan scan;

  /** Scratch: byte offsets of the blocks that may hold a lit pixel. */
  private final int[] blocks;

  /** Scratch: the pixels of these that may be lit. */
  private final int[] candidates;

  /** Scratch: the lit pixels. */
  private final int[] lit;

  /** Scratch: the values of the lit pixels, as the bits of floats. */
  private final int[] values;

  /** Scratch: the place of each lit pixel on the plane. */
  private final int[] places;

  /** Scratch: the place of each event on the plane. */
  private final int[] eventPlaces;

  /**
   * Values of the lit pixels, with a rim of one pixel around the sector; all zeros between calls. A
   * ring, of a power of two: a place is counted from the sector's beginning, and its lower bits are
   * where it lies.
   */
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
    blocks = new int[PART / BlockScan.BLOCK + 1];
    candidates = new int[PART / Short.BYTES + USUAL];
    // One more than there are: the place that is written in vain.
    int pixels = detector.sector(0).pixels() + 1;
    lit = new int[pixels];
    values = new int[pixels];
    places = new int[pixels];
    eventPlaces = new int[pixels];
    int most = 0;
    for (int module = 0; module < detector.modules(); module++) {
      most = Math.max(most, placesOfPart(detector.sector(module).columns()));
    }
    plane = new int[2 * Integer.highestOneBit(most)];
  }

  /** Places between the first that is not clean yet and the last that is looked at. */
  private static int placesOfPart(int columns) {
    int pixels = PART / Short.BYTES + 3 * (columns + 1);
    return pixels + 2 * (pixels / columns + 1) + 2 * (columns + 2);
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
    Discriminator discriminator = scan.of(header.module);
    long[] biases = discriminator.biases(pixels);
    int reach = sector.columns() + 1;
    int laid = 0;
    int tested = 0;
    int cleaned = 0;
    for (int from = 0; from < pixels.length; from += PART) {
      int to = Math.min(from + PART, pixels.length);
      int end = to / Short.BYTES;
      int n = findLit(pixels, from, to, discriminator, biases, laid);
      lay(laid, n, sector);
      laid = n;
      // The last ones have neighbours in the next part, and stay for that.
      int whole = to == pixels.length ? n : before(end - reach, n);
      findEvents(tested, whole, sector, out);
      tested = whole;
      int past = to == pixels.length ? n : before(end - 2 * reach, whole);
      clean(cleaned, past);
      cleaned = past;
    }
  }

  /** How many of the first {@code n} lit pixels come before this one. */
  private int before(int pixel, int n) {
    int i = n;
    while (i > 0 && lit[i - 1] >= pixel) {
      i--;
    }
    return i;
  }

  /** From blocks to pixels, in a part of the sector. Returns how many are lit up to its end. */
  private int findLit(
      byte[] pixels, int from, int to, Discriminator discriminator, long[] biases, int lit) {
    int found;
    if (biases == null) {
      long bias = discriminator.bias();
      found = findPixels(pixels, bias, scan.find(pixels, from, to, bias, blocks));
    } else {
      found = findPixels(pixels, biases, scan.find(pixels, from, to, biases, blocks));
    }
    for (int p = to / BlockScan.BLOCK * BlockScan.BLOCK / Short.BYTES; p < to / Short.BYTES; p++) {
      candidates[found++] = p;
    }
    return addLit(pixels, found, discriminator, lit);
  }

  /** The pixels of these blocks that may be lit. */
  private int findPixels(byte[] pixels, long bias, int inBlocks) {
    int n = 0;
    for (int b = 0; b < inBlocks; b++) {
      int block = blocks[b];
      int above = 0;
      for (int i = 0; i < BlockScan.BLOCK; i += Pixels.WORD) {
        long word = Pixels.word(pixels, block + i);
        above |= Pixels.topBits((word + bias) | word) << i / Short.BYTES;
      }
      n = addCandidates(n, block / Short.BYTES, above);
    }
    return n;
  }

  private int findPixels(byte[] pixels, long[] biases, int inBlocks) {
    int n = 0;
    for (int b = 0; b < inBlocks; b++) {
      int block = blocks[b];
      int above = 0;
      for (int i = 0; i < BlockScan.BLOCK; i += Pixels.WORD) {
        long word = Pixels.word(pixels, block + i);
        long bias = biases[(block + i) / Pixels.WORD];
        above |= Pixels.topBits((word + bias) | word) << i / Short.BYTES;
      }
      n = addCandidates(n, block / Short.BYTES, above);
    }
    return n;
  }

  /**
   * Adds the pixels of a block whose bits are set. Most blocks have at most {@link #USUAL}: so many
   * are written always, and only more need a branch.
   */
  private int addCandidates(int n, int first, int above) {
    int rest = above;
    int i = n;
    for (int usual = 0; usual < USUAL; usual++) {
      candidates[i++] = first + Integer.numberOfTrailingZeros(rest);
      rest &= rest - 1;
    }
    while (rest != 0) {
      candidates[i++] = first + Integer.numberOfTrailingZeros(rest);
      rest &= rest - 1;
    }
    return n + Integer.bitCount(above);
  }

  private int addLit(byte[] pixels, int found, Discriminator discriminator, int lit) {
    int n = lit;
    for (int i = 0; i < found; i++) {
      int p = candidates[i];
      n = add(n, p, Float.floatToRawIntBits(discriminator.value(pixels, p)), discriminator);
    }
    return n;
  }

  private int add(int n, int pixel, int bits, Discriminator discriminator) {
    lit[n] = pixel;
    values[n] = bits;
    return n + discriminator.isLit(bits);
  }

  private void lay(int from, int n, SectorPlacement sector) {
    long rowsPerPixel = Pixels.rowsPerPixel(sector.columns());
    int stride = sector.columns() + 2;
    for (int i = from; i < n; i++) {
      int p = lit[i];
      // Each row is two places longer than that of the sector, and one row comes before.
      int place = p + 2 * Pixels.row(p, rowsPerPixel) + stride + 1;
      places[i] = place;
      plane[place & (plane.length - 1)] = values[i];
    }
  }

  private void findEvents(int from, int n, SectorPlacement sector, CountedSector out) {
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
    int[] events = out.events.reserve(n - from);
    int before = out.events.size();
    int found = before;
    for (int i = from; i < n; i++) {
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
      addCentroids(before, found, stride, out);
    }
  }

  /** 1 if a value is greater than its 8 neighbours, otherwise 0; no value is negative. */
  private int isMaximum(int place, int stride) {
    int v = bits(place);
    int above = place - stride;
    int below = place + stride;
    return ((bits(above - 1) - v)
            & (bits(above) - v)
            & (bits(above + 1) - v)
            & (bits(place - 1) - v)
            & (bits(place + 1) - v)
            & (bits(below - 1) - v)
            & (bits(below) - v)
            & (bits(below + 1) - v))
        >>> 31;
  }

  private int bits(int place) {
    return plane[place & (plane.length - 1)];
  }

  private void addToHalo(int inFrame, int place, int stride, int isEvent, CountedSector out) {
    out.addHalo(inFrame, Float.intBitsToFloat(bits(place)));
    if (isEvent == 0) {
      return;
    }
    out.borderEvents.add(inFrame);
    if (!centroids) {
      return;
    }
    for (int dr = -1; dr <= 1; dr++) {
      for (int dc = -1; dc <= 1; dc++) {
        int bits = bits(place + dr * stride + dc);
        if (bits != 0) {
          out.addHalo(inFrame + dr * detector.columns() + dc, Float.intBitsToFloat(bits));
        }
      }
    }
  }

  /** The centroids of the events; see {@link Centroids}. */
  private void addCentroids(int from, int n, int stride, CountedSector out) {
    for (int e = from; e < n; e++) {
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
    return Float.intBitsToFloat(bits(place));
  }

  private void clean(int from, int n) {
    for (int i = from; i < n; i++) {
      plane[places[i] & (plane.length - 1)] = 0;
    }
  }
}
