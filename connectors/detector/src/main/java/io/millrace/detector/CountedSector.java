package io.millrace.detector;

import java.util.Arrays;

/**
 * The electrons of one sector, as far as the sector alone can tell.
 *
 * <p>Pixels are named by their flat index in the frame, {@code row * columns + column}. {@link
 * #events} are final: none of their neighbours lies in another sector. {@link #borderEvents} are
 * maxima within the sector that touch another one; whether they stand is decided when the sectors
 * meet, by the {@link #haloPixels halo}: the lit pixels of the sector's border, with their values.
 *
 * <p>With centroids, each final event has one. Those of provisional events are computed when the
 * sectors meet; the halo then also has the lit neighbours of provisional events in the row or
 * column behind the border, so that it holds every lit pixel around every provisional event.
 *
 * <p>166 kB of pixels become some hundred bytes. Mutable, so that a counter fills one instance
 * again and again.
 */
public final class CountedSector {
  /** Which sector was counted. */
  public final SectorHeader header = new SectorHeader();

  /** Final events, ascending. */
  public final IntList events;

  /** Provisional events on borders to other sectors, ascending; each is also in the halo. */
  public final IntList borderEvents;

  /**
   * Lit pixels on borders to other sectors; with centroids, also those behind the border. A pixel
   * may be there twice.
   */
  public final IntList haloPixels;

  private float[] haloValues;

  /** Of each final event, in their order; empty if they are not wanted. */
  public final Centroids centroids;

  /** An empty sector that grows as needed. */
  public CountedSector() {
    this(new IntList(256), new IntList(16), new IntList(64), new float[64], new Centroids(0));
  }

  /**
   * A sector of these lists, which are not copied.
   *
   * @param haloValues kept value of each halo pixel, at least as many
   */
  public CountedSector(
      IntList events,
      IntList borderEvents,
      IntList haloPixels,
      float[] haloValues,
      Centroids centroids) {
    this.events = events;
    this.borderEvents = borderEvents;
    this.haloPixels = haloPixels;
    this.haloValues = haloValues;
    this.centroids = centroids;
  }

  /** Kept value (ADU) of each halo pixel; as many as {@link #haloPixels} count. */
  public float[] haloValues() {
    return haloValues;
  }

  /** Adds a lit border pixel. */
  public void addHalo(int pixel, float value) {
    if (haloPixels.size() == haloValues.length) {
      haloValues = Arrays.copyOf(haloValues, 2 * haloValues.length + 16);
    }
    haloValues[haloPixels.size()] = value;
    haloPixels.add(pixel);
  }

  /** Forgets the events, keeps the memory. */
  public void clear() {
    events.clear();
    borderEvents.clear();
    haloPixels.clear();
    centroids.clear();
  }

  /** A copy with memory of its own. */
  public CountedSector copy() {
    CountedSector copy =
        new CountedSector(
            IntList.of(events.toArray()),
            IntList.of(borderEvents.toArray()),
            IntList.of(haloPixels.toArray()),
            Arrays.copyOf(haloValues, haloPixels.size()),
            new Centroids(0));
    copy.centroids.add(centroids, 0, centroids.size());
    copy.header.set(header);
    return copy;
  }
}
