import { button, element, fill, text } from '../dom.ts';
import { fault, type Ring } from './ring.ts';

const FIELDS = ['inner', 'outer', 'x', 'y'] as const;

/** What the table asks of the page. */
export interface RingTableOwner {
  rings(): readonly Ring[];
  setRings(rings: readonly Ring[]): void;
  resetRings(): void;
  /** Size of a frame in pixels; null if it is not known yet. */
  detector(): { readonly width: number; readonly height: number } | null;
  together(): boolean;
  setTogether(together: boolean): void;
}

/** The rings as numbers: exact, and for everybody who does not draw them. */
export class RingTable {
  readonly element: HTMLElement;
  private readonly body = element('tbody');
  private readonly message = element('p', { class: 'fault', role: 'alert' });
  private readonly note = element('p', { class: 'hint' });
  private shape = '';
  private inputs: HTMLInputElement[][] = [];

  constructor(private readonly owner: RingTableOwner) {
    const together = element('input', { type: 'checkbox' });
    together.checked = owner.together();
    together.addEventListener('change', () => owner.setTogether(together.checked));
    this.element = element(
      'section',
      { class: 'panel ringtable', 'aria-label': 'Rings in detector pixels' },
      element(
        'table',
        {},
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            element('th', { scope: 'col' }, 'Ring'),
            ...['inner', 'outer', 'column', 'row'].map((name) => element('th', { scope: 'col' }, name)),
            element('th', { scope: 'col' }, element('span', { class: 'unseen' }, 'Remove')),
          ),
        ),
        this.body,
      ),
      element(
        'div',
        { class: 'row' },
        element('label', { class: 'check' }, together, 'centres together'),
        button('Add ring', () => this.add(), { class: 'small' }),
        button("Scan's rings", () => owner.resetRings(), { class: 'small' }),
      ),
      this.message,
      this.note,
    );
  }

  /** Shows the rings as they are, but for the number that is being typed. */
  show(note: string): void {
    const rings = this.owner.rings();
    const shape = rings.map((ring) => ring.name).join(' ');
    if (shape !== this.shape) {
      this.shape = shape;
      this.build(rings);
    }
    rings.forEach((ring, i) =>
      FIELDS.forEach((field, f) => {
        const input = this.inputs[i][f];
        if (input !== document.activeElement) {
          input.value = String(ring[field]);
        }
      }),
    );
    text(this.note, note);
  }

  private build(rings: readonly Ring[]): void {
    this.inputs = rings.map((ring, i) =>
      FIELDS.map((field) => {
        const input = element('input', {
          type: 'number',
          step: 'any',
          'aria-label': `${ring.name}: ${field === 'x' ? 'column of the centre' : field === 'y' ? 'row of the centre' : `${field} radius`}`,
        });
        input.addEventListener('change', () => this.edit(i, { [field]: input.valueAsNumber }));
        return input;
      }),
    );
    fill(
      this.body,
      ...rings.map((ring, i) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, element('span', { class: `swatch ring-${i % 4}` }), ring.name),
          ...this.inputs[i].map((input) => element('td', {}, input)),
          element(
            'td',
            {},
            rings.length > 1 &&
              button('×', () => this.owner.setRings(this.owner.rings().filter((_, j) => j !== i)), {
                class: 'small',
                'aria-label': `Remove the ring ${ring.name}`,
              }),
          ),
        ),
      ),
    );
  }

  private edit(index: number, change: Partial<Ring>): void {
    const rings = this.owner.rings().map((ring, i) => {
      const centre = change.x !== undefined || change.y !== undefined;
      return i === index || (centre && this.owner.together()) ? { ...ring, ...change } : ring;
    });
    this.set(rings);
  }

  private add(): void {
    const rings = this.owner.rings();
    const last = rings[rings.length - 1] ?? aroundCentre(this.owner.detector());
    if (last !== null) {
      const taken = new Set(rings.map((ring) => ring.name));
      let n = rings.length + 1;
      while (taken.has(`ring_${n}`)) {
        n++;
      }
      this.set([...rings, { ...last, name: `ring_${n}`, inner: last.outer, outer: last.outer + 40 }]);
    }
  }

  private set(rings: readonly Ring[]): void {
    const wrong = rings.map(fault).find((reason) => reason !== null) ?? null;
    text(this.message, wrong ?? '');
    if (wrong === null) {
      this.owner.setRings(rings);
    }
  }
}

/** Nothing yet around the centre of the frame, for the first ring to lie around. */
function aroundCentre(detector: { readonly width: number; readonly height: number } | null): Ring | null {
  return detector && { name: '', inner: 0, outer: 0, x: detector.width / 2, y: detector.height / 2 };
}
