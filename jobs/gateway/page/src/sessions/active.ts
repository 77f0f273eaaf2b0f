import { Changes, every } from '../life.ts';
import type { Api } from '../server/api.ts';
import { ApiFault } from '../server/api.ts';
import type { Session } from '../server/types.ts';

/** How long one that has failed is still told of, in milliseconds. */
const NEWS = 15 * 60_000;

/**
 * The sessions that are not at their end, and behind them those that have failed of late; looked at every few seconds,
 * for the sentence on top and the countdown.
 */
export class ActiveSessions {
  readonly changes = new Changes();
  list: readonly Session[] = [];

  constructor(api: Api, life: AbortSignal) {
    every(4, life, async () => {
      try {
        const active = await api.get<{ sessions: Session[] }>('/sessions?state=active&limit=20', life);
        const ended = await api.get<{ sessions: Session[] }>('/sessions?state=ended&limit=5', life);
        this.list = [...active.sessions, ...ended.sessions.filter((session) => hasJustFailed(session, Date.now()))];
        this.changes.tell();
      } catch (fault) {
        // That the gateway is away, the web socket's state tells; the list stays as it was.
        if (!(fault instanceof ApiFault)) {
          throw fault;
        }
      }
    });
  }
}

function hasJustFailed({ state, steps, created }: Session, now: number): boolean {
  return state === 'FAILED' && now - Date.parse(steps[steps.length - 1]?.at ?? created) < NEWS;
}
