/** An image as it was measured: row by row, NaN where nothing is known. Contrast and colours come later, on drawing. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** A raster of which nothing is known. */
export function emptyRaster(width: number, height: number): Raster {
  return { width, height, values: new Float32Array(width * height).fill(NaN) };
}

/** What became of a position, in the gateway's masks. */
export const NOTHING_YET = 0;
export const COMPLETE = 1;
export const INCOMPLETE = 2;
export const ABSENT = 3;
