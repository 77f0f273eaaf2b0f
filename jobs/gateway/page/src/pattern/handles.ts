import { fill, set, svg } from '../dom.ts';
import { drawnTo, type Handle, keyed, type Ring } from './ring.ts';

/** Who is told of a ring that was moved. */
export interface RingOwner {
  rings(): readonly Ring[];
  /** @param handle what was moved; with rings that stay together, a centre moves all of them */
  moved(index: number, ring: Ring, handle: Handle): void;
  together(): boolean;
}

/** A radius' handle lies at least so many pixels of the screen from the centre's. */
const APART = 13;

interface Grip {
  readonly element: SVGGElement;
  readonly index: number;
  readonly handle: Handle;
}

/**
 * The rings over a pattern, and the handles to draw them with: a cross at the centre, a dot to the right at the outer
 * radius, a square to the left at the inner one. Handles are sliders for the keyboard. They are made anew only when
 * the number of rings changes, so that one keeps the focus while it moves.
 */
export class RingHandles {
  readonly element = svg('svg', { class: 'rings', 'aria-label': 'Detector rings', role: 'group' });
  private grips: Grip[] = [];
  private circles: { inner: SVGCircleElement; outer: SVGCircleElement; label: SVGTextElement }[] = [];
  private shape = '';
  private dragged: { grip: Grip; pointer: number } | null = null;

  constructor(private readonly owner: RingOwner) {
    this.element.addEventListener('pointermove', (event) => this.drag(event));
    for (const end of ['pointerup', 'pointercancel'] as const) {
      this.element.addEventListener(end, (event) => {
        if (this.dragged?.pointer === event.pointerId) {
          this.dragged = null;
        }
      });
    }
  }

  /**
   * Draws the rings as they are.
   *
   * @param scale size of a detector pixel on the screen
   */
  draw(columns: number, rows: number, scale: number): void {
    const rings = this.owner.rings();
    const shape = `${rings.length} ${this.owner.together()}`;
    if (shape !== this.shape) {
      this.shape = shape;
      this.build(rings);
    }
    set(this.element, { viewBox: `0 0 ${columns} ${rows}` });
    rings.forEach((ring, i) => {
      // A pixel's index names its middle, half a pixel from its left edge.
      const centre = { cx: ring.x + 0.5, cy: ring.y + 0.5 };
      set(this.circles[i].inner, { ...centre, r: ring.inner });
      set(this.circles[i].outer, { ...centre, r: ring.outer });
      const slant = (ring.outer + 5 / scale) * Math.SQRT1_2;
      // Inwards of a ring that comes near the edge, where its name would not be seen.
      const inwards = ring.x + slant > 0.8 * this.element.viewBox.baseVal.width;
      set(this.circles[i].label, {
        x: ring.x + slant - (inwards ? 10 / scale : 0),
        y: ring.y - slant,
        'font-size': 13 / scale,
        'text-anchor': inwards ? 'end' : 'start',
      });
      this.circles[i].label.textContent = ring.name;
    });
    for (const grip of this.grips) {
      place(grip, rings[grip.index], scale);
    }
  }

  private build(rings: readonly Ring[]): void {
    this.circles = rings.map((_, i) => ({
      inner: svg('circle', { class: `ring ring-${i % 4}` }),
      outer: svg('circle', { class: `ring ring-${i % 4}` }),
      label: svg('text', { class: `ring-label ring-${i % 4}`, 'aria-hidden': 'true' }),
    }));
    this.grips = rings.flatMap((_, index) =>
      (['centre', 'inner', 'outer'] as const)
        .filter((handle) => handle !== 'centre' || index === 0 || !this.owner.together())
        .map((handle) => this.grip(index, handle)),
    );
    fill(
      this.element,
      ...this.circles.flatMap(({ inner, outer, label }) => [inner, outer, label]),
      ...this.grips.map((grip) => grip.element),
    );
  }

  private grip(index: number, handle: Handle): Grip {
    const made = svg(
      'g',
      { class: `grip ${handle} ring-${index % 4}`, tabindex: 0, role: 'slider' },
      // What the finger finds is larger than what the eye sees.
      svg('circle', { class: 'reach', r: 14 }),
      handle === 'outer'
        ? svg('circle', { class: 'mark', r: 6 })
        : handle === 'inner'
          ? svg('rect', { class: 'mark', x: -5, y: -5, width: 10, height: 10 })
          : svg('path', { class: 'mark', d: 'M-9 0H9M0-9V9' }),
    );
    const grip = { element: made, index, handle };
    made.addEventListener('pointerdown', (event) => {
      event.preventDefault();
      made.focus();
      this.element.setPointerCapture(event.pointerId);
      this.dragged = { grip, pointer: event.pointerId };
    });
    made.addEventListener('keydown', (event) => {
      const ring = keyed(this.owner.rings()[index], handle, event.key, event.shiftKey);
      if (ring !== null) {
        event.preventDefault();
        this.owner.moved(index, ring, handle);
      }
    });
    return grip;
  }

  private drag(event: PointerEvent): void {
    const matrix = this.element.getScreenCTM();
    if (this.dragged?.pointer !== event.pointerId || matrix === null) {
      return;
    }
    const { grip } = this.dragged;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    const ring = this.owner.rings()[grip.index];
    this.owner.moved(grip.index, drawnTo(ring, grip.handle, at.x - 0.5, at.y - 0.5), grip.handle);
  }
}

function place({ element: of, handle }: Grip, ring: Ring, scale: number): void {
  const away =
    handle === 'outer'
      ? Math.max(ring.outer, (2 * APART) / scale)
      : handle === 'inner'
        ? -Math.max(ring.inner, APART / scale)
        : 0;
  set(of, { transform: `translate(${ring.x + 0.5 + away} ${ring.y + 0.5}) scale(${1 / scale})` });
  set(
    of,
    handle === 'centre'
      ? {
          'aria-label': `${ring.name}: centre`,
          'aria-valuenow': ring.x,
          'aria-valuetext': `column ${ring.x}, row ${ring.y}`,
        }
      : {
          'aria-label': `${ring.name}: ${handle} radius`,
          'aria-valuenow': ring[handle],
          'aria-valuetext': `${ring[handle]} pixels`,
        },
  );
}
