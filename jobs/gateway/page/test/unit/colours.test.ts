import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { colourAt, LEVELS, MAP_NAMES, type MapName, pixel, table } from '../../src/image/colourmap.ts';
import { CHECKER, MISSING, NO_VALUE, paint, paintMask } from '../../src/image/paint.ts';

interface Parameter {
  readonly name: string;
  readonly schema: { readonly enum?: readonly string[] };
}

/** Lightness L* of CIE 1976, from sRGB. */
function lightness(colour: number): number {
  const [red, green, blue] = [16, 8, 0].map((shift) => {
    const part = ((colour >> shift) & 0xff) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const y = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
}

test('maps go through their published stops', () => {
  assert.equal(colourAt('viridis', 0), 0x440154);
  assert.equal(colourAt('viridis', 1), 0xfde725);
  assert.equal(colourAt('viridis', 0.3), 0x35608d);
  assert.equal(colourAt('inferno', 0.5), 0xbc3754);
  assert.equal(colourAt('blue_white_red', 0.5), 0xf7f7f7);
  assert.equal(colourAt('grey', 0.2), 0x333333);
});

test('the gateway draws pictures with the same maps', () => {
  const api = readFileSync('../src/main/resources/io/millrace/gateway/server/openapi.json', 'utf8');
  const { paths } = JSON.parse(api) as { paths: Record<string, { get?: { parameters?: Parameter[] } }> };
  const parameters = Object.values(paths).flatMap((path) => path.get?.parameters ?? []);
  const map = parameters.find((parameter) => parameter.name === 'map');
  assert.deepEqual([...(map?.schema.enum ?? [])].sort(), [...MAP_NAMES].sort());
  const source = readFileSync('../../../operators/src/main/java/io/millrace/operators/images/ColourMap.java', 'utf8');
  for (const name of MAP_NAMES.filter((one) => one !== 'grey')) {
    const list = new RegExp(`  ${name.toUpperCase()}\\(([^;)]*)\\)`).exec(source)?.[1] ?? '';
    const stops = [...list.matchAll(/0x[0-9a-f]{6}/g)].map(Number);
    assert.ok(stops.length > 2, name);
    stops.forEach((stop, i) => assert.equal(colourAt(name, i / (stops.length - 1)), stop, `${name} at ${i}`));
  }
});

test('maps for counts get lighter all the way, and the one of two sides is even about its middle', () => {
  for (const map of ['grey', 'viridis', 'inferno'] as MapName[]) {
    for (let level = 1; level < LEVELS; level++) {
      const before = lightness(colourAt(map, (level - 1) / 255));
      assert.ok(lightness(colourAt(map, level / 255)) > before - 0.3, `${map} at ${level}`);
    }
  }
  for (let level = 0; level < 128; level++) {
    const left = lightness(colourAt('blue_white_red', level / 255));
    const right = lightness(colourAt('blue_white_red', 1 - level / 255));
    assert.ok(Math.abs(left - right) < 9, `at ${level}: ${left} and ${right}`);
  }
});

test('tables have all levels, opaque, as ImageData has its bytes', () => {
  for (const map of MAP_NAMES) {
    assert.equal(table(map).length, LEVELS);
  }
  const bytes = new Uint8Array(Uint32Array.of(pixel(0x123456)).buffer);
  assert.deepEqual([...bytes], [0x12, 0x34, 0x56, 255]);
});

test('positions are drawn by what became of them', () => {
  const raster = { width: 3, height: 2, values: Float32Array.of(0, 10, NaN, NaN, NaN, 5) };
  const mask = Uint8Array.of(1, 2, 0, 3, 1, 3);
  const pixels = new Uint32Array(6);
  paint(raster, mask, { low: 0, high: 10 }, 'grey', false, pixels);
  assert.equal(pixels[0], pixel(0x000000));
  assert.equal(pixels[1], pixel(0xffffff));
  assert.ok([pixel(CHECKER[0]), pixel(CHECKER[1])].includes(pixels[2]), 'not yet');
  assert.equal(pixels[3], pixel(MISSING));
  assert.equal(pixels[4], pixel(NO_VALUE));
  assert.equal(pixels[5], pixel(MISSING), 'absent, whatever value it has');
});

test('without a mask all that has no value is drawn as such', () => {
  const pixels = new Uint32Array(2);
  paint({ width: 2, height: 1, values: Float32Array.of(NaN, 1) }, null, { low: 0, high: 1 }, 'grey', false, pixels);
  assert.deepEqual([...pixels], [pixel(NO_VALUE), pixel(0xffffff)]);
});

test('the map of what is missing has a colour for each state', () => {
  const pixels = new Uint32Array(4);
  paintMask(Uint8Array.of(0, 1, 2, 3), 4, pixels);
  assert.equal(new Set(pixels).size, 4);
  assert.equal(pixels[3], pixel(MISSING));
});
