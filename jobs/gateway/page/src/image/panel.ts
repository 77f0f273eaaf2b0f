import { element, fill, options, text } from '../dom.ts';
import { imageTitle, measured } from '../format.ts';
import { onceAFrame } from '../life.ts';
import { ContrastBar } from './contrastbar.ts';
import { type Fit, fit, pixelAt, scaleBar } from './fit.ts';
import { paint } from './paint.ts';
import { ABSENT, INCOMPLETE, type Raster } from './raster.ts';

/** Where a panel's images come from. */
export interface ImageSource {
  /** Id of the scan, or null if there is none. */
  scan(): string | null;
  names(): readonly string[];
  raster(name: string): Raster | null;
  mask(): Uint8Array | null;
  /** Length of a step of the scan and its unit, if the metadata tell. */
  step(): { length: number; unit: string } | null;
  /** Somebody wants to see this position's pattern. */
  pick(x: number, y: number): void;
  /** Another image was chosen. */
  chosen(): void;
}

/** One image of a scan with its contrast, scale bar, cursor and value. */
export class ImagePanel {
  readonly element: HTMLElement;
  /** Draws soon: at most once per frame of the screen. */
  readonly changed: () => void;
  private readonly choice = element('select');
  private readonly contrast: ContrastBar;
  private readonly canvas = element('canvas', { class: 'raster', width: 1, height: 1 });
  private readonly bar = element('div', { class: 'scalebar', 'aria-hidden': 'true' });
  private readonly cursorBox = element('div', { class: 'cursor', hidden: true });
  private readonly pickedBox = element('div', { class: 'picked', hidden: true });
  private readonly empty = element('p', { class: 'empty' });
  private readonly stage: HTMLElement;
  private readonly readout = element('output', { class: 'readout' });
  private readonly tools = element('div', { class: 'tools' });
  private fit: Fit | null = null;
  private cursor: { x: number; y: number } | null = null;
  private picked: { x: number; y: number } | null = null;
  private pixels: ImageData | null = null;
  /** The image that was chosen; shown is another one while the scan does not have it. */
  private wish: string | null = null;

  /** @param place which of the scan's images is shown unless one is chosen, from 0 */
  constructor(
    title: string,
    private readonly place: number,
    private readonly source: ImageSource,
    life: AbortSignal,
  ) {
    this.changed = onceAFrame(life, () => this.draw());
    this.choice.setAttribute('aria-label', `${title}: which image`);
    this.choice.addEventListener('change', () => {
      this.wish = this.choice.value;
      this.source.chosen();
      this.changed();
    });
    this.contrast = new ContrastBar(title, this.changed);
    this.stage = element(
      'div',
      {
        class: 'stage',
        tabindex: 0,
        role: 'application',
        'aria-label': `${title}. Arrow keys move a cursor over the positions, Enter shows the pattern of one.`,
      },
      this.canvas,
      this.empty,
      this.pickedBox,
      this.cursorBox,
      this.bar,
    );
    this.listen();
    new ResizeObserver(this.changed).observe(this.stage);
    this.element = element(
      'section',
      { class: 'panel image', 'aria-label': title },
      element('header', {}, this.choice, this.readout, this.tools),
      this.stage,
      this.contrast.element,
    );
    text(this.readout, '\u00a0');
  }

  /** Name of the image that is shown; empty if the scan has none. */
  get name(): string {
    const names = this.source.names();
    return this.wish !== null && names.includes(this.wish) ? this.wish : (names[this.place] ?? names[0] ?? '');
  }

  /** What the gateway is asked for, to draw the image as it is shown here. */
  get query(): string {
    return this.contrast.query;
  }

  /** More controls at the head of the panel. */
  addTools(...tools: Node[]): void {
    fill(this.tools, ...tools);
  }

  /** Marks the position whose pattern is shown, or none. */
  mark(position: { x: number; y: number } | null): void {
    this.picked = position;
    this.changed();
  }

  private listen(): void {
    this.stage.addEventListener('pointermove', (event) => {
      this.cursor = this.at(event);
      this.placeOverlays();
    });
    this.stage.addEventListener('pointerleave', () => {
      this.cursor = null;
      this.placeOverlays();
    });
    this.stage.addEventListener('click', (event) => {
      const position = this.at(event);
      if (position !== null) {
        this.source.pick(position.x, position.y);
      }
    });
    this.stage.addEventListener('keydown', (event) => {
      if (this.fit !== null && this.key(event, this.fit)) {
        event.preventDefault();
        this.placeOverlays();
      }
    });
  }

  private key(event: KeyboardEvent, { width, height }: Fit): boolean {
    const from = this.cursor ?? this.picked ?? { x: width >> 1, y: height >> 1 };
    const step = event.shiftKey ? 10 : 1;
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    };
    if (event.key === 'Enter' || event.key === ' ') {
      this.cursor = from;
      this.source.pick(from.x, from.y);
      return true;
    }
    const move = moves[event.key];
    if (move === undefined) {
      return false;
    }
    this.cursor = {
      x: Math.max(0, Math.min(width - 1, from.x + move[0])),
      y: Math.max(0, Math.min(height - 1, from.y + move[1])),
    };
    return true;
  }

  private at(event: MouseEvent): { x: number; y: number } | null {
    const box = this.stage.getBoundingClientRect();
    return this.fit && pixelAt(this.fit, event.clientX - box.left, event.clientY - box.top);
  }

  private draw(): void {
    const names = this.source.names();
    if (names.length > 0) {
      options(this.choice, names, this.name, imageTitle);
    }
    const scan = this.source.scan();
    const mask = this.source.mask();
    const raster = this.source.raster(this.name);
    this.empty.textContent = scan === null ? 'No scan yet' : raster === null ? 'No image yet' : '';
    this.canvas.hidden = raster === null;
    if (raster === null) {
      this.fit = null;
    } else {
      this.contrast.follow(this.name);
      this.drawRaster(raster, mask !== null && mask.length === raster.values.length ? mask : null);
      this.canvas.dataset.scan = scan ?? '';
      this.canvas.dataset.name = this.name;
    }
    this.placeOverlays();
  }

  private drawRaster(raster: Raster, mask: Uint8Array | null): void {
    const { width, height } = raster;
    if (this.canvas.width !== width || this.canvas.height !== height || this.pixels === null) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.pixels = new ImageData(width, height);
    }
    const limits = this.contrast.limits(raster.values);
    const pixels = new Uint32Array(this.pixels.data.buffer);
    paint(raster, mask, limits, this.contrast.mapName, this.contrast.isLog, pixels);
    this.canvas.getContext('2d')?.putImageData(this.pixels, 0, 0);
    this.fit = fit(this.stage.clientWidth, this.stage.clientHeight, width, height);
    const { style } = this.canvas;
    style.left = `${this.fit.left}px`;
    style.top = `${this.fit.top}px`;
    style.width = `${width * this.fit.scale}px`;
    style.height = `${height * this.fit.scale}px`;
  }

  /** Puts what lies over the image to its place: cursor, marked position, scale bar and value. */
  private placeOverlays(): void {
    const raster = this.source.raster(this.name);
    if (this.fit === null || raster === null) {
      this.cursorBox.hidden = this.pickedBox.hidden = this.bar.hidden = true;
      text(this.readout, '\u00a0');
      return;
    }
    box(this.cursorBox, this.fit, this.cursor);
    box(this.pickedBox, this.fit, this.picked);
    this.placeBar(this.fit);
    text(this.readout, this.cursor === null ? '\u00a0' : this.value(raster, this.cursor));
  }

  private placeBar(of: Fit): void {
    const step = this.source.step();
    const { pixels, text: length } = scaleBar(of.width, step?.length ?? 1, step?.unit ?? 'positions');
    this.bar.hidden = false;
    this.bar.textContent = length;
    this.bar.style.width = `${pixels * of.scale}px`;
    this.bar.style.left = `${of.left + 12}px`;
    this.bar.style.bottom = `${of.top + 10}px`;
  }

  private value(raster: Raster, { x, y }: { x: number; y: number }): string {
    const state = this.source.mask()?.[y * raster.width + x];
    const value = raster.values[y * raster.width + x];
    const note =
      state === ABSENT ? 'missing' : state === INCOMPLETE ? `${measured(value)} (incomplete)` : measured(value);
    return `x ${x}, y ${y}: ${Number.isNaN(value) && state === 0 ? 'not yet' : note}`;
  }
}

/** Lays a box around a position; one that would be too small to see is larger. */
function box(of: HTMLElement, on: Fit, position: { x: number; y: number } | null): void {
  of.hidden = position === null;
  if (position !== null) {
    const size = Math.max(on.scale, 9);
    of.style.width = of.style.height = `${size}px`;
    of.style.left = `${on.left + (position.x + 0.5) * on.scale - size / 2}px`;
    of.style.top = `${on.top + (position.y + 0.5) * on.scale - size / 2}px`;
  }
}
