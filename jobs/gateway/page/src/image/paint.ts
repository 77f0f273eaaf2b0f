import { LEVELS, type MapName, pixel, table } from './colourmap.ts';
import { levelOf, type Limits } from './contrast.ts';
import { ABSENT, COMPLETE, INCOMPLETE, NOTHING_YET, type Raster } from './raster.ts';

/** The two tones of the checker where nothing has come yet: bluish, so that no grey is taken for them. */
export const CHECKER = [0x141b24, 0x222d3b] as const;

/** A position whose frame will not come: a colour of no map here. */
export const MISSING = 0xff3fd0;

/** Counted, and without a value: a centre of mass of no electrons. */
export const NO_VALUE = 0x0a0d12;

/** Colours of the map of what is missing, by what the mask says. */
export const MASK_COLOURS: Record<number, number> = {
  [COMPLETE]: 0x2f9e6e,
  [INCOMPLETE]: 0xffb020,
  [ABSENT]: MISSING,
};

/**
 * Draws an image: one pixel a position.
 *
 * @param mask what became of each position, or null if all have a value or none is expected
 * @param pixels as many as positions
 */
export function paint(
  raster: Raster,
  mask: Uint8Array | null,
  limits: Limits,
  map: MapName,
  log: boolean,
  pixels: Uint32Array,
): void {
  const colours = table(map);
  const { width, values } = raster;
  const side = checkerSide(raster);
  const light = pixel(CHECKER[1]);
  const dark = pixel(CHECKER[0]);
  const missing = pixel(MISSING);
  const noValue = pixel(NO_VALUE);
  for (let i = 0; i < values.length; i++) {
    const state = mask === null ? COMPLETE : mask[i];
    const value = values[i];
    if (state === ABSENT) {
      pixels[i] = missing;
    } else if (value === value) {
      pixels[i] = colours[Math.floor(levelOf(value, limits, log) * (LEVELS - 1) + 0.5)];
    } else if (state === NOTHING_YET) {
      pixels[i] = checker(i, width, side) ? light : dark;
    } else {
      pixels[i] = noValue;
    }
  }
}

/** Draws the map of what is missing. */
export function paintMask(mask: Uint8Array, width: number, pixels: Uint32Array): void {
  const side = checkerSide({ width, height: mask.length / width });
  for (let i = 0; i < mask.length; i++) {
    const colour = MASK_COLOURS[mask[i]];
    pixels[i] = pixel(colour ?? CHECKER[checker(i, width, side) ? 1 : 0]);
  }
}

/** Positions along the side of a field of the checker: some fifty fields over the longer side. */
function checkerSide(of: { width: number; height: number }): number {
  return Math.max(1, Math.round(Math.max(of.width, of.height) / 50));
}

function checker(index: number, width: number, side: number): boolean {
  const x = index % width;
  const y = (index - x) / width;
  return ((Math.floor(x / side) + Math.floor(y / side)) & 1) === 0;
}
