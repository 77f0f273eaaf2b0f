import { type App, may, type PageMaker, parseRoute } from './app.ts';
import { button, element, fill, set, text } from './dom.ts';
import { every, onceAFrame } from './life.ts';
import { light } from './live/lights.ts';
import { livePage } from './live/page.ts';
import { verdict } from './live/verdict.ts';
import { peoplePage } from './people/page.ts';
import { scanPage } from './scans/one.ts';
import { scansPage } from './scans/list.ts';
import { sessionsPage } from './sessions/page.ts';

const PAGES: Record<string, { title: string; make: PageMaker }> = {
  live: { title: 'Live', make: livePage },
  sessions: { title: 'Sessions', make: sessionsPage },
  scans: {
    title: 'Scans',
    make: (app, route, life) => (route.path.length > 1 ? scanPage : scansPage)(app, route, life),
  },
  people: { title: 'People', make: peoplePage },
};

/** What is around every page: the way to the others, the sentence, who one is. */
export function shell(app: App, life: AbortSignal, logout: () => void): HTMLElement {
  const main = element('main', { id: 'main', tabindex: -1 });
  const links = Object.entries(PAGES).map(([name, { title }]) => ({ name, link: element('a', { href: `#/${name}` }, title) }));
  const nav = element('nav', { 'aria-label': 'Pages' }, ...links.map(({ link }) => link));
  const connection = element('span', { class: 'connection' });
  const skip = button('Skip to the page', () => main.focus(), { class: 'skip' });

  let left: AbortController | null = null;
  const open = (): void => {
    const route = parseRoute(location.hash);
    const name = route.path[0] !== undefined && Object.hasOwn(PAGES, route.path[0]) ? route.path[0] : 'live';
    left?.abort();
    left = new AbortController();
    life.addEventListener('abort', () => left?.abort());
    const page = PAGES[name];
    document.title = `${page.title} · Millrace`;
    for (const { name: of, link } of links) {
      set(link, { 'aria-current': of === name ? 'page' : null });
    }
    set(main, { 'data-page': name, 'aria-label': page.title });
    fill(main, element('h1', { class: 'unseen' }, page.title), page.make(app, route, left.signal));
    window.scrollTo(0, 0);
  };
  const turn = (): void => {
    open();
    // Who goes by keys or by ear is at the new page, not at the link that is gone.
    main.focus({ preventScroll: true });
  };
  window.addEventListener('hashchange', turn, { signal: life });
  open();

  return element(
    'div',
    { class: 'shell' },
    element(
      'header',
      { class: 'top' },
      skip,
      element('a', { href: '#/live', class: 'brand' }, 'Millrace'),
      nav,
      connection,
      element(
        'div',
        { class: 'who' },
        element('a', { href: '#/people' }, app.me.name),
        element('span', { class: 'hint' }, app.me.role),
        button('Light or dark', toggleTheme, { class: 'small' }),
        button('Sign out', logout, { class: 'small' }),
      ),
    ),
    sentence(app, connection, life),
    main,
  );
}

function sentence({ feed, sessions, me }: App, connection: HTMLElement, life: AbortSignal): HTMLElement {
  const what = element('strong');
  const next = element('span');
  const mark = element('span', { class: 'mark' });
  const retry = button('Try now', () => feed.retryNow(), { class: 'small', hidden: true });
  const line = element('div', { class: 'verdict' }, mark, element('p', { role: 'status' }, what, ' ', next), retry);
  let shown = '';
  const draw = onceAFrame(life, () => {
    const is = verdict({ ...sight(feed), sessions: sessions.list, now: Date.now() });
    if (is.level !== shown) {
      shown = is.level;
      set(line, { class: `verdict ${is.level}` });
      fill(mark, light(is.level));
    }
    text(what, is.what);
    text(next, is.next === 'Start one under Sessions.' && !may(me, 'operator') ? 'Ask an operator to start one.' : is.next);
    retry.hidden = feed.connection.kind !== 'waiting';
    const state = { open: 'live', connecting: 'connecting', waiting: 'not connected' }[feed.connection.kind];
    set(connection, { class: `connection ${feed.connection.kind}`, 'data-state': feed.connection.kind });
    if (connection.dataset.shown !== state) {
      connection.dataset.shown = state;
      fill(connection, light({ open: 'good', connecting: 'working', waiting: 'bad' }[feed.connection.kind]), state);
    }
  });
  feed.news.listen(life, draw);
  sessions.changes.listen(life, draw);
  every(1, life, draw);
  return line;
}

function sight({ connection, scan, progress, end, members }: App['feed']): Pick<App['feed'], 'connection' | 'scan' | 'progress' | 'end' | 'members'> {
  return { connection, scan, progress, end, members };
}

const THEME = 'millrace-theme';

/** Dark, since a microscope's room is; who works by daylight changes that, and the browser remembers it. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = localStorage.getItem(THEME) === 'light' ? 'light' : 'dark';
}

function toggleTheme(): void {
  localStorage.setItem(THEME, document.documentElement.dataset.theme === 'light' ? 'dark' : 'light');
  applyTheme();
}
