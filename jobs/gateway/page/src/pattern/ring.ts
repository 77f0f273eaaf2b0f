// Rings of detector pixels, and how they are moved.

/** A virtual detector, as the counting job and the gateway know it. Lengths are in detector pixels. */
export interface Ring {
  readonly name: string;
  /** Inner radius, at least 0. */
  readonly inner: number;
  /** Outer radius, above the inner one. */
  readonly outer: number;
  /** Column of the centre. */
  readonly x: number;
  /** Row of the centre. */
  readonly y: number;
}

/** What of a ring can be taken hold of. */
export type Handle = 'centre' | 'inner' | 'outer';

/** Names that are no ring's, since every scan has images of these. */
export const TAKEN_NAMES = [
  'total_counts', 'com_x', 'com_y', 'com_magnitude', 'dpc_phase', 'sum_pattern', 'radial_profile',
];

/** Radii differ by at least this, so that a ring never becomes empty under the hand. */
const LEAST_WIDTH = 1;

/** Whether a detector pixel belongs to the ring: `inner^2 <= d^2 < outer^2`, d its distance from the centre. */
export function contains(ring: Ring, row: number, column: number): boolean {
  const squared = (column - ring.x) * (column - ring.x) + (row - ring.y) * (row - ring.y);
  return ring.inner * ring.inner <= squared && squared < ring.outer * ring.outer;
}

/**
 * The ring of an image, from the words with which counted files describe it: "electrons from 0.0 to 60.0 pixels around
 * column 288.0, row 288.0". Null if it is no ring's.
 */
export function describedRing(name: string, description: string): Ring | null {
  const found = /^electrons from (\S+) to (\S+) pixels around column (\S+), row (\S+)$/.exec(description);
  if (found === null) {
    return null;
  }
  const [inner, outer, x, y] = found.slice(1).map(Number);
  const ring = { name, inner, outer, x, y };
  return fault(ring) === null ? ring : null;
}

/** Why a ring can't be as it is, or null if it can. */
export function fault(ring: Ring): string | null {
  if (!/^[a-z][a-z0-9_]*$/.test(ring.name)) {
    return `a ring's name is of lower case letters, digits and underscores from a letter on, not "${ring.name}"`;
  }
  if (TAKEN_NAMES.includes(ring.name)) {
    return `${ring.name} is an image of every scan; take another name`;
  }
  if (![ring.inner, ring.outer, ring.x, ring.y].every(Number.isFinite)) {
    return `${ring.name}: radii and centre are numbers, in detector pixels`;
  }
  if (!(ring.inner >= 0 && ring.inner < ring.outer)) {
    return `${ring.name}: the radii ${ring.inner} and ${ring.outer} are not 0 <= inner < outer`;
  }
  return null;
}

/** A tenth of a pixel is as fine as a hand is. */
function fine(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The ring with a handle drawn to a point of the detector: a centre goes there, a radius reaches there. */
export function drawnTo(ring: Ring, handle: Handle, x: number, y: number): Ring {
  return handle === 'centre'
    ? { ...ring, x: fine(x), y: fine(y) }
    : withRadius(ring, handle, Math.hypot(x - ring.x, y - ring.y));
}

/** The ring with another radius, as near to that as the other radius lets it. */
export function withRadius(ring: Ring, handle: 'inner' | 'outer', radius: number): Ring {
  return handle === 'inner'
    ? { ...ring, inner: Math.max(0, Math.min(fine(radius), ring.outer - LEAST_WIDTH)) }
    : { ...ring, outer: Math.max(fine(radius), ring.inner + LEAST_WIDTH) };
}

/**
 * What a key does to a ring, or null if nothing: arrows move the centre or change the radius that has the focus by a
 * pixel, ten with shift; + and - change the radius (with the centre in focus, the outer one).
 */
export function keyed(ring: Ring, handle: Handle, key: string, shift: boolean): Ring | null {
  const step = shift ? 10 : 1;
  const radius = handle === 'inner' ? 'inner' : 'outer';
  switch (key) {
    case '+':
    case '=':
    case '*':
      return withRadius(ring, radius, ring[radius] + step);
    case '-':
    case '_':
      return withRadius(ring, radius, ring[radius] - step);
    case 'ArrowLeft':
      return handle === 'centre' ? { ...ring, x: ring.x - step } : withRadius(ring, radius, ring[radius] - step);
    case 'ArrowRight':
      return handle === 'centre' ? { ...ring, x: ring.x + step } : withRadius(ring, radius, ring[radius] + step);
    case 'ArrowUp':
      return handle === 'centre' ? { ...ring, y: ring.y - step } : withRadius(ring, radius, ring[radius] + step);
    case 'ArrowDown':
      return handle === 'centre' ? { ...ring, y: ring.y + step } : withRadius(ring, radius, ring[radius] - step);
    default:
      return null;
  }
}
