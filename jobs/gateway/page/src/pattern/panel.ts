import { element, set, text } from '../dom.ts';
import { count, measured } from '../format.ts';
import type { Limits } from '../image/contrast.ts';
import { ContrastBar } from '../image/contrastbar.ts';
import { type Fit, fit, pixelAt } from '../image/fit.ts';
import { paint } from '../image/paint.ts';
import type { Raster } from '../image/raster.ts';
import { onceAFrame } from '../life.ts';
import { RingHandles } from './handles.ts';
import type { Ring } from './ring.ts';
import { RingTable, type RingTableOwner } from './ringtable.ts';

/** Where the patterns come from, and who has the rings. */
export interface PatternSource extends Omit<RingTableOwner, 'together' | 'setTogether' | 'detector'> {
  scan(): string | null;
  /** The sum over the scan as it stands. */
  sum(): Raster | null;
  /** The events of the picked position: flat indices. */
  position(): { x: number; y: number; events: readonly number[]; frames: number } | null;
  /** A word on what the rings' images lack, or nothing. */
  note(): string;
}

/** The summed pattern, or that of one position, with the rings over it. */
export class PatternPanel {
  readonly element: HTMLElement;
  readonly table: RingTable;
  readonly changed: () => void;
  private readonly canvas = element('canvas', { class: 'raster', width: 1, height: 1 });
  private readonly empty = element('p', { class: 'empty' });
  private readonly stage: HTMLElement;
  private readonly readout = element('output', { class: 'readout' });
  private readonly sumButton = element('button', { type: 'button', 'aria-pressed': 'true' }, 'Sum of the scan');
  private readonly oneButton = element('button', { type: 'button', 'aria-pressed': 'false' }, 'Position');
  private readonly contrast: ContrastBar;
  private readonly handles: RingHandles;
  private single = false;
  private bound = true;
  private fit: Fit | null = null;
  private drawn: Raster | null = null;
  /** What is on the canvas: a ring that is drawn over it leaves it as it is. */
  private painted: { of: Raster | readonly number[]; how: string } | null = null;
  private pixels: ImageData | null = null;

  constructor(
    private readonly source: PatternSource,
    life: AbortSignal,
  ) {
    this.changed = onceAFrame(life, () => this.draw());
    this.contrast = new ContrastBar('the pattern', this.changed, { map: 'inferno', log: true, high: 99.9 });
    this.handles = new RingHandles({
      rings: () => source.rings(),
      together: () => this.bound,
      moved: (index, ring, handle) => this.moved(index, ring, handle === 'centre'),
    });
    this.table = new RingTable({
      rings: () => source.rings(),
      setRings: (rings) => source.setRings(rings),
      resetRings: () => source.resetRings(),
      detector: () => source.sum(),
      together: () => this.bound,
      setTogether: (together) => {
        this.bound = together;
        this.changed();
      },
    });
    this.stage = element('div', { class: 'stage' }, this.canvas, this.handles.element, this.empty);
    this.stage.addEventListener('pointermove', (event) => this.point(event));
    this.stage.addEventListener('pointerleave', () => text(this.readout, '\u00a0'));
    this.sumButton.addEventListener('click', () => this.show(false));
    this.oneButton.addEventListener('click', () => this.show(true));
    new ResizeObserver(this.changed).observe(this.stage);
    this.element = element(
      'section',
      { class: 'panel image pattern', 'aria-label': 'Diffraction pattern' },
      element(
        'header',
        {},
        element('div', { class: 'choice', role: 'group', 'aria-label': 'Which pattern' }, this.sumButton, this.oneButton),
        this.readout,
      ),
      this.stage,
      this.contrast.element,
    );
    text(this.readout, '\u00a0');
  }

  /** Shows the pattern of the picked position, or the sum. */
  show(single: boolean): void {
    this.single = single;
    this.changed();
  }

  private moved(index: number, ring: Ring, centre: boolean): void {
    this.source.setRings(
      this.source
        .rings()
        .map((other, i) => (i === index ? ring : centre && this.bound ? { ...other, x: ring.x, y: ring.y } : other)),
    );
    this.changed();
  }

  private draw(): void {
    const sum = this.source.sum();
    const position = this.source.position();
    const single = this.single && position !== null && sum !== null;
    this.oneButton.disabled = position === null;
    text(this.oneButton, position === null ? 'Position' : `Position ${position.x}, ${position.y}`);
    set(this.sumButton, { 'aria-pressed': String(!single) });
    set(this.oneButton, { 'aria-pressed': String(single) });
    this.table.show(this.note(position));
    this.empty.textContent = sum === null ? 'No pattern yet' : '';
    this.canvas.hidden = sum === null;
    set(this.handles.element, { hidden: sum === null });
    if (sum === null) {
      this.drawn = this.painted = null;
    } else if (single) {
      this.drawRaster(position.events, { low: 0, high: 1 }, () => eventsOf(position.events, sum));
    } else {
      this.drawRaster(sum, this.contrast.limits(sum.values), () => sum);
    }
    if (this.drawn !== null) {
      this.place(this.drawn);
      this.canvas.dataset.scan = this.source.scan() ?? '';
      this.canvas.dataset.name = single ? `position ${position.x} ${position.y}` : 'sum_pattern';
    }
  }

  private note(position: ReturnType<PatternSource['position']>): string {
    const about =
      this.single && position !== null
        ? `Position ${position.x}, ${position.y}: ${count(position.events.length)} electrons in ${count(position.frames)} frame${position.frames === 1 ? '' : 's'}.`
        : '';
    return [about, this.source.note()].filter((part) => part !== '').join(' ');
  }

  private drawRaster(of: Raster | readonly number[], limits: Limits, make: () => Raster): void {
    const { mapName, isLog } = this.contrast;
    const how = `${mapName} ${isLog} ${limits.low} ${limits.high}`;
    if (this.painted?.of === of && this.painted.how === how) {
      return;
    }
    this.painted = { of, how };
    this.drawn = make();
    const { width, height } = this.drawn;
    if (this.canvas.width !== width || this.canvas.height !== height || this.pixels === null) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.pixels = new ImageData(width, height);
    }
    const shown = of === this.drawn ? this.drawn : larger(this.drawn);
    paint(shown, null, limits, mapName, isLog, new Uint32Array(this.pixels.data.buffer));
    this.canvas.getContext('2d')?.putImageData(this.pixels, 0, 0);
  }

  private place({ width, height }: Raster): void {
    this.fit = fit(this.stage.clientWidth, this.stage.clientHeight, width, height);
    for (const { style } of [this.canvas, this.handles.element]) {
      style.left = `${this.fit.left}px`;
      style.top = `${this.fit.top}px`;
      style.width = `${width * this.fit.scale}px`;
      style.height = `${height * this.fit.scale}px`;
    }
    this.handles.draw(width, height, this.fit.scale);
  }

  private point(event: PointerEvent): void {
    const box = this.stage.getBoundingClientRect();
    const at = this.fit && pixelAt(this.fit, event.clientX - box.left, event.clientY - box.top);
    if (at === null || this.drawn === null) {
      text(this.readout, '\u00a0');
      return;
    }
    const ring = this.source.rings()[0];
    const radius = ring === undefined ? '' : `, r ${Math.hypot(at.x - ring.x, at.y - ring.y).toFixed(1)}`;
    const value = this.drawn.values[at.y * this.drawn.width + at.x];
    text(this.readout, `column ${at.x}, row ${at.y}${radius}: ${measured(value)}`);
  }
}

function eventsOf(events: readonly number[], { width, height }: Raster): Raster {
  const values = new Float32Array(width * height);
  for (const event of events) {
    values[event]++;
  }
  return { width, height, values };
}

/** Every electron drawn as a dot of 3 x 3 pixels: one pixel of some hundred thousand is hard to see. */
function larger({ width, height, values }: Raster): Raster {
  const drawn = new Float32Array(width * height);
  for (let i = 0; i < values.length; i++) {
    if (values[i] > 0) {
      const column = i % width;
      const row = (i - column) / width;
      for (let r = Math.max(0, row - 1); r <= Math.min(height - 1, row + 1); r++) {
        for (let c = Math.max(0, column - 1); c <= Math.min(width - 1, column + 1); c++) {
          const at = r * width + c;
          drawn[at] = Math.max(drawn[at], r === row && c === column ? 1 : 0.55);
        }
      }
    }
  }
  return { width, height, values: drawn };
}
