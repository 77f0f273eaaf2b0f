import { element, fill, text } from '../dom.ts';
import { bytes, count } from '../format.ts';
import { paintMask } from '../image/paint.ts';
import type { LiveFeed, Rate } from './feed.ts';

/** How far the scan is: frames by what became of them, by module, throughput, and a map of what is missing. */
export class Frames {
  private readonly bar = element('progress', { max: 1, 'aria-label': 'Frames seen' });
  private readonly headline = element('p', { class: 'headline' });
  private readonly numbers = {
    complete: element('td', { class: 'number' }),
    incomplete: element('td', { class: 'number' }),
    open: element('td', { class: 'number' }),
  };
  private readonly openName = element('th', { scope: 'row' }, 'to come');
  private readonly modules = element('tr');
  private readonly moduleNames = element('tr');
  private readonly bytesRate = element('span', { class: 'big' });
  private readonly framesRate = element('span', { class: 'big' });
  private readonly curve = element('canvas', { class: 'curve', width: 300, height: 60, role: 'img', 'aria-label': 'Throughput of the last two minutes' });
  private readonly note = element('p', { class: 'hint' });
  private readonly map = element('canvas', { class: 'raster', width: 1, height: 1, role: 'img' });
  private readonly mapText = element('p', { class: 'hint' });
  readonly elements: readonly HTMLElement[];

  constructor() {
    this.elements = [
      element(
        'section',
        { class: 'panel frames', 'aria-label': 'Frames' },
        element('h2', {}, 'Frames'),
        this.headline,
        this.bar,
        element(
          'div',
          { class: 'columns' },
          element(
            'table',
            {},
            element(
              'tbody',
              {},
              element('tr', {}, element('th', { scope: 'row' }, key('complete'), 'complete'), this.numbers.complete),
              element('tr', {}, element('th', { scope: 'row' }, key('incomplete'), 'incomplete'), this.numbers.incomplete),
              element('tr', {}, this.openName, this.numbers.open),
            ),
          ),
          element(
            'table',
            { class: 'modules' },
            element('caption', {}, 'Missing sectors by module'),
            element('thead', {}, this.moduleNames),
            element('tbody', {}, this.modules),
          ),
        ),
        this.note,
      ),
      element(
        'section',
        { class: 'panel rates', 'aria-label': 'Throughput' },
        element('h2', {}, 'Throughput'),
        element('div', { class: 'row' }, this.bytesRate, this.framesRate),
        this.curve,
      ),
      element(
        'section',
        { class: 'panel map', 'aria-label': 'Map of what is missing' },
        element('h2', {}, 'What is missing'),
        element('div', { class: 'mapbox' }, this.map),
        element(
          'ul',
          { class: 'legend' },
          element('li', {}, key('complete'), 'complete'),
          element('li', {}, key('incomplete'), 'incomplete'),
          element('li', {}, key('absent'), 'missing'),
          element('li', {}, key('unseen-yet'), 'not yet'),
        ),
        this.mapText,
      ),
    ];
  }

  showNews(feed: LiveFeed): void {
    const { progress, scan, end } = feed;
    const expected = progress?.expected ?? (scan === null ? 0 : scan.width * scan.height);
    const complete = progress?.complete ?? 0;
    const incomplete = progress?.incomplete ?? 0;
    const open = end === null ? Math.max(0, expected - complete - incomplete) : (progress?.absent ?? 0);
    this.bar.value = expected === 0 ? 0 : (progress?.seen ?? 0) / expected;
    text(
      this.headline,
      scan === null
        ? 'No scan is under way.'
        : `Scan ${scan.number} of ${scan.session}, ${count(scan.width)} × ${count(scan.height)}: ${count(progress?.seen ?? 0)} of ${count(expected)} seen` +
            (end === null ? '' : `, ended ${end.state.toLowerCase()}`),
    );
    text(this.numbers.complete, count(complete));
    text(this.numbers.incomplete, count(incomplete));
    fill(this.openName, end === null ? key('unseen-yet') : key('absent'), end === null ? 'to come' : 'absent');
    text(this.numbers.open, count(open));
    const lacking = progress?.absentByModule ?? new Array<number>(scan?.detector.modules ?? 0).fill(0);
    fill(this.moduleNames, ...lacking.map((_, module) => element('th', { scope: 'col' }, module)));
    fill(this.modules, ...lacking.map((n) => element('td', { class: n > 0 ? 'number warn' : 'number' }, count(n))));
    text(this.note, gapNote(feed));
    text(this.bytesRate, `${bytes(progress?.bytesPerSecond ?? 0)}/s`);
    text(this.framesRate, `${count(Math.round(progress?.framesPerSecond ?? 0))} frames/s`);
    drawCurve(this.curve, feed.rates);
  }

  showMask(feed: LiveFeed): void {
    const { mask, scan } = feed;
    this.map.hidden = mask === null;
    if (mask === null || scan === null) {
      text(this.mapText, '');
      return;
    }
    this.map.width = scan.width;
    this.map.height = scan.height;
    this.map.dataset.scan = scan.id;
    this.map.dataset.name = 'mask';
    const image = new ImageData(scan.width, scan.height);
    paintMask(mask, scan.width, new Uint32Array(image.data.buffer));
    this.map.getContext('2d')?.putImageData(image, 0, 0);
    const found = [0, 0, 0, 0];
    for (const state of mask) {
      found[state]++;
    }
    const words = `${count(found[3])} missing, ${count(found[2])} incomplete`;
    text(this.mapText, `${words} of ${count(mask.length)} positions`);
    this.map.setAttribute('aria-label', `Map of positions: ${words}, ${count(found[0])} not yet there`);
  }
}

function gapNote({ progress, faults }: LiveFeed): string {
  const notes: string[] = [];
  if (progress !== null && progress.gaps > 0) {
    notes.push(`${count(progress.gaps)} live messages were lost on the way here. The file has everything; rings of your own may lack some.`);
  }
  if (faults.malformed > 0) {
    notes.push(`${count(faults.malformed)} messages could not be read (${faults.last}). Load the page anew.`);
  }
  return notes.join(' ');
}

function key(of: string): HTMLElement {
  return element('span', { class: `key ${of}`, 'aria-hidden': 'true' });
}

function drawCurve(canvas: HTMLCanvasElement, rates: readonly Rate[]): void {
  const context = canvas.getContext('2d');
  if (context === null) {
    return;
  }
  const scale = Math.max(1, window.devicePixelRatio);
  const width = Math.max(1, Math.round(canvas.clientWidth * scale));
  const height = Math.max(1, Math.round(canvas.clientHeight * scale));
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.clearRect(0, 0, width, height);
  if (rates.length < 2) {
    return;
  }
  const styles = getComputedStyle(canvas);
  const most = Math.max(...rates.map((rate) => rate.bytesPerSecond), 1);
  const first = rates[0].at;
  const long = Math.max(rates[rates.length - 1].at - first, 1000);
  context.beginPath();
  for (const { at, bytesPerSecond } of rates) {
    context.lineTo(((at - first) / long) * width, height - 1 - (bytesPerSecond / most) * (height - 4));
  }
  context.strokeStyle = styles.getPropertyValue('--accent');
  context.lineWidth = 1.5 * scale;
  context.stroke();
  context.lineTo(width, height);
  context.lineTo(0, height);
  context.globalAlpha = 0.15;
  context.fillStyle = styles.getPropertyValue('--accent');
  context.fill();
  context.globalAlpha = 1;
}
