// Colour maps that are even in lightness, so that what looks like a step is one.

/** A colour map: linear between equidistant stops, 0xRRGGBB. */
interface Stops {
  readonly title: string;
  readonly stops: readonly number[];
}

/**
 * Stops as published, and as the gateway has them, by these names, for the pictures that are taken away. viridis and
 * inferno: matplotlib's (van der Walt and Smith, 2015). RdBu: ColorBrewer's (Harrower and Brewer, Cartogr. J. 40, 27
 * (2003)), from blue to red.
 */
const MAPS = {
  grey: { title: 'Grey', stops: [0x000000, 0xffffff] },
  viridis: {
    title: 'Viridis',
    stops: [
      0x440154, 0x482576, 0x414487, 0x35608d, 0x2a788e, 0x21908c, 0x22a884, 0x43bf71, 0x7ad151, 0xbbdf27,
      0xfde725,
    ],
  },
  inferno: {
    title: 'Inferno',
    stops: [
      0x000004, 0x160b39, 0x420a68, 0x6a176e, 0x932667, 0xbc3754, 0xdd513a, 0xf37819, 0xfca50a, 0xf6d746,
      0xfcffa4,
    ],
  },
  blue_white_red: {
    title: 'Blue to red',
    stops: [
      0x053061, 0x2166ac, 0x4393c3, 0x92c5de, 0xd1e5f0, 0xf7f7f7, 0xfddbc7, 0xf4a582, 0xd6604d, 0xb2182b,
      0x67001f,
    ],
  },
} satisfies Record<string, Stops>;

export type MapName = keyof typeof MAPS;

export const MAP_NAMES = Object.keys(MAPS) as MapName[];

export function mapTitle(name: MapName): string {
  return MAPS[name].title;
}

/** How many levels a table has. */
export const LEVELS = 256;

/** A pixel of an ImageData seen as one 32-bit number: alpha is opaque, bytes lie as red, green, blue, alpha. */
export function pixel(colour: number): number {
  const red = (colour >> 16) & 0xff;
  const green = (colour >> 8) & 0xff;
  const blue = colour & 0xff;
  return LITTLE_ENDIAN
    ? ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0
    : ((red << 24) | (green << 16) | (blue << 8) | 255) >>> 0;
}

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** The colour at a level from 0 to 1, as 0xRRGGBB. */
export function colourAt(name: MapName, level: number): number {
  const stops = MAPS[name].stops;
  const place = Math.min(1, Math.max(0, level)) * (stops.length - 1);
  const stop = Math.min(Math.floor(place), stops.length - 2);
  const part = place - stop;
  let colour = 0;
  for (const shift of [16, 8, 0]) {
    const low = (stops[stop] >> shift) & 0xff;
    const high = (stops[stop + 1] >> shift) & 0xff;
    colour |= Math.round(low + part * (high - low)) << shift;
  }
  return colour;
}

const tables = new Map<MapName, Uint32Array>();

/** The pixels of all {@link LEVELS} levels. */
export function table(name: MapName): Uint32Array {
  let made = tables.get(name);
  if (made === undefined) {
    made = new Uint32Array(LEVELS);
    for (let level = 0; level < LEVELS; level++) {
      made[level] = pixel(colourAt(name, level / (LEVELS - 1)));
    }
    tables.set(name, made);
  }
  return made;
}
