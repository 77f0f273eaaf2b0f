import { element, fill } from '../dom.ts';
import { instant, span } from '../format.ts';
import type { Member, Session } from '../server/types.ts';

/** Role, title, and what it means that nobody has it; without such words the title is then left out. */
const ROLES: readonly [string, string, string][] = [
  ['PRODUCER', 'Producers', 'no producer: nothing can be sent'],
  ['AGGREGATOR', 'Aggregator', 'no aggregator: producers wait for it'],
  ['LANE', 'Lanes', 'no lane: no counting job is connected'],
  ['ALLOCATION', 'Allocation', ''],
];

/** Lights for the parts of the system; each says in words what its colour and shape say. */
export class Lights {
  private readonly sessions = element('ul', { class: 'plain' });
  private readonly members = element('div');
  private shown = '';
  readonly element = element(
    'section',
    { class: 'panel lights', 'aria-label': 'Session and its parts' },
    element('h2', {}, 'Session'),
    this.sessions,
    this.members,
  );

  show(members: readonly Member[], sessions: readonly Session[], now: number): void {
    fill(this.sessions, ...(sessions.length === 0 ? [element('li', { class: 'hint' }, 'none was started here')] : sessions.map((s) => ofSession(s, now))));
    const state = JSON.stringify(members.map(({ role, name, state: is, reason }) => [role, name, is, reason]));
    if (state !== this.shown) {
      this.shown = state;
      fill(this.members, ...ROLES.map(([role, title, none]) => group(members, role, title, none)));
    }
  }
}

function ofSession(session: Session, now: number): HTMLElement {
  const over = session.state === 'ENDED' || session.state === 'FAILED';
  const left = session.ends === null || over ? null : Date.parse(session.ends) - now;
  return element(
    'li',
    {},
    light(session.state === 'STREAMING' || session.state === 'READY' ? 'good' : session.state === 'FAILED' ? 'bad' : 'working'),
    element('a', { href: `#/sessions/${encodeURIComponent(session.name)}` }, session.name),
    element('span', { class: 'state' }, session.state.toLowerCase()),
    element(
      'span',
      { class: left !== null && left < 15 * 60_000 ? 'reason warn' : 'reason' },
      left === null
        ? `on ${session.machine}`
        : `on ${session.machine}, ${span(left)} left (until ${instant(session.ends)})`,
    ),
  );
}

function group(members: readonly Member[], role: string, title: string, none: string): HTMLElement | null {
  const those = members.filter((member) => member.role === role);
  if (those.length === 0 && none === '') {
    return null;
  }
  return element(
    'div',
    {},
    element('h3', {}, title),
    element(
      'ul',
      { class: 'plain' },
      ...(those.length === 0 ? [element('li', {}, light('off'), element('span', { class: 'hint' }, none))] : those.map(ofMember)),
    ),
  );
}

function ofMember({ name, state, reason }: Member): HTMLElement {
  const level =
    state === 'FAILED' ? 'bad' : state === 'STALLED' ? 'attention' : state === 'STREAMING' || state === 'READY' ? 'good' : 'working';
  return element(
    'li',
    {},
    light(level),
    element('span', { class: 'name' }, name),
    element('span', { class: 'state' }, state.toLowerCase()),
    reason !== '' && element('span', { class: 'reason' }, reason),
  );
}

/** A light's shape differs with its colour. The words beside it say the same. */
export function light(level: string): HTMLElement {
  return element('span', { class: `light ${level}`, 'aria-hidden': 'true' });
}
