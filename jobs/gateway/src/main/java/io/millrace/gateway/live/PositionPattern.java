package io.millrace.gateway.live;

/**
 * What was counted at a position.
 *
 * @param x column of the position
 * @param y row of the position
 * @param events flat indices {@code row * detectorColumns + column}, of all its frames
 * @param mask one bit a module whose sector arrived, of every frame
 * @param frames of the position that were counted
 * @param framesWithEvents of these, those whose events are here
 * @param detectorRows height of a frame in pixels
 * @param detectorColumns width of a frame in pixels
 */
public record PositionPattern(
    int x,
    int y,
    int[] events,
    int mask,
    int frames,
    int framesWithEvents,
    int detectorRows,
    int detectorColumns) {}
