import { element, fill } from '../dom.ts';
import { instant } from '../format.ts';
import { type Api, ApiFault } from '../server/api.ts';
import type { Scan } from '../server/types.ts';
import { stateBadge, thumbnail } from '../scans/bits.ts';

/** The last scans as pictures. */
export class Strip {
  private readonly list = element('ol', { class: 'strip' });
  readonly element = element('section', { class: 'panel strips', 'aria-label': 'Last scans' }, this.list);
  private shown = '';
  private scans: readonly Scan[] = [];

  constructor(private readonly api: Api) {}

  /** One of them, as it was told last. */
  find(id: string | undefined): Scan | null {
    return this.scans.find((scan) => scan.id === id) ?? null;
  }

  async look(life: AbortSignal): Promise<void> {
    try {
      const { scans } = await this.api.get<{ scans: Scan[] }>('/scans?limit=16', life);
      this.scans = scans;
      const state = JSON.stringify(scans.map(({ id, state: is }) => [id, is]));
      if (state !== this.shown) {
        this.shown = state;
        fill(this.list, ...(scans.length === 0 ? [element('li', { class: 'hint' }, 'No scan has been taken yet.')] : scans.map(item)));
      }
    } catch (fault) {
      // The strip stays as it was until the next look; the top of the page says when the gateway is away.
      if (!(fault instanceof ApiFault)) {
        throw fault;
      }
    }
  }
}

function item(scan: Scan): HTMLElement {
  return element(
    'li',
    {},
    element(
      'a',
      { href: `#/scans/${encodeURIComponent(scan.id)}` },
      thumbnail(scan),
      element('span', { class: 'caption' }, element('strong', {}, scan.number), element('span', { class: 'hint' }, scan.session), element('span', { class: 'hint' }, instant(scan.started))),
      stateBadge(scan),
    ),
  );
}
