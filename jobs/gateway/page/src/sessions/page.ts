import { type App, may, type PageMaker } from '../app.ts';
import { confirmed } from '../dialog.ts';
import { button, element, fill, set, text } from '../dom.ts';
import { count, instant, span } from '../format.ts';
import { every } from '../life.ts';
import { light } from '../live/lights.ts';
import { part } from '../server/api.ts';
import { showFault } from '../server/fault.ts';
import type { Machine, Session } from '../server/types.ts';
import { newSession } from './newform.ts';

/** Bytes of the log's end that are shown. */
const TAIL = 16_384;

/** States after which nothing more comes. */
export const OVER = ['ENDED', 'FAILED'];

export const sessionsPage: PageMaker = (app, route, life) => {
  const name = route.path[1];
  const detail =
    name === 'new' && may(app.me, 'operator')
      ? newSession(app, life)
      : name === undefined
        ? element('section', { class: 'panel', 'aria-label': 'A session' }, element('p', { class: 'hint' }, 'Choose a session to see its steps and its log.'))
        : oneSession(app, name, life);
  return element('div', { class: 'split' }, element('div', { class: 'side' }, list(app, name, life), machines(app, life)), detail);
};

function list({ api, me }: App, chosen: string | undefined, life: AbortSignal): HTMLElement {
  const body = element('ul', { class: 'plain pick' });
  const ended = element('input', { type: 'checkbox' });
  const fault = element('p', { class: 'fault', role: 'alert' });
  let shown = '';
  const look = async (): Promise<void> => {
    try {
      const state = ended.checked ? '' : '&state=active';
      const { sessions, total } = await api.get<{ total: number; sessions: Session[] }>(`/sessions?limit=100${state}`, life);
      text(fault, '');
      const now = JSON.stringify(sessions.map((s) => [s.name, s.state, s.text]));
      if (now !== shown) {
        shown = now;
        fill(
          body,
          ...sessions.map((session) => item(session, session.name === chosen)),
          sessions.length === 0 && element('li', { class: 'hint' }, 'No session is open.'),
          total > sessions.length && element('li', { class: 'hint' }, `Not shown: ${count(total - sessions.length)} older ones.`),
        );
      }
    } catch (reason) {
      showFault(fault, reason);
    }
  };
  ended.addEventListener('change', () => void look());
  every(3, life, look);
  return element(
    'section',
    { class: 'panel', 'aria-label': 'Sessions' },
    element(
      'header',
      {},
      element('h2', {}, 'Sessions'),
      may(me, 'operator') && element('a', { class: 'button primary', href: '#/sessions/new' }, 'New session'),
    ),
    element('label', { class: 'check' }, ended, 'also those that have ended'),
    fault,
    body,
  );
}

function item(session: Session, chosen: boolean): HTMLElement {
  return element(
    'li',
    {},
    element(
      'a',
      { href: `#/sessions/${part(session.name)}`, 'aria-current': chosen ? 'true' : null },
      light(levelOf(session)),
      element('span', { class: 'name' }, session.name),
      element('span', { class: 'state' }, session.state.toLowerCase()),
      element('span', { class: 'reason' }, `${session.machine}, ${count(session.nodes)} nodes, ${instant(session.created)}`),
    ),
  );
}

function levelOf({ state, warnings }: Session): string {
  if (state === 'FAILED') {
    return 'bad';
  }
  if (warnings.length > 0) {
    return 'attention';
  }
  return state === 'READY' || state === 'STREAMING' ? 'good' : state === 'ENDED' ? 'off' : 'working';
}

function machines({ api }: App, life: AbortSignal): HTMLElement {
  const body = element('ul', { class: 'plain' });
  const fault = element('p', { class: 'fault', role: 'alert' });
  every(15, life, async () => {
    try {
      const all = await api.get<Machine[]>('/machines', life);
      text(fault, '');
      fill(body, ...all.map((machine) => machineItem(machine, Date.now())));
    } catch (reason) {
      showFault(fault, reason);
    }
  });
  return element('section', { class: 'panel', 'aria-label': 'Machines' }, element('h2', {}, 'Machines'), fault, body);
}

function machineItem(machine: Machine, now: number): HTMLElement {
  const { state, text: words } = machine.facility;
  const left = machine.credentialExpires === null ? null : Date.parse(machine.credentialExpires) - now;
  const soon = left !== null && left < 24 * 3600_000;
  return element(
    'li',
    {},
    light({ up: 'good', degraded: 'attention', down: 'bad', unknown: 'off' }[state]),
    element('span', { class: 'name' }, machine.name),
    element('span', { class: 'state' }, state),
    element('span', { class: 'reason' }, words === '' ? machine.description : words),
    left !== null &&
      element(
        'span',
        { class: soon ? 'reason warn' : 'reason' },
        left <= 0
          ? `Its credential expired at ${instant(machine.credentialExpires)}: renew it before the next session.`
          : `Its credential is good for ${span(left)}${soon ? ': renew it in time.' : '.'}`,
      ),
  );
}

function oneSession({ api, me }: App, name: string, life: AbortSignal): HTMLElement {
  const fault = element('p', { class: 'fault', role: 'alert' });
  const head = element('p', { class: 'headline' });
  const countdown = element('p', { class: 'countdown' });
  const warnings = element('ul', { class: 'plain warnings', role: 'status' });
  const steps = element('ol', { class: 'steps' });
  const facts = element('dl', { class: 'facts' });
  const log = element('pre', { class: 'log', tabindex: 0, 'aria-label': 'End of the log' });
  let session: Session | null = null;
  let shown = '';

  const show = (of: Session): void => {
    session = of;
    const now = JSON.stringify(of);
    if (now === shown) {
      return;
    }
    shown = now;
    text(head, `${of.state.charAt(0)}${of.state.slice(1).toLowerCase()}${of.text === '' ? '' : `: ${of.text}`}`);
    fill(warnings, ...of.warnings.map((warning) => element('li', {}, light('attention'), warning)));
    fill(
      steps,
      ...of.steps.map((step, i) =>
        element(
          'li',
          { class: i === of.steps.length - 1 ? 'now' : null },
          element('span', { class: 'state' }, step.state.toLowerCase()),
          element('time', { datetime: step.at }, instant(step.at)),
          element('span', { class: 'reason' }, step.text),
        ),
      ),
    );
    fill(
      facts,
      ...fact('Machine', of.machine),
      ...fact('Nodes', count(of.nodes)),
      ...fact('Walltime', `${count(of.minutes)} min`),
      ...fact('Job', of.job ?? 'none yet'),
      ...(of.zookeeper ? fact('ZooKeeper', of.zookeeper) : []),
      ...(of.zookeeper ? fact('Producers', `scripts/millrace producer --session ${of.name} --zookeeper ${of.zookeeper}`) : []),
      ...(of.dashboard ? fact("Flink's dashboard", of.dashboard) : []),
      ...fact('Created', `${instant(of.created)} by ${of.createdBy}`),
      ...Object.entries(of.parameters).flatMap(([key, value]) =>
        fact(key, typeof value === 'string' ? value : JSON.stringify(value)),
      ),
    );
    drain.disabled = OVER.includes(of.state) || of.state === 'DRAINING';
    cancel.disabled = OVER.includes(of.state);
  };
  const act = (path: string): void => {
    void api
      .post<Session | undefined>(`/sessions/${part(name)}/${path}`)
      .then(look)
      .catch((reason: unknown) => showFault(fault, reason));
  };
  const drain = button('Drain', () => {
    void confirmed(
      `Let session ${name} end?`,
      'No more scans begin. Those under way end with their files, and then the nodes are given back.',
      'Drain',
    ).then((yes) => yes && act('drain'));
  });
  const cancel = button(
    'Cancel',
    () => {
      void confirmed(
        `Cancel session ${name} now?`,
        'What is being counted stops in mid-scan, without a file. To let scans end first, drain it.',
        'Cancel the session',
      ).then((yes) => yes && act('cancel'));
    },
    { class: 'danger' },
  );
  drain.disabled = cancel.disabled = true;
  const look = async (): Promise<void> => {
    try {
      show(await api.get<Session>(`/sessions/${part(name)}`, life));
      text(fault, '');
    } catch (reason) {
      showFault(fault, reason);
    }
  };
  every(2, life, look);
  const showLog = async (): Promise<void> => {
    try {
      const content = await api.text(`/sessions/${part(name)}/log?bytes=${TAIL}`, life);
      const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
      text(log, content === '' ? 'The log is empty.' : content);
      if (atEnd) {
        log.scrollTop = log.scrollHeight;
      }
    } catch (reason) {
      if (!life.aborted) {
        text(log, reason instanceof Error ? reason.message : String(reason));
      }
    }
  };
  // Logs are for operators: what they tell is of the machine, not of the sample.
  if (may(me, 'operator')) {
    every(3, life, showLog);
  }
  every(1, life, () => {
    if (session?.ends === null || session === null || OVER.includes(session.state)) {
      text(countdown, '');
      return;
    }
    const left = Date.parse(session.ends) - Date.now();
    text(countdown, `${span(left)} of walltime left, until ${instant(session.ends)}`);
    set(countdown, { class: left < 15 * 60_000 ? 'countdown warn' : 'countdown' });
  });
  return element(
    'section',
    { class: 'panel detail', 'aria-label': `Session ${name}` },
    element('header', {}, element('h2', {}, name), may(me, 'operator') && element('div', { class: 'row' }, drain, cancel)),
    fault,
    head,
    countdown,
    warnings,
    element(
      'div',
      { class: 'columns' },
      element('div', {}, element('h3', {}, 'Steps'), steps),
      element('div', {}, element('h3', {}, 'About'), facts),
    ),
    may(me, 'operator') && element('h3', {}, 'Log'),
    may(me, 'operator') && log,
  );
}

export function fact(name: string, value: string | Node): HTMLElement[] {
  return [element('dt', {}, name), element('dd', {}, value)];
}
