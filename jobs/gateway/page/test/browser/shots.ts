// Screenshots of the pages, to look at: node build/browser/shots.mjs FOLDER

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { go, launch, login } from './browser.ts';
import { StandIn } from './standin.ts';

const folder = process.argv[2];
if (folder === undefined) {
  throw new Error('say into which folder: shots.mjs FOLDER');
}
mkdirSync(folder, { recursive: true });
const gateway = new StandIn('dist');
const address = await gateway.listen();
gateway.rows = 41;
const browser = await launch();
try {
  for (const [width, height] of [[1920, 1080], [1024, 768]]) {
    const page = await browser.newPage();
    await page.setViewport({ width, height });
    page.on('console', (message) => console.log(message.type(), message.text()));
    page.on('pageerror', (fault) => console.log('fault', String(fault)));
    await page.goto(address);
    await page.waitForSelector('form');
    const shot = async (name: string, fullPage = false): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await page.screenshot({ path: join(folder, `${name}-${width}.png`) as `${string}.png`, fullPage });
    };
    await shot('login');
    await login(page, address, 'chief', 'all the keys of it');
    await page.waitForSelector('canvas[data-name=bf]');
    await new Promise((resolve) => setTimeout(resolve, 4000));
    await page.evaluate(() => document.querySelectorAll<HTMLElement>('.stage')[0].focus());
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await shot('live', width < 1500);
    await page.evaluate(() => document.querySelector<HTMLElement>('[aria-label="Which pattern"] button')?.click());
    await page.select('section.image:nth-child(2) select', 'com_x');
    await shot('live-com', width < 1500);
    for (const [name, hash] of Object.entries({
      sessions: '#/sessions/night-shift',
      new: '#/sessions/new',
      scans: '#/scans',
      people: '#/people',
    })) {
      await go(page, hash);
      await shot(name);
    }
    await go(page, '#/scans');
    await page.waitForSelector('tbody a');
    await page.evaluate(() => document.querySelectorAll<HTMLElement>('tbody a')[2].click());
    await shot('scan', width < 1500);
    await page.deleteCookie(...(await page.cookies()));
    await page.close();
  }
} finally {
  await browser.close();
  await gateway.close();
}
