import { installProbe } from './app.ts';
import { element } from './dom.ts';
import { LiveFeed } from './live/feed.ts';
import type { SocketLike } from './live/socket.ts';
import { loginPage, passwordForm } from './people/login.ts';
import { Api, ApiFault } from './server/api.ts';
import type { Me } from './server/types.ts';
import { ActiveSessions } from './sessions/active.ts';
import { applyTheme, shell } from './shell.ts';

const api = new Api();
let life = new AbortController();

function show(page: HTMLElement): void {
  document.body.replaceChildren(page);
}

function login(): void {
  life.abort();
  const main = element('main', { id: 'main' }, loginPage(api, enter));
  show(main);
  document.title = 'Sign in · Millrace';
  main.querySelector('input')?.focus();
}

function enter(me: Me): void {
  life.abort();
  life = new AbortController();
  if (me.mustChangePassword) {
    const change = passwordForm(api, null, () => enter({ ...me, mustChangePassword: false }));
    show(element('main', { id: 'main' }, element('div', { class: 'login' }, change)));
    return;
  }
  const feed = new LiveFeed(openSocket, {
    now: () => Date.now(),
    later: (milliseconds, work) => {
      const timer = setTimeout(work, milliseconds);
      return () => clearTimeout(timer);
    },
  });
  const ends = life;
  ends.signal.addEventListener('abort', () => feed.close());
  // A network that is gone for sure is not waited for, and one that is back is used at once.
  window.addEventListener('offline', () => feed.drop(), { signal: ends.signal });
  window.addEventListener('online', () => feed.retryNow(), { signal: ends.signal });
  feed.news.listen(ends.signal, () => {
    if (feed.connection.kind === 'waiting') {
      stillKnown(ends.signal);
    }
  });
  const logout = (): void => {
    void api.post('/logout').catch(() => undefined).finally(login);
  };
  show(shell({ api, feed, me, sessions: new ActiveSessions(api, ends.signal) }, ends.signal, logout));
}

let asking = false;

/** A web socket does not say why it was refused; a request does. */
function stillKnown(signal: AbortSignal): void {
  if (asking) {
    return;
  }
  asking = true;
  void api
    .me()
    .catch((fault: unknown) => {
      if (fault instanceof ApiFault && fault.status === 401 && !signal.aborted) {
        login();
      }
    })
    .finally(() => {
      asking = false;
    });
}

function openSocket(): SocketLike {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return new WebSocket(`${scheme}://${location.host}/api/v1/live`) as SocketLike;
}

applyTheme();
installProbe();
api.loggedOut = () => {
  // Once is enough: several requests may be told the same.
  if (!life.signal.aborted) {
    login();
  }
};
api.me().then(enter, login);
