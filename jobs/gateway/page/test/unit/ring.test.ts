import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contains, describedRing, drawnTo, fault, keyed, type Ring, withRadius } from '../../src/pattern/ring.ts';

const RING: Ring = { name: 'adf', inner: 3, outer: 5, x: 10, y: 20 };

test('a pixel belongs to a ring iff inner^2 <= d^2 < outer^2', () => {
  assert.equal(contains(RING, 20, 13), true, 'on the inner radius');
  assert.equal(contains(RING, 20, 12), false, 'inside of it');
  assert.equal(contains(RING, 20, 15), false, 'on the outer radius');
  assert.equal(contains(RING, 16, 13), false, '3, 4, 5');
  assert.equal(contains(RING, 23, 13), true, 'sqrt 18');
  assert.equal(contains({ ...RING, inner: 0 }, 20, 10), true, 'the centre of a disk');
  assert.equal(contains({ ...RING, x: 10.5 }, 20, 15), true, 'd = 4.5');
});

test('a ring and the disk within it share no pixel, and leave none out', () => {
  const disk = { ...RING, inner: 0, outer: 3 };
  const both = { ...RING, inner: 0 };
  for (let row = 10; row < 30; row++) {
    for (let column = 0; column < 20; column++) {
      const inside = Number(contains(disk, row, column)) + Number(contains(RING, row, column));
      assert.equal(inside, Number(contains(both, row, column)));
    }
  }
});

test('handles: the centre goes to the hand, a radius reaches to it', () => {
  assert.deepEqual(drawnTo(RING, 'centre', 12.34, 19.96), { ...RING, x: 12.3, y: 20 });
  assert.deepEqual(drawnTo(RING, 'outer', 10, 28), { ...RING, outer: 8 });
  assert.deepEqual(drawnTo(RING, 'inner', 6, 20), { ...RING, inner: 4 });
});

test('a ring never becomes empty or turned inside out', () => {
  assert.equal(withRadius(RING, 'inner', 70).inner, 4);
  assert.equal(withRadius(RING, 'inner', -2).inner, 0);
  assert.equal(withRadius(RING, 'outer', 0).outer, 4);
});

test('keys: arrows move, shift takes ten steps, + and - change the radius', () => {
  assert.deepEqual(keyed(RING, 'centre', 'ArrowLeft', false), { ...RING, x: 9 });
  assert.deepEqual(keyed(RING, 'centre', 'ArrowDown', true), { ...RING, y: 30 });
  assert.deepEqual(keyed(RING, 'centre', '+', false), { ...RING, outer: 6 });
  assert.deepEqual(keyed(RING, 'inner', '-', true), { ...RING, inner: 0 });
  assert.deepEqual(keyed(RING, 'outer', 'ArrowUp', true), { ...RING, outer: 15 });
  assert.deepEqual(keyed(RING, 'inner', 'ArrowRight', false), { ...RING, inner: 4 });
  assert.equal(keyed(RING, 'centre', 'Tab', false), null);
});

test('what can be no ring is told why', () => {
  assert.equal(fault(RING), null);
  assert.match(fault({ ...RING, inner: 5 }) ?? '', /not 0 <= inner < outer/);
  assert.match(fault({ ...RING, name: '<b>' }) ?? '', /lower case/);
  assert.match(fault({ ...RING, name: 'com_x' }) ?? '', /every scan/);
  assert.match(fault({ ...RING, x: NaN }) ?? '', /numbers/);
});

test('a counted file says in words which ring an image is of', () => {
  assert.deepEqual(describedRing('adf', 'electrons from 3.0 to 5.0 pixels around column 10.0, row 20.0'), RING);
  assert.equal(describedRing('total_counts', 'electrons'), null);
  assert.equal(describedRing('adf', 'electrons from 5.0 to 3.0 pixels around column 10.0, row 20.0'), null);
});
