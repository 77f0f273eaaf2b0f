package io.millrace.operators.hotpixels;

import io.millrace.detector.CountedFrame;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.HotPixelList;
import io.millrace.detector.HotPixelList.HotPixel;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * The events of one scan by detector pixel, and which of these pixels are hot.
 *
 * <p>A pixel fires at most once a frame, so its events n in N frames are its rate. Its reference m
 * is the third most active of the up to 24 pixels within two rows and two columns. It is hot iff
 *
 * <pre>
 *   n &gt;= N / 1000   and   W = 2 [ sqrt(n + 3/8) - sqrt(r (m + 3/8)) ] / sqrt(1 + r) &gt; 5,   r = 4
 * </pre>
 *
 * <p>W is the variance-stabilised statistic for two Poisson counts (Gu, Ng, Tang and Schucany,
 * Biometrical Journal 50 (2008) 283): if the true rate of the pixel is r times that of its
 * reference W is standard normal, and if it is less, W is smaller. So a pixel is hot if it
 * certainly fires more than four times as often as at least 22 of its neighbours. Why this way:
 *
 * <ul>
 *   <li><b>Real spots are wider than a pixel.</b> In a Gaussian spot of sigma 1 pixel the third
 *       most active neighbour has {@code exp(-1/2)} = 0.61 of the peak, wherever in its pixel the
 *       peak lies; the ratio reaches r only at sigma 0.6, or 0.85 if the peak lies on the frame's
 *       edge. The same three neighbours are there on the edge of a disk, and on the tip of one.
 *   <li><b>Noise.</b> On a flat field W lies far below 0: r leaves a factor of 4, and a spot just
 *       at the limit would have to deviate by 5 sigma. Without any light around (m = 0) a pixel
 *       needs 47 events, so nothing is found in less than 47 frames, and after 47,000 frames it
 *       needs one event in a thousand frames: below that, it adds less than masking costs.
 *   <li><b>Two or three hot pixels that touch</b> do not hide each other, because the reference is
 *       the third. A block of four, or a hot column, is found only where others within two pixels
 *       fire much less: that is for the bad-pixel mask.
 *   <li><b>A hot pixel silences its neighbours</b>, because an event is a strict maximum. That
 *       makes it easier to find; and a normal pixel between two hot ones still has neighbours
 *       beyond them to be compared with, therefore two rows and columns and not one.
 *   <li><b>The frame's edge</b> only leaves fewer neighbours, eight in a corner.
 * </ul>
 *
 * <p>Two things look like a hot pixel in the events and cannot be told from one: a spot so bright
 * that many electrons of a frame add up to one maximum, always in the same pixel; and a live pixel
 * of which all but two neighbours are dead or masked.
 */
public final class HotPixelSearch implements Serializable {
  private static final long serialVersionUID = 1;

  private static final int FRAMES_PER_EVENT = 1000;
  private static final double RATIO = 4;
  private static final double SIGMAS = 5;
  private static final int REACH = 2;

  /** Events that are needed without any around: the least n with W above 5 for m = 0. */
  private static final int FEWEST = 47;

  private final long scan;
  private final int rows;
  private final int columns;

  /** By detector pixel. */
  private final int[] events;

  private long frames;

  /** No events yet. */
  public HotPixelSearch(DetectorDescription detector, long scan) {
    this(scan, detector.rows(), detector.columns(), new int[detector.pixels()], 0);
  }

  /** Events as if they had come in so many frames. */
  HotPixelSearch(long scan, int rows, int columns, int[] events, long frames) {
    this.scan = scan;
    this.rows = rows;
    this.columns = columns;
    this.events = events;
    this.frames = frames;
  }

  /** Adds the events of a frame. */
  public void add(CountedFrame frame) {
    int[] pixels = frame.events.array();
    for (int e = 0; e < frame.events.size(); e++) {
      events[pixels[e]]++;
    }
    frames++;
  }

  /** Frames that were added. */
  public long frames() {
    return frames;
  }

  /** The pixels that are hot by the events so far. */
  public HotPixelList find() {
    List<HotPixel> hot = new ArrayList<>();
    for (int pixel = 0; pixel < events.length; pixel++) {
      long n = events[pixel];
      if (n >= FEWEST && n * FRAMES_PER_EVENT >= frames && w(n, reference(pixel)) > SIGMAS) {
        hot.add(new HotPixel(pixel, (float) n / frames));
      }
    }
    return new HotPixelList(scan, hot);
  }

  private static double w(double n, double m) {
    return 2 * (Math.sqrt(n + 0.375) - Math.sqrt(RATIO * (m + 0.375))) / Math.sqrt(1 + RATIO);
  }

  /** The third largest count around a pixel. */
  private int reference(int pixel) {
    int row = pixel / columns;
    int column = pixel % columns;
    int first = 0;
    int second = 0;
    int third = 0;
    for (int r = Math.max(0, row - REACH); r <= Math.min(rows - 1, row + REACH); r++) {
      for (int c = Math.max(0, column - REACH); c <= Math.min(columns - 1, column + REACH); c++) {
        int n = events[r * columns + c];
        if (n <= third || r == row && c == column) {
          continue;
        }
        if (n > first) {
          third = second;
          second = first;
          first = n;
        } else if (n > second) {
          third = second;
          second = n;
        } else {
          third = n;
        }
      }
    }
    return third;
  }
}
