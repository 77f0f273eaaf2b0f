package io.millrace.operators.assembly;

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
 * <p>An instance belongs to one thread.
 */
public final class SeamResolver {
  private final int rows;
  private final int columns;

  /** Scratch: kept values of halo pixels; all zeros between calls. */
  private final float[] plane;

  /** Modules by the place of their first pixel: for bands of rows, events are ascending at once. */
  private final int[] order;

  /** A resolver for the frames of a detector. */
  public SeamResolver(DetectorDescription detector) {
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
   * @param events is overwritten: flat indices in the frame, ascending
   */
  public void resolve(CountedSector[] byModule, IntList events) {
    events.clear();
    for (CountedSector sector : byModule) {
      for (int i = 0; sector != null && i < sector.haloPixels.size(); i++) {
        plane[sector.haloPixels.get(i)] = sector.haloValues()[i];
      }
    }
    boolean ascending = true;
    for (int module : order) {
      if (byModule[module] != null) {
        int start = events.size();
        append(byModule[module], events);
        ascending &=
            start == 0 || start == events.size() || events.get(start - 1) < events.get(start);
      }
    }
    if (!ascending) {
      Arrays.sort(events.array(), 0, events.size());
    }
    for (CountedSector sector : byModule) {
      for (int i = 0; sector != null && i < sector.haloPixels.size(); i++) {
        plane[sector.haloPixels.get(i)] = 0;
      }
    }
  }

  /** Appends the final events of a sector and those provisional ones that stand, ascending. */
  private void append(CountedSector sector, IntList events) {
    int f = 0;
    for (int b = 0; b < sector.borderEvents.size(); b++) {
      int pixel = sector.borderEvents.get(b);
      int from = f;
      while (f < sector.events.size() && sector.events.get(f) < pixel) {
        f++;
      }
      events.add(sector.events.array(), from, f - from);
      if (stands(pixel)) {
        events.add(pixel);
      }
    }
    events.add(sector.events.array(), f, sector.events.size() - f);
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
}
