import { element, labelled, select, text } from '../dom.ts';
import { measured } from '../format.ts';
import { query } from '../server/api.ts';
import { LEVELS, type MapName, MAP_NAMES, mapTitle, table } from './colourmap.ts';
import { type Contrast, type Limits, limitsOf } from './contrast.ts';

/** Images whose values have a middle and two sides. */
const SIGNED = ['com_x', 'com_y', 'dpc_phase'];

/** The controls of an image's contrast: colour map, log, percentiles; and the colour bar with the values at its ends. */
export class ContrastBar {
  readonly element: HTMLElement;
  private readonly map: HTMLSelectElement;
  private readonly log = element('input', { type: 'checkbox' });
  private readonly low: HTMLInputElement;
  private readonly high: HTMLInputElement;
  private readonly lowPercent = element('output');
  private readonly highPercent = element('output');
  private readonly bar = element('canvas', { width: LEVELS, height: 1, class: 'colours', 'aria-hidden': 'true' });
  private readonly lowValue = element('span', { class: 'number' });
  private readonly highValue = element('span', { class: 'number' });
  private drawn: MapName | null = null;
  private newest: Limits = { low: 0, high: 1 };
  /** Whether somebody chose the colour map; until then it follows the image. */
  private chosen = false;
  private signed = false;

  /** @param changed called when the image has to be drawn anew */
  constructor(of: string, changed: () => void, first: { map?: MapName; log?: boolean; high?: number } = {}) {
    this.map = select(MAP_NAMES, first.map ?? 'grey', (name) => mapTitle(name as MapName));
    this.log.checked = first.log ?? false;
    this.low = slider(0.5);
    this.high = slider(first.high ?? 99.5);
    this.map.setAttribute('aria-label', `Colour map of ${of}`);
    this.map.addEventListener('change', () => {
      this.chosen = true;
      changed();
    });
    this.log.addEventListener('change', changed);
    this.low.addEventListener('input', () => {
      this.high.value = String(Math.max(this.high.valueAsNumber, Math.min(100, this.low.valueAsNumber + 0.5)));
      this.percents();
      changed();
    });
    this.high.addEventListener('input', () => {
      this.low.value = String(Math.min(this.low.valueAsNumber, Math.max(0, this.high.valueAsNumber - 0.5)));
      this.percents();
      changed();
    });
    this.percents();
    this.element = element(
      'div',
      { class: 'contrast', role: 'group', 'aria-label': `Contrast of ${of}` },
      element('div', { class: 'colourbar' }, this.lowValue, this.bar, this.highValue),
      element(
        'div',
        { class: 'sliders' },
        this.map,
        element('label', { class: 'check' }, this.log, 'log'),
        element('div', { class: 'percent' }, labelled('from', this.low), this.lowPercent),
        element('div', { class: 'percent' }, labelled('to', this.high), this.highPercent),
      ),
    );
  }

  get mapName(): MapName {
    return this.map.value as MapName;
  }

  get isLog(): boolean {
    return this.log.checked && !this.signed;
  }

  /** What is shown from now on: an image with a sign gets the map of two sides, and no logarithm. */
  follow(image: string): void {
    const signed = SIGNED.includes(image);
    if (signed !== this.signed) {
      this.signed = signed;
      this.log.disabled = signed;
      if (!this.chosen) {
        this.map.value = signed ? 'blue_white_red' : 'grey';
      }
    }
  }

  /** The limits for these values; shows them at the ends of the colour bar. */
  limits(values: Float32Array): Limits {
    const contrast: Contrast = {
      lowPercent: this.low.valueAsNumber,
      highPercent: this.high.valueAsNumber,
      symmetric: this.signed,
    };
    const limits = limitsOf(values, contrast);
    this.newest = limits;
    text(this.lowValue, measured(limits.low));
    text(this.highValue, measured(limits.high));
    this.drawBar();
    return limits;
  }

  /** How the gateway draws a picture as it is shown here. */
  get query(): string {
    const { low, high } = this.newest;
    return query({ map: this.mapName, low, high, log: this.isLog ? 'true' : null });
  }

  private percents(): void {
    text(this.lowPercent, `${this.low.value} %`);
    text(this.highPercent, `${this.high.value} %`);
  }

  private drawBar(): void {
    if (this.drawn !== this.mapName) {
      this.drawn = this.mapName;
      const context = this.bar.getContext('2d');
      const data = new ImageData(LEVELS, 1);
      new Uint32Array(data.data.buffer).set(table(this.mapName));
      context?.putImageData(data, 0, 0);
    }
  }
}

function slider(value: number): HTMLInputElement {
  const made = element('input', { type: 'range', min: 0, max: 100, step: 0.1 });
  made.value = String(value);
  return made;
}
