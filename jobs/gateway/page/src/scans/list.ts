import { navigate, type PageMaker } from '../app.ts';
import { button, element, fill, labelled, select, text } from '../dom.ts';
import { bytes, count, instant } from '../format.ts';
import { part, query } from '../server/api.ts';
import { showFault } from '../server/fault.ts';
import type { Scan } from '../server/types.ts';
import { stateBadge, thumbnail } from './bits.ts';

/** Scans on one page of the table. */
const ROWS = 50;
const FILTERS = ['q', 'session', 'state', 'tag', 'from', 'to'] as const;
const NUMBERS = ['Positions', 'Complete', 'Incomplete', 'Absent', 'File'];
const STATES = ['', 'ANNOUNCED', 'CALIBRATING', 'STREAMING', 'SILENT', 'COMPLETE', 'INCOMPLETE', 'FAILED'];

/** All scans, searched and filtered. The filters are in the address, so that a view can be sent to somebody. */
export const scansPage: PageMaker = ({ api }, route, life) => {
  const offset = Number(route.params.get('offset') ?? 0) || 0;
  const filters = Object.fromEntries(FILTERS.map((name) => [name, route.params.get(name) ?? '']));
  const request = { ...filters, from: dayBegins(filters.from, 0), to: dayBegins(filters.to, 1) };
  const body = element('tbody');
  const summary = element('p', { class: 'hint', role: 'status' });
  const fault = element('p', { class: 'fault', role: 'alert' });
  const pages = element('div', { class: 'row' });

  void api
    .get<{ total: number; scans: Scan[] }>(`/scans${query({ ...request, limit: ROWS, offset })}`, life)
    .then(({ total, scans }) => {
      fill(body, ...scans.map(row));
      text(
        summary,
        scans.length === 0
          ? Object.values(filters).some((value) => value !== '')
            ? 'No scan is like that. Take a filter away.'
            : 'No scan has been taken yet.'
          : `${count(offset + 1)} to ${count(offset + scans.length)} of ${count(total)}`,
      );
      fill(
        pages,
        offset > 0 && element('a', { class: 'button', href: `#/scans${query({ ...filters, offset: Math.max(0, offset - ROWS) })}` }, 'Newer'),
        offset + scans.length < total && element('a', { class: 'button', href: `#/scans${query({ ...filters, offset: offset + ROWS })}` }, 'Older'),
      );
    })
    .catch((reason: unknown) => showFault(fault, reason));

  const files = query(request);
  return element(
    'section',
    { class: 'panel', 'aria-label': 'Scans' },
    element('header', {}, element('h2', {}, 'Scans'), summary),
    filterForm(filters),
    fault,
    element(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Table of scans' },
      element(
        'table',
        { class: 'list' },
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            ...['', 'Scan', 'Started', 'State', 'Positions', 'Complete', 'Incomplete', 'Absent', 'File', 'Tags', 'Notes'].map((title) =>
              title === '' ? element('td') : element('th', { scope: 'col', class: NUMBERS.includes(title) ? 'number' : null }, title),
            ),
          ),
        ),
        body,
      ),
    ),
    element(
      'footer',
      { class: 'row between' },
      pages,
      element(
        'div',
        { class: 'row' },
        element('a', { class: 'button', href: `/api/v1/scans.csv${files}`, download: true }, 'As CSV'),
        element('a', { class: 'button', href: `/api/v1/scans.json${files}`, download: true }, 'As JSON'),
      ),
    ),
  );
};

/**
 * When a day begins for whoever looks, as an instant; so many days later. The last day of a span belongs to it, so the
 * span ends with the beginning of the next one.
 */
export function dayBegins(day: string | undefined, later: number): string {
  const found = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day ?? '');
  return found === null
    ? ''
    : new Date(Number(found[1]), Number(found[2]) - 1, Number(found[3]) + later).toISOString();
}

function filterForm(filters: Record<string, string>): HTMLElement {
  const inputs: Record<string, HTMLInputElement | HTMLSelectElement> = {
    q: element('input', { type: 'search' }),
    session: element('input'),
    state: select(STATES, '', (state) => (state === '' ? 'any' : state.toLowerCase())),
    tag: element('input'),
    from: element('input', { type: 'date' }),
    to: element('input', { type: 'date' }),
  };
  for (const [name, input] of Object.entries(inputs)) {
    input.value = filters[name];
  }
  const labels: Record<string, string> = {
    q: 'Search', session: 'Session', state: 'State', tag: 'Tag', from: 'From', to: 'To',
  };
  const made = element(
    'form',
    { class: 'filters', role: 'search', 'aria-label': 'Filter scans' },
    ...Object.entries(inputs).map(([name, input]) => labelled(labels[name], input)),
    element('button', { type: 'submit', class: 'primary' }, 'Find'),
    button('Clear', () => navigate('#/scans')),
  );
  made.addEventListener('submit', (event) => {
    event.preventDefault();
    navigate(`#/scans${query(Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value])))}`);
  });
  return made;
}

function row(scan: Scan): HTMLElement {
  const address = `#/scans/${part(scan.id)}`;
  const number = (value: number | null, warn = false): HTMLElement =>
    element('td', { class: warn && (value ?? 0) > 0 ? 'number warn' : 'number' }, value === null ? '' : count(value));
  return element(
    'tr',
    {},
    element('td', {}, thumbnail(scan)),
    element('th', { scope: 'row' }, element('a', { href: address }, `${scan.session} ${scan.number}`)),
    element('td', {}, instant(scan.started)),
    element('td', {}, stateBadge(scan)),
    element('td', { class: 'number' }, `${count(scan.width)} × ${count(scan.height)}`),
    number(scan.complete),
    number(scan.incomplete, true),
    number(scan.absent, true),
    element('td', { class: 'number' }, scan.bytes === null ? '' : bytes(scan.bytes)),
    element('td', {}, ...scan.tags.map((tag) => element('span', { class: 'tag' }, tag))),
    element('td', { class: 'notes' }, scan.notes),
  );
}
