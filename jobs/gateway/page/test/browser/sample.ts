// A simulated sample: events of every position, from which all images follow as the gateway makes them.

import { contains, type Ring } from '../../src/pattern/ring.ts';

export const DETECTOR = { rows: 576, columns: 576, modules: 4 };

/** Whole numbers from 0 to 1 that are the same every time. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export class Sample {
  readonly events: Int32Array[] = [];

  constructor(
    readonly width: number,
    readonly height: number,
    seed = 1,
  ) {
    const next = random(seed);
    const normal = (): number => Math.sqrt(-2 * Math.log(next() + 1e-12)) * Math.cos(2 * Math.PI * next());
    for (let position = 0; position < width * height; position++) {
      const x = position % width;
      const y = Math.floor(position / width);
      const { thick, dx, dy } = atoms(x, y, width, height);
      const events: number[] = [];
      for (let electron = 0; electron < 120; electron++) {
        const scattered = next() < 0.06 + 0.5 * thick;
        const angle = 2 * Math.PI * next();
        const radius = scattered ? 70 + 170 * next() ** 1.6 : 60 * Math.sqrt(next()) + Math.abs(normal());
        const column = Math.round(288 + radius * Math.cos(angle) - 25 * dx * thick);
        const row = Math.round(288 + radius * Math.sin(angle) - 25 * dy * thick);
        if (row >= 0 && row < DETECTOR.rows && column >= 0 && column < DETECTOR.columns) {
          events.push(row * DETECTOR.columns + column);
        }
      }
      this.events.push(Int32Array.from(events));
    }
  }

  /** The image of a name as the gateway has it, for the positions of which something has come. */
  image(name: string, rings: readonly Ring[], there: (position: number) => boolean): Float32Array {
    const ring = rings.find((one) => one.name === name);
    const values = new Float32Array(this.width * this.height).fill(NaN);
    for (let position = 0; position < values.length; position++) {
      if (there(position)) {
        values[position] = ring === undefined ? this.value(name, position) : count(this.events[position], ring);
      }
    }
    if (name === 'com_magnitude') {
      return magnitude(this.image('com_x', rings, there), this.image('com_y', rings, there));
    }
    return values;
  }

  private value(name: string, position: number): number {
    const events = this.events[position];
    if (name === 'total_counts') {
      return events.length;
    }
    let sum = 0;
    for (const event of events) {
      sum += name === 'com_x' ? event % DETECTOR.columns : Math.floor(event / DETECTOR.columns);
    }
    return events.length === 0 ? NaN : sum / events.length;
  }

  pattern(there: (position: number) => boolean): Uint32Array {
    const sum = new Uint32Array(DETECTOR.rows * DETECTOR.columns);
    this.events.forEach((events, position) => {
      if (there(position)) {
        for (const event of events) {
          sum[event]++;
        }
      }
    });
    return sum;
  }
}

function count(events: Int32Array, ring: Ring): number {
  let inside = 0;
  for (const event of events) {
    if (contains(ring, Math.floor(event / DETECTOR.columns), event % DETECTOR.columns)) {
      inside++;
    }
  }
  return inside;
}

function magnitude(x: Float32Array, y: Float32Array): Float32Array {
  const finite = (values: Float32Array): number[] => Array.from(values).filter(Number.isFinite);
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const mx = mean(finite(x));
  const my = mean(finite(y));
  return x.map((value, i) => Math.hypot(value - mx, y[i] - my));
}

/** A hexagonal crystal with one atom missing: how thick the sample is, and which way the nearest atom lies. */
function atoms(x: number, y: number, width: number, height: number): { thick: number; dx: number; dy: number } {
  const pitch = width / 7;
  let best = { distance: Infinity, dx: 0, dy: 0 };
  for (let row = -1; row < 10; row++) {
    for (let column = -1; column < 9; column++) {
      const ax = (column + (row % 2 === 0 ? 0.25 : 0.75)) * pitch;
      const ay = (row + 0.4) * pitch * 0.866;
      if (row === 3 && column === 4) {
        continue;
      }
      const dx = x - ax;
      const dy = y - ay;
      const distance = Math.hypot(dx, dy);
      if (distance < best.distance) {
        best = { distance, dx: dx / pitch, dy: dy / pitch };
      }
    }
  }
  return { thick: Math.exp(-((best.distance / (0.27 * pitch)) ** 2)) * (0.85 + (0.15 * y) / height), dx: best.dx * 4, dy: best.dy * 4 };
}
