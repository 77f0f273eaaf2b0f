import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { may, parseRoute } from '../../src/app.ts';
import { checkAttribute } from '../../src/dom.ts';
import { bytes, counted, measured, span } from '../../src/format.ts';
import { fit, pixelAt, scaleBar } from '../../src/image/fit.ts';
import { dayBegins } from '../../src/scans/list.ts';
import { Api, ApiFault, query } from '../../src/server/api.ts';
import { hintOf, parseRings } from '../../src/sessions/parameters.ts';

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? sources(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

test('no text ever becomes markup or a program', () => {
  const files = sources('src');
  assert.ok(files.length > 20);
  const forbidden = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|createContextualFragment/;
  for (const file of files) {
    assert.doesNotMatch(readFileSync(file, 'utf8'), forbidden, file);
  }
});

test('attributes that would run, or weaken the policy, or lead elsewhere are refused', () => {
  for (const [name, value] of [
    ['onclick', 'x()'], ['OnError', 'x()'], ['style', 'color: red'], ['srcdoc', '<b>'],
    ['href', 'javascript:alert(1)'], ['href', 'https://elsewhere.example/'], ['src', '//elsewhere.example/x.png'],
  ]) {
    assert.throws(() => checkAttribute(name, value), name);
  }
  checkAttribute('href', '#/scans/a');
  checkAttribute('src', '/api/v1/scans/a/thumbnail.png');
});

test('nothing of the page asks another host', () => {
  for (const file of [...sources('src'), 'public/index.html', 'public/page.css']) {
    const addresses = readFileSync(file, 'utf8').match(/(https?:)?\/\/[a-z0-9.-]+\.[a-z]{2,}[^'"\s]*/g) ?? [];
    assert.deepEqual(addresses.filter((address) => !address.includes('www.w3.org/2000/svg')), [], file);
  }
});

test('routes', () => {
  assert.deepEqual(parseRoute('#/scans/night.7%2F?q=gold').path, ['scans', 'night.7/']);
  assert.equal(parseRoute('#/scans?q=gold%20x').params.get('q'), 'gold x');
  assert.deepEqual(parseRoute('').path, []);
  assert.deepEqual(parseRoute('#/%E0%A4%A').path, ['%E0%A4%A']);
  assert.equal(query({ q: 'a b', tag: '', from: null, limit: 5 }), '?q=a+b&limit=5');
  assert.equal(query({}), '');
});

test('roles', () => {
  const me = { name: 'm', csrf: '', mustChangePassword: false };
  assert.equal(may({ ...me, role: 'viewer' }, 'operator'), false);
  assert.equal(may({ ...me, role: 'admin' }, 'operator'), true);
});

test('numbers as people read them', () => {
  assert.equal(bytes(2_760_000_000), '2.76 GB');
  assert.equal(bytes(999_600), '1.00 MB');
  assert.equal(bytes(12), '12 B');
  assert.equal(measured(0.000123456), '1.235e-4');
  assert.equal(measured(287.65432), '287.7');
  assert.equal(measured(NaN), 'none');
  assert.equal(span(3_723_000), '1 h 02 min');
  assert.equal(span(-5), '0 s');
  assert.equal(counted(1, 'frame'), '1 frame');
});

test('an image lies in the middle of its box, with square pixels', () => {
  const of = fit(200, 100, 10, 10);
  assert.deepEqual([of.left, of.top, of.scale], [50, 0, 10]);
  assert.deepEqual(pixelAt(of, 50, 0), { x: 0, y: 0 });
  assert.deepEqual(pixelAt(of, 149.9, 99.9), { x: 9, y: 9 });
  assert.equal(pixelAt(of, 49.9, 5), null);
  assert.equal(pixelAt(of, 150, 5), null);
});

test('a scale bar has a round length of at most a quarter', () => {
  assert.deepEqual(scaleBar(64, 1, 'positions'), { pixels: 10, text: '10 positions' });
  assert.deepEqual(scaleBar(80, 1, 'positions'), { pixels: 20, text: '20 positions' });
  const { pixels, text } = scaleBar(64, 0.02, 'nm');
  assert.equal(text, '0.2 nm');
  assert.ok(Math.abs(pixels - 10) < 1e-9);
});

test('a parameter says what it takes', () => {
  const parameter = { name: 'slots', type: 'integer', default: 512, least: 16, most: 65536, choices: null, unit: null, description: 'Sectors.' } as const;
  assert.equal(hintOf(parameter), '16 to 65536; 512 by default. Sectors.');
  assert.equal(hintOf({ ...parameter, least: null, most: null, default: null }), 'Sectors.');
});

test('rings of a parameter are lists, or refused', () => {
  assert.deepEqual(parseRings('bf,0,60  adf,90,230,288,287.5'), [
    { name: 'bf', inner: 0, outer: 60 },
    { name: 'adf', inner: 90, outer: 230, x: 288, y: 287.5 },
  ]);
  for (const wrong of ['bf', 'bf,1', 'bf,1,2,3', 'bf,a,2', 'bf,,2']) {
    assert.throws(() => parseRings(wrong), /is no ring/, wrong);
  }
});

test('a search from a day to a day has the whole of both', () => {
  assert.equal(dayBegins('2026-11-30', 0), new Date(2026, 10, 30).toISOString());
  assert.equal(dayBegins('2026-11-30', 1), new Date(2026, 11, 1).toISOString());
  assert.equal(dayBegins('', 1), '');
  assert.equal(dayBegins('x', 1), '');
});

test('an answer that is cut off, or from a proxy, is none', async () => {
  const cut = new ReadableStream({
    start(body) {
      body.enqueue(new TextEncoder().encode('{"scans":['));
      body.error(new TypeError('network error'));
    },
  });
  const before = globalThis.fetch;
  try {
    for (const body of [cut, '<html>sign in</html>']) {
      globalThis.fetch = () => Promise.resolve(new Response(body));
      await assert.rejects(new Api().get('/scans'), (fault) => fault instanceof ApiFault && fault.code === 'no-answer');
    }
    globalThis.fetch = () => Promise.resolve(new Response('{"error":{"code":"busy","message":"later"}}', { status: 503 }));
    await assert.rejects(new Api().get('/scans'), (fault) => fault instanceof ApiFault && fault.code === 'busy');
  } finally {
    globalThis.fetch = before;
  }
});
