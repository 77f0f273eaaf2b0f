package io.millrace.gateway.live;

import io.millrace.detector.IntList;

/** The events of a scan by position, wherever they are kept. */
public interface PositionEvents {
  /** How many frames of a position have their events here. */
  int frames(int position);

  /**
   * Appends the events of all these frames, as flat indices {@code row * columns + column}.
   *
   * @param position {@code y * width + x}
   */
  void addTo(int position, IntList events);

  /** Memory that they take, in bytes; 0 if they are in a file. */
  long bytes();
}
