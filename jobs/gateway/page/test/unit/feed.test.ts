import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveFeed } from '../../src/live/feed.ts';
import { binary } from '../browser/bytes.ts';
import { FakeClock, FakeSocket } from './fakes.ts';

const RINGS = [
  { name: 'bf', inner: 0, outer: 60, x: 288, y: 288 },
  { name: 'adf', inner: 90, outer: 230, x: 288, y: 288 },
];
const SCAN = {
  kind: 'scan', id: 'night.7', session: 'night', number: 7, width: 3, height: 2, rings: RINGS,
  detector: { rows: 576, columns: 576, modules: 4 }, started: '2026-11-25T13:45:00Z',
};

function setUp() {
  const clock = new FakeClock();
  const sockets: FakeSocket[] = [];
  const feed = new LiveFeed(() => {
    sockets.push(new FakeSocket());
    return sockets[sockets.length - 1];
  }, clock);
  const newest = (): FakeSocket => sockets[sockets.length - 1];
  const text = (message: unknown): void => newest().onmessage?.({ data: JSON.stringify(message) });
  const bytes = (header: Record<string, unknown>, values: Float32Array | Uint8Array | Uint32Array): void => {
    const all = Uint8Array.from(binary(header, values));
    newest().onmessage?.({ data: all.buffer });
  };
  const row = (firstRow: number, scan = 'night.7', values = [1, 2, 3]): void =>
    bytes({ kind: 'image', scan, name: 'bf', firstRow, rows: 1, width: 3, type: 'f32' }, Float32Array.from(values));
  return { clock, feed, newest, text, bytes, row };
}

test('rows become an image, and the rest is not known yet', () => {
  const { feed, newest, text, row } = setUp();
  newest().open();
  text(SCAN);
  row(1);
  assert.deepEqual([...(feed.image('bf')?.values ?? [])], [NaN, NaN, NaN, 1, 2, 3]);
  assert.equal(feed.image('adf'), null);
});

test('rows of another scan are left out and counted', () => {
  const { feed, newest, text, row } = setUp();
  newest().open();
  text(SCAN);
  row(0, 'night.6');
  assert.equal(feed.image('bf'), null);
  assert.equal(feed.faults.foreign, 1);
});

test('rows that do not fit, and what is no message, are counted and break nothing', () => {
  const { feed, newest, text, row } = setUp();
  newest().open();
  text(SCAN);
  row(2);
  newest().onmessage?.({ data: '{"kind":' });
  text({ kind: 'song' });
  assert.equal(feed.faults.malformed, 3);
  row(0);
  assert.deepEqual([...(feed.image('bf')?.values ?? [])].slice(0, 3), [1, 2, 3]);
});

test('another scan takes the place of the one before', () => {
  const { feed, newest, text, row } = setUp();
  newest().open();
  text(SCAN);
  row(0);
  text({ kind: 'end', id: 'night.7', state: 'COMPLETE', file: null });
  text({ ...SCAN, id: 'night.8', number: 8 });
  assert.equal(feed.image('bf'), null);
  assert.equal(feed.end, null);
  assert.deepEqual([...(feed.mask ?? [])], [0, 0, 0, 0, 0, 0]);
});

test('a lost connection keeps the picture, and the next one is told what is wanted', () => {
  const { clock, feed, newest, text, row } = setUp();
  newest().open();
  feed.want(['bf', 'bf', 'com_x']);
  text(SCAN);
  row(0);
  const own = [{ ...RINGS[0], outer: 70 }, RINGS[1]];
  feed.setRings(own);
  newest().fail();
  assert.equal(feed.connection.kind, 'waiting');
  clock.advance(500);
  newest().open();
  assert.deepEqual(newest().sent.map((sent) => JSON.parse(sent)), [
    { kind: 'images', names: ['bf', 'com_x'] },
    { kind: 'rings', rings: own },
  ]);
  text({ kind: 'hello', scan: 'night.7' });
  text(SCAN);
  assert.deepEqual([...(feed.image('bf')?.values ?? [])].slice(0, 3), [1, 2, 3]);
  assert.deepEqual(feed.rings, own);
});

test("back to the scan's own rings", () => {
  const { feed, newest, text } = setUp();
  newest().open();
  text(SCAN);
  feed.setRings([{ ...RINGS[0], name: 'mine' }]);
  assert.ok(feed.names.includes('mine'));
  feed.resetRings();
  assert.deepEqual(feed.rings, RINGS);
  assert.deepEqual(JSON.parse(newest().sent.at(-1) ?? ''), { kind: 'rings', rings: [] });
});

test('a gateway that was started anew and knows of no scan shows none', () => {
  const { feed, newest, text, row } = setUp();
  newest().open();
  text(SCAN);
  row(0);
  text({ kind: 'hello', scan: null });
  assert.equal(feed.scan, null);
  assert.equal(feed.image('bf'), null);
});

test('pattern, mask, progress and a position arrive where they belong', () => {
  const { feed, newest, text, bytes } = setUp();
  newest().open();
  text(SCAN);
  bytes({ kind: 'pattern', scan: 'night.7', rows: 1, columns: 2, type: 'u32' }, Uint32Array.of(3, 4294967295));
  bytes({ kind: 'mask', scan: 'night.7', firstRow: 1, rows: 1, width: 3, type: 'u8' }, Uint8Array.of(1, 2, 3));
  text({ kind: 'progress', id: 'night.7', framesPerSecond: 10, bytesPerSecond: 20 });
  text({ kind: 'position', x: 1, y: 0, events: [5], mask: 15, frames: 1 });
  assert.deepEqual([...(feed.pattern?.values ?? [])], [3, 4294967296]);
  assert.deepEqual([...(feed.mask ?? [])], [0, 0, 0, 1, 2, 3]);
  assert.equal(feed.rates[0].bytesPerSecond, 20);
  assert.deepEqual(feed.position?.events, [5]);
});

test('who listens is told, until its life is over', () => {
  const { feed, newest, text } = setUp();
  const life = new AbortController();
  let told = 0;
  feed.pictures.listen(life.signal, () => told++);
  newest().open();
  text(SCAN);
  assert.ok(told > 0);
  life.abort();
  told = 0;
  text({ ...SCAN, id: 'night.9' });
  assert.equal(told, 0);
});
