import type { Raster } from './image/raster.ts';
import type { LiveFeed } from './live/feed.ts';
import type { Api } from './server/api.ts';
import type { Me, Role } from './server/types.ts';
import type { ActiveSessions } from './sessions/active.ts';

/** What every page is given. */
export interface App {
  readonly api: Api;
  readonly feed: LiveFeed;
  readonly sessions: ActiveSessions;
  readonly me: Me;
}

/** Makes a page; what it listens to and repeats ends with `life`. */
export type PageMaker = (app: App, route: Route, life: AbortSignal) => HTMLElement;

/** An address within the page: `#/scans/ID?q=gold`. */
export interface Route {
  readonly path: readonly string[];
  readonly params: URLSearchParams;
}

export function parseRoute(hash: string): Route {
  const [path, params] = hash.replace(/^#\/?/, '').split('?', 2);
  return {
    path: path.split('/').filter((piece) => piece !== '').map(decoded),
    params: new URLSearchParams(params ?? ''),
  };
}

function decoded(piece: string): string {
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}

/** Goes to a page; to the same one again if it is open, which then shows what is new. */
export function navigate(hash: string): void {
  if (location.hash === hash) {
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  } else {
    location.hash = hash;
  }
}

const RANKS: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

/** Whether somebody may do what takes this role. The gateway checks it as well; here it only hides buttons. */
export function may(me: Me, role: Role): boolean {
  return RANKS[me.role] >= RANKS[role];
}

let shown: { image: (name: string) => Raster | null; life: AbortSignal } | null = null;

/** Makes the images of the page that is open readable for programs: `window.millrace.image('bf')`. */
export function exposeImages(image: (name: string) => Raster | null, life: AbortSignal): void {
  shown = { image, life };
}

/** Copies, so that nobody can change what is drawn. */
export function installProbe(): void {
  const probe = Object.freeze({
    image(name: string): Raster | null {
      const raster = shown === null || shown.life.aborted ? null : shown.image(name);
      return raster && { width: raster.width, height: raster.height, values: raster.values.slice() };
    },
  });
  Object.defineProperty(window, 'millrace', { value: probe });
}
