/**
 * {@code scripts/bench model}: what a camera, or several, would need, and which part gives in
 * first. Nothing is measured here: it is arithmetic with what was measured elsewhere, for
 * docs/SCALING.md.
 *
 * <ul>
 *   <li>{@link io.millrace.benchmarks.model.ModelCommand}: the command
 *   <li>{@link io.millrace.benchmarks.model.ScalingModel}: the arithmetic
 *   <li>{@link io.millrace.benchmarks.model.Cameras}, {@link io.millrace.benchmarks.model.Costs},
 *       {@link io.millrace.benchmarks.model.Node}, {@link io.millrace.benchmarks.model.Delivery}:
 *       what goes into it
 * </ul>
 */
package io.millrace.benchmarks.model;
