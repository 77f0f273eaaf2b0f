// Which values are the darkest and the brightest, and how levels lie between.

/** The values that are drawn as the lowest and the highest level; `low < high` always. */
export interface Limits {
  readonly low: number;
  readonly high: number;
}

/** How limits are found. Percentiles are of the finite values, 0 to 100. */
export interface Contrast {
  readonly lowPercent: number;
  readonly highPercent: number;
  /** Whether the limits lie as far to both sides of the median: for values with a sign or a zero of their own. */
  readonly symmetric: boolean;
}

/** Of more values than these every n-th is looked at: a percentile needs no more, and a drag redraws at once. */
const SAMPLE = 1 << 15;

/** How many times the smallest difference that log contrast shows fits between the limits. */
const LOG_RANGE = 1000;

/**
 * The percentile of sorted values, linear between neighbours, as NumPy's default does.
 *
 * @param sorted at least one value
 * @param percent 0 to 100
 */
export function percentile(sorted: Float32Array, percent: number): number {
  const place = (Math.min(100, Math.max(0, percent)) / 100) * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** The finite values, sorted; at most about {@link SAMPLE} of them, evenly taken. */
export function sortedSample(values: Float32Array): Float32Array {
  const step = Math.max(1, Math.floor(values.length / SAMPLE));
  const sample = new Float32Array(Math.ceil(values.length / step));
  let found = 0;
  for (let i = 0; i < values.length; i += step) {
    if (Number.isFinite(values[i])) {
      sample[found++] = values[i];
    }
  }
  return sample.subarray(0, found).sort();
}

/** The limits for an image; 0 to 1 for one without values, and never of the same value twice. */
export function limitsOf(values: Float32Array, contrast: Contrast): Limits {
  const sorted = sortedSample(values);
  if (sorted.length === 0) {
    return { low: 0, high: 1 };
  }
  let low = percentile(sorted, contrast.lowPercent);
  let high = percentile(sorted, contrast.highPercent);
  if (contrast.symmetric) {
    const middle = percentile(sorted, 50);
    const reach = Math.max(high - middle, middle - low);
    low = middle - reach;
    high = middle + reach;
  }
  if (!(low < high)) {
    // A flat image is all of the lowest level, but for values above it: those that percentiles leave out.
    high = Math.max(low + 1, sorted[sorted.length - 1]);
  }
  return { low, high };
}

/**
 * The level of a value, 0 to 1: linear between the limits, or `log(1 + R t) / log(1 + R)` of the linear level t with
 * R = 1000, which has no trouble with zeros. NaN stays NaN.
 */
export function levelOf(value: number, limits: Limits, log: boolean): number {
  const linear = Math.min(1, Math.max(0, (value - limits.low) / (limits.high - limits.low)));
  return log ? Math.log1p(LOG_RANGE * linear) / Math.log1p(LOG_RANGE) : linear;
}
