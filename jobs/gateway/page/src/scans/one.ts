import { type App, exposeImages, may, type PageMaker } from '../app.ts';
import { button, element, fill, labelled, text } from '../dom.ts';
import { bytes, count, instant } from '../format.ts';
import { ImagePanel, type ImageSource } from '../image/panel.ts';
import { emptyRaster, type Raster } from '../image/raster.ts';
import { atMostEvery, Changes } from '../life.ts';
import { decodeAll } from '../live/messages.ts';
import { PatternPanel } from '../pattern/panel.ts';
import { describedRing, type Ring } from '../pattern/ring.ts';
import { ApiFault, part } from '../server/api.ts';
import { showFault } from '../server/fault.ts';
import type { PositionPattern, ScanImage, WholeScan } from '../server/types.ts';
import { fact } from '../sessions/page.ts';
import { stateBadge, stepOf } from './bits.ts';

/** One scan: its images and pattern, what it is, and its files. */
export const scanPage: PageMaker = (app, route, life) => {
  const id = route.path[1];
  const place = element('div', { class: 'scan' }, element('p', { class: 'hint' }, 'Loading …'));
  app.api
    .get<WholeScan>(`/scans/${part(id)}`, life)
    .then((scan) => fill(place, ...content(app, scan, life)))
    .catch((reason: unknown) => {
      const fault = element('p', { class: 'fault', role: 'alert' });
      fill(place, element('section', { class: 'panel' }, fault, element('a', { href: '#/scans' }, 'All scans')));
      showFault(fault, reason);
    });
  return place;
};

/** Images of a scan, fetched when they are first looked at. */
class ScanImages {
  readonly changes = new Changes();
  readonly names: readonly string[];
  rings: readonly Ring[];
  note = '';
  position: (PositionPattern & { x: number; y: number }) | null = null;
  private readonly images = new Map<string, Raster>();
  private readonly asked = new Set<string>();
  private readonly first: readonly Ring[];

  constructor(
    private readonly app: App,
    readonly scan: WholeScan,
    private readonly life: AbortSignal,
  ) {
    const overScan = scan.images.filter((image) => image.width === scan.width && image.height === scan.height);
    this.names = overScan.map((image) => image.name);
    this.first = scan.images
      .map(({ name, description }) => describedRing(name, description))
      .filter((ring) => ring !== null);
    this.rings = this.first;
  }

  image(name: string): Raster | null {
    const about = this.scan.images.find((image) => image.name === name);
    if (about !== undefined && !this.asked.has(name)) {
      this.asked.add(name);
      void this.fetch(about);
    }
    return this.images.get(name) ?? null;
  }

  private async fetch({ name, width, height }: ScanImage): Promise<void> {
    await this.attempt(async () => {
      const { data } = await this.app.api.bytes(`/scans/${part(this.scan.id)}/images/${part(name)}.f32`, undefined, this.life);
      const values = new Float32Array(data);
      if (values.length !== width * height) {
        throw new ApiFault(0, 'wrong-size', `The image ${name} has ${values.length} values, not ${width} x ${height}.`);
      }
      this.images.set(name, { width, height, values });
    });
  }

  /** Shows rings at once, and has their images computed from the file. */
  setRings(rings: readonly Ring[]): void {
    this.rings = rings;
    this.compute();
    this.changes.tell();
  }

  /** Whether the file has the image that is shown under this name. */
  isInFile(name: string): boolean {
    const ring = this.rings.find((one) => one.name === name);
    const before = this.first.find((one) => one.name === name);
    return ring === undefined || JSON.stringify(ring) === JSON.stringify(before);
  }

  resetRings(): void {
    if (this.first.length > 0) {
      this.setRings(this.first);
    }
  }

  private computing = false;

  /** One set of rings at a time, and then the newest: each goes over all events of the scan. */
  private readonly compute = atMostEvery(400, () => {
    if (this.computing) {
      return;
    }
    this.computing = true;
    const { rings } = this;
    const answered = this.attempt(async () => {
      const { data } = await this.app.api.bytes(`/scans/${part(this.scan.id)}/rings`, rings, this.life);
      if (rings !== this.rings) {
        // Drawn on meanwhile; the images of the newest rings are on their way.
        return;
      }
      const { width, height } = this.scan;
      const computed = new Map(rings.map(({ name }) => [name, emptyRaster(width, height)]));
      for (const message of decodeAll(data)) {
        if (message.kind === 'image') {
          computed.get(message.name)?.values.set(message.values, message.firstRow * width);
        }
      }
      computed.forEach((raster, name) => {
        this.asked.add(name);
        this.images.set(name, raster);
      });
    });
    void answered.finally(() => {
      this.computing = false;
      if (rings !== this.rings && !this.life.aborted) {
        this.compute();
      }
    });
  });

  pick(x: number, y: number): void {
    void this.attempt(async () => {
      const pattern = await this.app.api.get<PositionPattern>(`/scans/${part(this.scan.id)}/pattern?x=${x}&y=${y}`, this.life);
      this.position = { ...pattern, x, y };
    });
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.note = '';
    } catch (reason) {
      if (!(reason instanceof ApiFault)) {
        throw reason;
      }
      this.note = reason.message;
    }
    this.changes.tell();
  }
}

function content(app: App, scan: WholeScan, life: AbortSignal): HTMLElement[] {
  const images = new ScanImages(app, scan, life);
  const source: ImageSource = {
    scan: () => scan.id,
    names: () => [...new Set([...images.rings.map((ring) => ring.name), ...images.names])],
    raster: (name) => images.image(name),
    mask: () => null,
    step: () => stepOf(scan.metadata),
    pick: (x, y) => {
      images.pick(x, y);
      pattern.show(true);
    },
    chosen: () => offer(),
  };
  const panels = [new ImagePanel('First image', 0, source, life), new ImagePanel('Second image', 1, source, life)];
  const pattern = new PatternPanel(
    {
      scan: () => scan.id,
      sum: () => images.image('sum_pattern'),
      position: () => images.position,
      rings: () => images.rings,
      setRings: (rings) => images.setRings(rings),
      resetRings: () => images.resetRings(),
      note: () => images.note,
    },
    life,
  );
  const files = panels.map((panel) =>
    ['png', 'tiff'].map((format) =>
      button(
        format.toUpperCase(),
        () => {
          const query = format === 'png' ? panel.query : '';
          save(`/api/v1/scans/${part(scan.id)}/images/${part(panel.name)}.${format}${query}`);
        },
        { class: 'small' },
      ),
    ),
  );
  const offer = (): void =>
    panels.forEach((panel, i) => {
      const there = images.isInFile(panel.name);
      for (const one of files[i]) {
        one.disabled = !there;
        one.title = there ? '' : 'The file has no image of this ring.';
      }
    });
  images.changes.listen(life, () => {
    offer();
    for (const panel of panels) {
      panel.mark(images.position);
    }
    pattern.changed();
  });
  panels.forEach((panel, i) => {
    panel.addTools(...files[i]);
    panel.changed();
  });
  pattern.changed();
  exposeImages((name) => images.image(name), life);
  return [
    head(scan),
    ...panels.map((panel) => panel.element),
    pattern.element,
    about(app, scan),
    notes(app, scan),
    pattern.table.element,
  ];
}

function save(address: string): void {
  const link = element('a', { href: address, download: true });
  link.click();
}

function head(scan: WholeScan): HTMLElement {
  const step = (id: string | null, title: string): HTMLElement =>
    id === null
      ? element('span', { class: 'button off', 'aria-disabled': 'true' }, title)
      : element('a', { class: 'button', href: `#/scans/${part(id)}` }, title);
  return element(
    'header',
    { class: 'panel scanhead' },
    element('div', { class: 'row' }, step(scan.previous, '‹ Previous'), step(scan.next, 'Next ›')),
    element('h2', {}, `Scan ${scan.number} of ${scan.session}`),
    stateBadge(scan),
    scan.live && element('a', { class: 'button', href: '#/live' }, 'Watch it live'),
    element('span', { class: 'hint' }, instant(scan.started)),
    element('div', { class: 'row end' }, element('a', { href: '#/scans' }, 'All scans')),
  );
}

function about(app: App, scan: WholeScan): HTMLElement {
  const base = `/api/v1/scans/${part(scan.id)}`;
  const download = (path: string, title: string): HTMLElement => element('a', { class: 'button', href: `${base}/${path}`, download: true }, title);
  const copied = element('span', { class: 'hint', role: 'status' });
  const copy = (what: string, value: string): HTMLElement =>
    button(
      'Copy',
      () => {
        // Only where the browser trusts the address; else the text can be marked by hand.
        const done = navigator.clipboard?.writeText(value) ?? Promise.reject(new Error('no clipboard'));
        done.then(
          () => text(copied, `${what} copied`),
          () => text(copied, 'The browser does not let pages copy here; mark the text instead.'),
        );
      },
      { class: 'small', 'aria-label': `Copy the ${what}` },
    );
  return element(
    'section',
    { class: 'panel about', 'aria-label': 'About the scan' },
    element('h2', {}, 'About'),
    element(
      'dl',
      { class: 'facts' },
      ...fact('Started', instant(scan.started)),
      ...fact('Ended', scan.ended === null ? 'still runs' : instant(scan.ended)),
      ...fact('Positions', `${count(scan.width)} × ${count(scan.height)}`),
      ...fact('Frames', frames(scan)),
      ...(scan.reason ? fact('Why', scan.reason) : []),
      ...(scan.file === null
        ? fact('File', scan.ended === null ? 'none yet' : 'none')
        : [
            ...fact('File', element('span', {}, element('code', {}, scan.file), ' ', copy('path', scan.file))),
            ...(scan.fileHere ? [] : fact('It lies', elsewhere(scan))),
            ...fact('Size', scan.bytes === null ? 'not known' : bytes(scan.bytes)),
          ]),
      ...(scan.sha256 === null
        ? []
        : fact('SHA-256', element('span', {}, element('code', { class: 'hash' }, scan.sha256), ' ', copy('SHA-256', scan.sha256)))),
    ),
    copied,
    element(
      'div',
      { class: 'row wrap' },
      scan.fileHere && download('file', 'HDF5 file'),
      scan.file !== null && download('notebook.ipynb', 'Notebook'),
      download('metadata.json', 'Metadata'),
    ),
    !may(app.me, 'operator') && element('p', { class: 'hint' }, 'Operators may change notes and tags.'),
  );
}

function elsewhere({ machine }: WholeScan): string {
  return (
    `on ${machine ?? 'the machine that counted it'}, not here: fetch it from there (Globus, scp), ` +
    "or mount its folder on the gateway's machine and name it in --results."
  );
}

function frames({ complete, incomplete, absent }: WholeScan): string {
  return complete === null
    ? 'not known'
    : `${count(complete)} complete, ${count(incomplete ?? 0)} incomplete, ${count(absent ?? 0)} absent`;
}

function notes(app: App, scan: WholeScan): HTMLElement {
  const mayChange = may(app.me, 'operator');
  const words = element('textarea', { rows: 3, readonly: !mayChange });
  words.value = scan.notes;
  const tags = element('input', { readonly: !mayChange });
  tags.value = scan.tags.join(', ');
  const metadata = element('textarea', { rows: 4, readonly: !mayChange, spellcheck: 'false', class: 'code' });
  metadata.value = JSON.stringify(scan.metadata, null, 1);
  const result = element('p', { class: 'hint', role: 'status' });
  const fault = element('p', { class: 'fault', role: 'alert' });
  const keep = button(
    'Save',
    () => {
      text(fault, '');
      text(result, '');
      let facts: unknown;
      try {
        facts = JSON.parse(metadata.value === '' ? '{}' : metadata.value);
      } catch (reason) {
        text(fault, `The metadata are no JSON: ${(reason as Error).message}`);
        return;
      }
      const change = {
        notes: words.value,
        tags: tags.value.split(',').map((tag) => tag.trim()).filter((tag) => tag !== ''),
        metadata: facts,
      };
      app.api.patch(`/scans/${part(scan.id)}`, change).then(
        () => text(result, 'Saved.'),
        (reason: unknown) => showFault(fault, reason),
      );
    },
    { class: 'primary' },
  );
  return element(
    'section',
    { class: 'panel notes', 'aria-label': 'Notes, tags and metadata' },
    element('h2', {}, 'Notes'),
    labelled('Notes', words),
    labelled('Tags', tags, 'with commas between'),
    labelled('Metadata (JSON)', metadata, 'step_nm is the length of a step, for the scale bar'),
    fault,
    mayChange && element('div', { class: 'row' }, keep, result),
  );
}
