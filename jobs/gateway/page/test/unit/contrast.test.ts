import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levelOf, limitsOf, percentile, sortedSample } from '../../src/image/contrast.ts';

const WHOLE = { lowPercent: 0, highPercent: 100, symmetric: false };

test('percentiles lie between neighbours as those of NumPy', () => {
  const values = Float32Array.of(10, 20, 30, 40);
  assert.equal(percentile(values, 0), 10);
  assert.equal(percentile(values, 100), 40);
  assert.equal(percentile(values, 50), 25);
  assert.ok(Math.abs(percentile(values, 90) - 37) < 1e-5);
  assert.equal(percentile(Float32Array.of(7), 30), 7);
});

test('limits leave out what is not known', () => {
  assert.deepEqual(limitsOf(Float32Array.of(NaN, 3, Infinity, 1, NaN, 2), WHOLE), { low: 1, high: 3 });
  assert.deepEqual(limitsOf(Float32Array.of(NaN, NaN), WHOLE), { low: 0, high: 1 });
});

test('limits of a flat image are not of one value', () => {
  assert.deepEqual(limitsOf(Float32Array.of(5, 5, 5), WHOLE), { low: 5, high: 6 });
  const spike = new Float32Array(1000);
  spike[500] = 40;
  assert.deepEqual(limitsOf(spike, { ...WHOLE, highPercent: 90 }), { low: 0, high: 40 });
});

test('symmetric limits lie as far to both sides of the median', () => {
  const limits = limitsOf(Float32Array.of(286, 287, 288, 290, 298), { ...WHOLE, symmetric: true });
  assert.deepEqual(limits, { low: 278, high: 298 });
});

test('a large image is looked at in part, evenly', () => {
  const values = new Float32Array(1 << 20).map((_, i) => i);
  const sample = sortedSample(values);
  assert.ok(sample.length <= 1 << 15);
  const { low, high } = limitsOf(values, { lowPercent: 25, highPercent: 75, symmetric: false });
  assert.ok(Math.abs(low / values.length - 0.25) < 0.001);
  assert.ok(Math.abs(high / values.length - 0.75) < 0.001);
});

test('levels: linear, logarithmic, beyond the limits, and none of NaN', () => {
  const limits = { low: 10, high: 20 };
  assert.equal(levelOf(15, limits, false), 0.5);
  assert.equal(levelOf(-5, limits, false), 0);
  assert.equal(levelOf(99, limits, false), 1);
  assert.equal(levelOf(10, limits, true), 0);
  assert.equal(levelOf(20, limits, true), 1);
  assert.ok(Math.abs(levelOf(15, limits, true) - Math.log(501) / Math.log(1001)) < 1e-12);
  assert.ok(Number.isNaN(levelOf(NaN, limits, false)));
});
