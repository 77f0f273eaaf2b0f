import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Debian's Chromium, or what CHROMIUM names. */
export async function launch(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? PLACES.find((place) => existsSync(place));
  if (executablePath === undefined) {
    throw new Error('there is no Chromium; install it (Debian: apt-get install chromium), or name it in CHROMIUM');
  }
  return puppeteer.launch({ executablePath, args: ['--no-sandbox', '--force-color-profile=srgb'] });
}

export async function login(page: Page, address: string, name: string, password: string): Promise<void> {
  await page.goto(address);
  await page.waitForSelector('input[autocomplete=username]');
  await page.type('input[autocomplete=username]', name);
  await page.type('input[type=password]', password);
  await page.click('button[type=submit]');
}

export async function go(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
}
