// Pieces that several pages show of a scan.

import { element } from '../dom.ts';
import type { Scan } from '../server/types.ts';
import { part } from '../server/api.ts';

export function thumbnail(scan: Scan): HTMLElement {
  // What ended has another picture than what still ran under the same address.
  return element('img', {
    src: `/api/v1/scans/${part(scan.id)}/thumbnail.png?of=${part(scan.state)}`,
    alt: `Scan ${scan.number} of ${scan.session}`,
    class: 'thumbnail',
    loading: 'lazy',
  });
}

export function stateBadge(scan: Scan): HTMLElement {
  const level = scan.state === 'COMPLETE' ? 'good' : scan.state === 'FAILED' ? 'bad' : scan.state === 'INCOMPLETE' ? 'attention' : 'working';
  return element('span', { class: `badge ${level}` }, scan.state.toLowerCase());
}

/** The length of a step of the scan, if its metadata tell: `step_nm`, in nanometres. */
export function stepOf(metadata: Readonly<Record<string, unknown>>): { length: number; unit: string } | null {
  const step = Number(metadata.step_nm);
  return Number.isFinite(step) && step > 0 ? { length: step, unit: 'nm' } : null;
}
