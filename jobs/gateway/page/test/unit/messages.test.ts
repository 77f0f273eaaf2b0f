import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, decodeAll, MessageFault } from '../../src/live/messages.ts';

/** A message as the gateway writes it, byte by byte. */
function message(header: Record<string, unknown>, payload: Uint8Array, offsetFault = 0): ArrayBuffer {
  let text = JSON.stringify(header);
  while ((4 + text.length + offsetFault) % 8 !== 0) {
    text += ' ';
  }
  const all = new Uint8Array(4 + text.length + payload.length);
  new DataView(all.buffer).setUint32(0, text.length, true);
  all.set(new TextEncoder().encode(text), 4);
  all.set(payload, 4 + text.length);
  return all.buffer;
}

function floats(...values: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => view.setFloat32(4 * i, value, true));
  return new Uint8Array(view.buffer);
}

const IMAGE = { kind: 'image', scan: 'night.7', name: 'bf', firstRow: 4, rows: 1, width: 3, type: 'f32' };

test('an image is decoded in place: its values are a view of the message', () => {
  const data = message(IMAGE, floats(1.5, NaN, -2));
  const { message: image, end } = decode(data);
  assert.equal(image.kind, 'image');
  assert.ok(image.kind === 'image' && image.values.buffer === data);
  assert.deepEqual([...image.values], [1.5, NaN, -2]);
  assert.equal(image.name, 'bf');
  assert.equal(image.firstRow, 4);
  assert.equal(end, data.byteLength);
});

test('mask and pattern have types of their own, and pixels are unsigned', () => {
  const mask = decode(message({ ...IMAGE, kind: 'mask', type: 'u8' }, Uint8Array.of(0, 1, 3))).message;
  assert.ok(mask.kind === 'mask');
  assert.deepEqual([...mask.values], [0, 1, 3]);
  const head = { kind: 'pattern', scan: 'night.7', rows: 1, columns: 2, type: 'u32' };
  const pattern = decode(message(head, Uint8Array.of(1, 0, 0, 0, 255, 255, 255, 255))).message;
  assert.ok(pattern.kind === 'pattern');
  assert.deepEqual([...pattern.values], [1, 4294967295]);
  const few = decode(message({ ...head, type: 'u16' }, Uint8Array.of(1, 0, 255, 255))).message;
  assert.ok(few.kind === 'pattern');
  assert.deepEqual([...few.values], [1, 65535]);
  const fewer = decode(message({ ...head, type: 'u8' }, Uint8Array.of(1, 255))).message;
  assert.ok(fewer.kind === 'pattern');
  assert.deepEqual([...fewer.values], [1, 255]);
});

test('messages in a row follow each other at once', () => {
  const one = new Uint8Array(message(IMAGE, floats(1, 2, 3)));
  const two = new Uint8Array(message({ ...IMAGE, name: 'adf' }, floats(4, 5, 6)));
  assert.equal(one.length % 8, 4, 'so the second one begins between two multiples of 8');
  const both = new Uint8Array(one.length + two.length);
  both.set(one);
  both.set(two, one.length);
  const all = decodeAll(both.buffer);
  assert.deepEqual(all.map((m) => (m.kind === 'image' ? [m.name, ...m.values] : [])), [['bf', 1, 2, 3], ['adf', 4, 5, 6]]);
});

test('what is not as agreed is refused, and says why', () => {
  const refused = (data: ArrayBuffer, why: RegExp): void => {
    assert.throws(() => decode(data), (fault) => fault instanceof MessageFault && why.test(fault.message));
  };
  refused(new ArrayBuffer(2), /no header/);
  refused(message(IMAGE, floats(1, 2)), /take 12 bytes; there are 8/);
  refused(message(IMAGE, floats(1, 2, 3), 1), /no multiple of 8/);
  refused(message({ ...IMAGE, type: 'f64' }, floats(1, 2, 3)), /f64/);
  refused(message({ ...IMAGE, kind: 'thing' }, floats(1, 2, 3)), /thing/);
  refused(message({ ...IMAGE, rows: -1 }, floats(1, 2, 3)), /rows is -1/);
  const long = message(IMAGE, floats(1, 2, 3));
  new DataView(long).setUint32(0, 1 << 30, true);
  refused(long, /a header of 1073741824 bytes/);
  const broken = message(IMAGE, floats(1, 2, 3));
  new Uint8Array(broken)[4] = 33;
  refused(broken, /not JSON/);
});
