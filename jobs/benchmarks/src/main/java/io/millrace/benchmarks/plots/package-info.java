/**
 * The pictures in docs/BENCHMARKS.md, as SVG.
 *
 * <p>Drawn by hand: a page of code for bars and lines, against a library that brings Java's window
 * toolkit and draws other letters on each machine. So the same results give the same file, to the
 * byte.
 *
 * <ul>
 *   <li>{@link io.millrace.benchmarks.plots.BarChart}: a bar for each case, also of several parts,
 *       with targets
 *   <li>{@link io.millrace.benchmarks.plots.LineChart}: points that are joined, such as a cost over
 *       a number of lanes
 * </ul>
 *
 * <p>They have a white ground of their own, so they can be read on a dark page as well. Colours are
 * those of Okabe and Ito, which the colour-blind tell apart; parts and lines also differ in
 * brightness or mark, and are named.
 */
package io.millrace.benchmarks.plots;
