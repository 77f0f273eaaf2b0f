// The built page in Chromium, against the stand-in.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'puppeteer-core';
import { pixel } from '../../src/image/colourmap.ts';
import { limitsOf } from '../../src/image/contrast.ts';
import { scaleBar } from '../../src/image/fit.ts';
import { CHECKER, paint } from '../../src/image/paint.ts';
import type { Ring } from '../../src/pattern/ring.ts';
import { go, launch, login } from './browser.ts';
import { RINGS, SCRIPT, StandIn } from './standin.ts';

interface Probe {
  image(name: string): { width: number; height: number; values: Float32Array } | null;
}

declare global {
  interface Window {
    millrace: Probe;
    broken?: number;
  }
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let gateway: StandIn;
let address: string;
let page: Page;
let complaints: string[];
let hosts: Set<string>;

before(async () => {
  browser = await launch();
});

after(async () => {
  await browser.close();
});

beforeEach(async () => {
  gateway = new StandIn('dist');
  address = await gateway.listen();
  const context = await browser.createBrowserContext();
  page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.setViewport({ width: 1920, height: 1080 });
  complaints = [];
  hosts = new Set();
  page.on('request', (request) => {
    // The browser's own icons, in fields for dates say, are data: and go nowhere.
    if (!request.url().startsWith('data:')) {
      hosts.add(new URL(request.url()).host);
    }
  });
  page.on('pageerror', (fault) => complaints.push(String(fault)));
  page.on('console', (message) => {
    // Who is not logged in is told so: that is no fault of the page.
    if (message.type() === 'error' && !message.text().includes('401')) {
      complaints.push(message.text());
    }
  });
});

afterEach(async () => {
  await page.browserContext().close();
  await gateway.close();
  assert.deepEqual([...hosts], [new URL(address).host], 'the page asks nobody else');
});

async function image(name: string): Promise<(number | null)[]> {
  // NaN does not pass through JSON.
  return page.evaluate((of) => Array.from(window.millrace.image(of)?.values ?? [], (v) => (Number.isNaN(v) ? null : v)), name);
}

function expected(name: string, rings: readonly Ring[] = RINGS): (number | null)[] {
  const there = (position: number): boolean => [1, 2].includes(gateway.mask(position));
  return Array.from(gateway.sample.image(name, rings, there), (v) => (Number.isNaN(v) ? null : v));
}

async function live(rows: number, name = 'maria', password = 'a few words here'): Promise<void> {
  gateway.rows = rows;
  await login(page, address, name, password);
  await page.waitForSelector('canvas[data-name=bf]');
  await page.waitForSelector('canvas[data-name=sum_pattern]');
}

async function until(what: string, is: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await is())) {
    assert.ok(Date.now() < end, `after a minute it is not so that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function textOf(selector: string): Promise<string> {
  return page.$eval(selector, (element) => element.textContent ?? '');
}

/** Puppeteer's own refuses parts of an SVG. */
async function focus(selector: string): Promise<void> {
  await page.$eval(selector, (element) => (element as SVGElement | HTMLElement).focus());
}

test('the first password has to be changed', async () => {
  await login(page, address, 'admin', 'one-time-word');
  await page.waitForSelector('input[autocomplete=new-password]');
  const [first, second] = await page.$$('input[autocomplete=new-password]');
  await first.type('a quite long word');
  await second.type('another long word');
  await page.click('button[type=submit]');
  await until('both have to be the same', async () => /not the same/.test(await textOf('.fault')));
  await second.evaluate((input) => (input.value = ''));
  await second.type('a quite long word');
  await page.click('button[type=submit]');
  await page.waitForSelector('.live');
  assert.deepEqual(gateway.requests.find(({ path }) => path.endsWith('/me/password'))?.body, {
    old: 'one-time-word', new: 'a quite long word',
  });
  assert.deepEqual(complaints, []);
});

test('a wrong password is told, and nothing is shown', async () => {
  await login(page, address, 'maria', 'wrong');
  await until('it is told', async () => /wrong/.test(await textOf('.fault')));
  assert.equal(await page.$('.live'), null);
});

test('the images are those of the gateway, and grow with the scan', async () => {
  await live(20);
  assert.deepEqual(await image('bf'), expected('bf'));
  gateway.advance(11);
  await until('the new rows are there', async () => JSON.stringify(await image('adf')) === JSON.stringify(expected('adf')));
  assert.equal((await image('bf')).filter((value) => value !== null).length, 31 * 65 - 11);
});

test('what the canvas shows are the values, through contrast and colours', async () => {
  await live(30);
  const { width, height } = gateway.sample;
  const there = (position: number): boolean => [1, 2].includes(gateway.mask(position));
  const values = gateway.sample.image('bf', RINGS, there);
  const mask = Uint8Array.from({ length: values.length }, (_, position) => gateway.mask(position));
  const pixels = new Uint32Array(values.length);
  const limits = limitsOf(values, { lowPercent: 0.5, highPercent: 99.5, symmetric: false });
  paint({ width, height, values }, mask, limits, 'grey', false, pixels);
  const drawn = (): Promise<number[]> =>
    page.$eval('canvas[data-name=bf]', (canvas) => {
      const { width: w, height: h } = canvas as HTMLCanvasElement;
      const data = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, w, h).data;
      return Array.from(new Uint32Array(data?.buffer ?? new ArrayBuffer(0)));
    });
  await until('all is drawn', async () => JSON.stringify(await drawn()) === JSON.stringify(Array.from(pixels)));
  assert.ok(pixels.includes(pixel(CHECKER[0])));
  assert.equal(await page.$eval('canvas[data-name=bf]', (canvas) => (canvas as HTMLCanvasElement).dataset.scan?.startsWith('night-shift.41')), true);
});

test('contrast changes what is drawn, without the gateway', async () => {
  await live(30);
  const before = gateway.requests.length;
  const pictureOf = (): Promise<string> => page.$eval('canvas[data-name=bf]', (canvas) => (canvas as HTMLCanvasElement).toDataURL());
  const first = await pictureOf();
  await page.select('section.image:nth-child(1) .contrast select', 'viridis');
  await until('colours are others', async () => (await pictureOf()) !== first);
  const second = await pictureOf();
  await page.$eval('section.image:nth-child(1) input[type=range]', (input) => {
    (input as HTMLInputElement).value = '60';
    input.dispatchEvent(new Event('input'));
  });
  await until('contrast is another', async () => (await pictureOf()) !== second);
  assert.deepEqual(gateway.requests.slice(before).filter(({ path }) => path.includes('images')), []);
});

test("the scale bar is in nanometres if the scan's metadata tell the step, else in positions", async () => {
  gateway.describe({});
  await live(20);
  assert.match(await textOf('.scalebar'), /^\d+ positions$/);
  gateway.describe({ step_nm: 0.02 });
  await page.reload();
  await page.waitForSelector('canvas[data-name=bf]');
  const { text } = scaleBar(gateway.sample.width, 0.02, 'nm');
  await until(`it is ${text}`, async () => (await textOf('.scalebar')) === text);
});

test('another image can be chosen', async () => {
  await live(30);
  await page.select('section.image:nth-child(2) header select', 'com_x');
  await page.waitForSelector('canvas[data-name=com_x]');
  assert.deepEqual(await image('com_x'), expected('com_x'));
  assert.equal(await page.$eval('section.image:nth-child(2) .contrast select', (choice) => (choice as HTMLSelectElement).value), 'blue_white_red');
});

test("a ring is drawn with the mouse, and the image is that of its new radius", async () => {
  await live(25);
  const handle = await page.waitForSelector('[aria-label="adf: outer radius"] .mark');
  const box = await handle?.boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x - 60, box.y + 10, { steps: 8 });
  await page.mouse.up();
  const outer = Number(await page.$eval('[aria-label="adf: outer radius"]', (grip) => grip.getAttribute('aria-valuenow')));
  assert.ok(outer > 100 && outer < 210, `the radius is ${outer}`);
  const rings = [RINGS[0], { ...RINGS[1], outer }];
  await until('the image follows', async () => JSON.stringify(await image('adf')) === JSON.stringify(expected('adf', rings)));
});

test('rings are moved by keys, together, and by numbers', async () => {
  await live(25);
  await focus('[aria-label="bf: centre"]');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.down('Shift');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.up('Shift');
  await focus('[aria-label="bf: outer radius"]');
  await page.keyboard.press('-');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'bf: outer radius', 'the focus stays');
  const rings = [
    { ...RINGS[0], x: 289, y: 298, outer: 61 },
    { ...RINGS[1], x: 289, y: 298 },
  ];
  await until('the image follows', async () => JSON.stringify(await image('bf')) === JSON.stringify(expected('bf', rings)));
  const input = await page.$('input[aria-label="adf: inner radius"]');
  await input?.click({ count: 3 });
  await input?.type('500');
  await page.keyboard.press('Tab');
  await until('it says what is wrong', async () => /not 0 <= inner < outer/.test(await textOf('.ringtable .fault')));
});

test('a click on a position shows its electrons', async () => {
  await live(40);
  const stage = await page.$('section.image:nth-child(1) .stage canvas');
  const box = await stage?.boundingBox();
  assert.ok(box);
  const size = box.width / 65;
  await page.mouse.click(box.x + 12.5 * size, box.y + 7.5 * size);
  await page.waitForSelector('canvas[data-name="position 12 7"]');
  assert.match(await textOf('.ringtable'), new RegExp(`Position 12, 7: ${gateway.sample.events[7 * 65 + 12].length} electrons in 1 frame`));
});

test('by keys alone: a position, its value and its pattern', async () => {
  await live(40);
  await page.focus('section.image:nth-child(1) .stage');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await page.waitForSelector('canvas[data-name="position 31 32"]');
  const value = expected('bf')[32 * 65 + 31];
  assert.equal(await textOf('section.image:nth-child(1) .readout'), `x 31, y 32: ${value}`);
});

test('a gateway that goes away is told at once, and the page comes back by itself', async () => {
  await live(10);
  await gateway.close();
  await until('the sentence says so', async () => /No connection to the gateway/.test(await textOf('.verdict')));
  assert.equal(await page.$eval('.connection', (element) => (element as HTMLElement).dataset.state), 'waiting');
  assert.equal((await image('bf')).filter((value) => value !== null).length, 650, 'the picture stays');
  const again = new StandIn('dist');
  again.adopt(gateway);
  gateway = again;
  gateway.rows = 33;
  await gateway.listen(Number(new URL(address).port));
  await until('it is back', async () => JSON.stringify(await image('bf')) === JSON.stringify(expected('bf')));
  await until('the sentence is about the scan', async () => /Scan 41 runs/.test(await textOf('.verdict')));
});

test('the end of a scan is told, with what to do', async () => {
  await live(64);
  gateway.end();
  await until('it is told', async () => /Scan 41 has ended with 2\d incomplete frames and 11 absent\. Its file says which/.test(await textOf('.verdict')));
});

test('a session is started within the ranges of its machine', async () => {
  await live(1);
  await go(page, '#/sessions/new');
  await page.waitForSelector('details input');
  await page.type('input[pattern]', 'evening');
  await page.$eval('summary', (summary) => summary.click());
  const slots = await page.waitForSelector('xpath///label[text()="slots"]/following-sibling::input');
  await slots?.type('9');
  await page.click('button[type=submit]');
  assert.equal(await slots?.evaluate((input) => (input as HTMLInputElement).validity.rangeUnderflow), true);
  assert.equal(gateway.requests.some(({ method, path }) => method === 'POST' && path.endsWith('/sessions')), false);
  await slots?.type('99');
  await page.click('button[type=submit]');
  await until('it is there', async () => gateway.sessions.some(({ name }) => name === 'evening'));
  assert.deepEqual(gateway.requests.find(({ method, path }) => method === 'POST' && path.endsWith('/sessions'))?.body, {
    name: 'evening', machine: 'local-slurm', nodes: 1, minutes: 60, parameters: { slots: 999 },
  });
  await page.waitForSelector('.steps li');
});

test('a session is cancelled only after a question', async () => {
  await live(5);
  await go(page, '#/sessions/night-shift');
  await page.waitForSelector('button.danger:not(:disabled)');
  await page.click('button.danger');
  await page.waitForSelector('dialog[open]');
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Leave it');
  await page.keyboard.press('Escape');
  await until('the dialog is gone', async () => (await page.$('dialog')) === null);
  assert.equal(gateway.sessions[0].state, 'STREAMING');
  await page.click('button.danger');
  await page.waitForSelector('dialog[open]');
  await page.click('dialog .danger');
  await until('it has ended', async () => gateway.sessions[0].state === 'ENDED');
});

test('scans are found, looked at, and noted on', async () => {
  await live(5);
  await go(page, '#/scans');
  await page.waitForSelector('tbody a');
  await page.type('input[type=search]', 'defocus');
  await page.click('.filters button[type=submit]');
  await until('only those are there', async () => (await page.$$('tbody tr')).length === 8);
  assert.match(await page.evaluate(() => location.hash), /q=defocus/);
  await page.click('tbody a');
  await page.waitForSelector('.scan canvas[data-name=bf]');
  await page.waitForSelector('.scan canvas[data-name=sum_pattern]');
  await page.select('section.image:nth-child(2) .contrast select', 'inferno');
  await page.click('section.image:nth-child(2) input[type=checkbox]');
  await page.$$eval('section.image:nth-child(2) .tools button', ([png]) => (png as HTMLElement).click());
  const picture = (): URLSearchParams | undefined => {
    const asked = gateway.requests.find(({ path }) => path.includes('/images/bf.png'));
    return asked && new URL(asked.path, address).searchParams;
  };
  await until('the picture is asked for', () => Promise.resolve(picture() !== undefined));
  assert.deepEqual([picture()?.get('map'), picture()?.get('log')], ['inferno', 'true']);
  assert.ok(Number(picture()?.get('low')) < Number(picture()?.get('high')));
  gateway.rows = 64;
  const all = Array.from(gateway.sample.image('bf', RINGS, () => true));
  assert.deepEqual(await image('bf'), all);
  await focus('[aria-label="bf: outer radius"]');
  await page.keyboard.press('+');
  const rings = [{ ...RINGS[0], outer: 63 }, RINGS[1]];
  const next = JSON.stringify(Array.from(gateway.sample.image('bf', rings, () => true)));
  await until('the image follows', async () => JSON.stringify(await image('bf')) === next);
  const off = (place: number): Promise<boolean[]> =>
    page.$$eval(`section.image:nth-child(${place}) .tools button`, (all) => all.map((one) => (one as HTMLButtonElement).disabled));
  assert.deepEqual(await off(2), [true, true], 'the file has no image of that ring');
  assert.deepEqual(await off(3), [false, false]);
  await page.type('.notes textarea', 'Good one. ');
  await page.click('.notes button.primary');
  await until('it is saved', async () => /Saved/.test(await textOf('.notes')));
  assert.match(String((gateway.requests.find(({ method }) => method === 'PATCH')?.body as { notes: string }).notes), /Good one/);
});

test('script in every text stays text', async () => {
  gateway.hostile = true;
  gateway.rows = 5;
  await login(page, address, 'chief', 'all the keys of it');
  await page.waitForSelector('.live');
  const scan = `#/scans/${encodeURIComponent(gateway.newest)}`;
  const pages = ['#/sessions', '#/live', '#/sessions/night-shift', '#/sessions/morning', '#/sessions/new', '#/scans', '#/people', scan];
  for (const hash of pages) {
    await page.$eval('main', (main) => main.append(Object.assign(document.createElement('i'), { id: 'before' })));
    await go(page, hash);
    await until('another page is shown', async () => (await page.$('#before')) === null);
    await until(`${hash} shows it as it is`, async () => (await textOf('main')).includes(SCRIPT));
    await page.waitForNetworkIdle({ idleTime: 300, concurrency: 1 });
    assert.equal(await page.$('img[src=x]'), null, hash);
  }
  assert.equal(await page.evaluate(() => window.broken), undefined);
  assert.deepEqual(complaints, []);
});

test('on a tablet all is there, upright and across, and a ring is drawn with a finger', async () => {
  await page.setViewport({ width: 1180, height: 820, hasTouch: true, isMobile: true });
  await live(25);
  for (const [width, height] of [[1180, 820], [820, 1180]]) {
    await page.setViewport({ width, height, hasTouch: true, isMobile: true });
    // A mobile browser's own width grows with what does not fit.
    const beyond = (): Promise<string[]> =>
      page.$$eval('main *', (all, screen) =>
        all
          // What scrolls by itself may be wider: the strip of scans.
          .filter((one) => one.closest('.strip, .scroll') === null)
          .filter((one) => one.getBoundingClientRect().right > screen + 1)
          .map((one) => `${one.tagName} ${one.className}`), width,
      );
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, `at ${width} x ${height}`);
    assert.deepEqual(await beyond(), [], `at ${width} x ${height}`);
    const small = await page.$$eval('main button', (all) =>
      all.filter((one) => one.offsetParent !== null && one.getBoundingClientRect().height < 24).map((one) => one.textContent),
    );
    assert.deepEqual(small, [], 'a finger needs some room');
  }
  const handle = await page.$('[aria-label="adf: outer radius"] .mark');
  await handle?.scrollIntoView();
  const box = await handle?.boundingBox();
  assert.ok(box);
  await page.touchscreen.touchStart(box.x + box.width / 2, box.y + box.height / 2);
  await page.touchscreen.touchMove(box.x - 20, box.y + 5);
  await page.touchscreen.touchMove(box.x - 40, box.y + 10);
  await page.touchscreen.touchEnd();
  const outer = Number(await page.$eval('[aria-label="adf: outer radius"]', (grip) => grip.getAttribute('aria-valuenow')));
  assert.ok(outer < 225, `the radius is ${outer}`);
  const rings = [RINGS[0], { ...RINGS[1], outer }];
  await until('the image follows', async () => JSON.stringify(await image('adf')) === JSON.stringify(expected('adf', rings)));
});

test('axe finds no serious fault on any page, dark or light', async () => {
  const found: string[] = [];
  const check = async (where: string): Promise<void> => {
    await page.evaluate(AXE);
    const results = (await page.evaluate('axe.run()')) as AxeResults;
    for (const { id, impact, nodes } of results.violations) {
      if (impact === 'serious' || impact === 'critical') {
        found.push(`${where}: ${id} at ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 120)} ${failureSummary}`).join(' | ')}`);
      }
    }
  };
  await page.goto(address);
  await page.waitForSelector('form');
  await check('login');
  // An admin sees everything.
  await live(30, 'chief', 'all the keys of it');
  const pages = ['#/live', '#/sessions', '#/sessions/night-shift', '#/sessions/new', '#/scans', '#/people'];
  for (const theme of ['dark', 'light']) {
    for (const hash of pages) {
      await go(page, hash);
      await page.waitForNetworkIdle({ idleTime: 500, concurrency: 1 });
      await check(`${theme} ${hash}`);
    }
    await go(page, '#/scans');
    await page.waitForSelector('tbody a');
    await page.$$eval('tbody a', (links) => (links[2] as HTMLElement).click());
    await page.waitForSelector('.scan canvas[data-name=bf]');
    await check(`${theme} scan`);
    await page.$$eval('.who button', (buttons) => (buttons[0] as HTMLElement).click());
  }
  assert.deepEqual(found, []);
});
