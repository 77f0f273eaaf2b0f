package io.millrace.operators.assembly;

import io.millrace.detector.Centroids;
import io.millrace.detector.CountedFrame;
import io.millrace.detector.CountedSector;
import io.millrace.detector.DetectorDescription;
import io.millrace.detector.IntList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Decides the events where sectors meet, so that the result is that of the assembled frame.
 *
 * <p>The halos of all sectors are laid onto one plane; a provisional event stands iff its value is
 * greater than those of its up to 8 neighbours there. Neighbours in its own sector do not change
 * that: it is a maximum among them already. What is not lit, or is missing, is 0.
 *
 * <p>With centroids, those of final events come with the sectors. Those of provisional events are
 * computed here, because the plane then holds every lit pixel around each of them.
 *
 * <p>An instance belongs to one thread.
 */
public final class SeamResolver {
  private final int rows;
  private final int columns;

  /** Scratch: kept values of halo pixels; all zeros between calls. */
  private final float[] plane;

  /** Modules by the place of their first pixel: for bands of rows, events are ascending at once. */
  private final int[] order;

  private final boolean wantsCentroids;

  /** Scratch of {@link #sort}: event and where it stood. */
  private long[] sorted = {};

  /** Scratch of {@link #sort}: the centroids as they stood. */
  private final Centroids unsorted = new Centroids(0);

  /**
   * A resolver for the frames of a detector.
   *
   * @param centroids whether the sectors have centroids, and the frames shall have them
   */
  public SeamResolver(DetectorDescription detector, boolean centroids) {
    wantsCentroids = centroids;
    rows = detector.rows();
    columns = detector.columns();
    plane = new float[detector.pixels()];
    order =
        IntStream.range(0, detector.modules())
            .boxed()
            .sorted(
                Comparator.<Integer>comparingInt(m -> detector.sector(m).row())
                    .thenComparingInt(m -> detector.sector(m).column()))
            .mapToInt(Integer::intValue)
            .toArray();
  }

  /**
   * The events of a frame.
   *
   * @param byModule the frame's sectors; null for one that is missing
   * @param frame its events and centroids are overwritten
   * @throws IllegalStateException if centroids are wanted and a sector has not one for each final
   *     event
   */
  public void resolve(CountedSector[] byModule, CountedFrame frame) {
    IntList events = frame.events;
    events.clear();
    frame.centroids.clear();
    for (CountedSector sector : byModule) {
      for (int i = 0; sector != null && i < sector.haloPixels.size(); i++) {
        plane[sector.haloPixels.get(i)] = sector.haloValues()[i];
      }
    }
    boolean ascending = true;
    for (int module : order) {
      if (byModule[module] != null) {
        int start = events.size();
        append(byModule[module], frame);
        ascending &=
            start == 0 || start == events.size() || events.get(start - 1) < events.get(start);
      }
    }
    if (!ascending) {
      sort(frame);
    }
    for (CountedSector sector : byModule) {
      for (int i = 0; sector != null && i < sector.haloPixels.size(); i++) {
        plane[sector.haloPixels.get(i)] = 0;
      }
    }
  }

  /** Appends the final events of a sector and those provisional ones that stand, ascending. */
  private void append(CountedSector sector, CountedFrame frame) {
    if (wantsCentroids && sector.centroids.size() != sector.events.size()) {
      throw new IllegalStateException(
          "%s has %d centroids for %d final events; it has to be counted with centroids"
              .formatted(sector.header, sector.centroids.size(), sector.events.size()));
    }
    int f = 0;
    for (int b = 0; b < sector.borderEvents.size(); b++) {
      int pixel = sector.borderEvents.get(b);
      int from = f;
      while (f < sector.events.size() && sector.events.get(f) < pixel) {
        f++;
      }
      appendFinal(sector, from, f, frame);
      if (stands(pixel)) {
        frame.events.add(pixel);
        if (wantsCentroids) {
          addCentroid(pixel, frame.centroids);
        }
      }
    }
    appendFinal(sector, f, sector.events.size(), frame);
  }

  private void appendFinal(CountedSector sector, int from, int to, CountedFrame frame) {
    frame.events.add(sector.events.array(), from, to - from);
    if (wantsCentroids) {
      frame.centroids.add(sector.centroids, from, to - from);
    }
  }

  private boolean stands(int pixel) {
    int row = pixel / columns;
    int column = pixel % columns;
    for (int r = Math.max(row - 1, 0); r <= Math.min(row + 1, rows - 1); r++) {
      for (int c = Math.max(column - 1, 0); c <= Math.min(column + 1, columns - 1); c++) {
        int neighbour = r * columns + c;
        if (neighbour != pixel && plane[neighbour] >= plane[pixel]) {
          return false;
        }
      }
    }
    return true;
  }

  /** As {@link io.millrace.operators.counting.ReferenceCounter#centroids} defines it. */
  private void addCentroid(int event, Centroids centroids) {
    int row = event / columns;
    int column = event % columns;
    double charge = 0;
    double sy = 0;
    double sx = 0;
    for (int r = Math.max(row - 1, 0); r <= Math.min(row + 1, rows - 1); r++) {
      for (int c = Math.max(column - 1, 0); c <= Math.min(column + 1, columns - 1); c++) {
        double value = plane[r * columns + c];
        charge += value;
        sy += value * (r - row);
        sx += value * (c - column);
      }
    }
    centroids.add((float) (row + sy / charge), (float) (column + sx / charge), (float) charge);
  }

  /** Sorts the events; each takes its centroid along. */
  private void sort(CountedFrame frame) {
    int n = frame.events.size();
    int[] events = frame.events.array();
    if (!wantsCentroids) {
      Arrays.sort(events, 0, n);
      return;
    }
    if (sorted.length < n) {
      sorted = new long[2 * n];
    }
    for (int i = 0; i < n; i++) {
      sorted[i] = (long) events[i] << Integer.SIZE | i;
    }
    Arrays.sort(sorted, 0, n);
    unsorted.clear();
    unsorted.add(frame.centroids, 0, n);
    frame.centroids.clear();
    for (int i = 0; i < n; i++) {
      events[i] = (int) (sorted[i] >>> Integer.SIZE);
      frame.centroids.add(unsorted, (int) sorted[i], 1);
    }
  }
}
