// One sentence that says whether all is well, and if not what to do.

import { count, counted, instant } from '../format.ts';
import type { Member, Session } from '../server/types.ts';
import type { Progress, ScanStart } from './messages.ts';
import type { ConnectionState } from './socket.ts';

/** good: nothing to do. working: wait. attention: data or time are at stake. bad: nothing goes on without you. */
export type Level = 'good' | 'working' | 'attention' | 'bad';

export interface Verdict {
  readonly level: Level;
  readonly what: string;
  /** What to do, or nothing. */
  readonly next: string;
}

/** All that the sentence depends on. */
export interface Sight {
  readonly connection: ConnectionState;
  readonly scan: ScanStart | null;
  readonly progress: Progress | null;
  readonly end: { readonly state: string; readonly file: string | null } | null;
  readonly members: readonly Member[];
  readonly sessions: readonly Session[];
  readonly now: number;
}

/** The worst that is to be said comes first; of two as bad, what stands earlier on the way of the data. */
export function verdict(sight: Sight): Verdict {
  return disconnected(sight) ?? brokenMember(sight) ?? endingSession(sight) ?? ofScan(sight) ?? ofSession(sight);
}

function disconnected({ connection, scan, now }: Sight): Verdict | null {
  if (connection.kind === 'open') {
    return null;
  }
  if (connection.kind === 'connecting') {
    return { level: 'working', what: 'Connecting to the gateway …', next: '' };
  }
  const seconds = Math.max(0, Math.ceil((connection.at - now) / 1000));
  return {
    level: 'bad',
    what: `No connection to the gateway since ${instant(new Date(connection.since).toISOString())}.`,
    next:
      `Trying again in ${seconds} s.` +
      (scan === null ? '' : ' What is shown is from before; the counting goes on without this page.'),
  };
}

function brokenMember({ members }: Sight): Verdict | null {
  const failed = members.find((member) => member.state === 'FAILED');
  if (failed !== undefined) {
    return {
      level: 'bad',
      what: `${memberName(failed)} has failed${reason(failed)}.`,
      next: failed.role === 'PRODUCER' ? 'Start it again; it joins the scan under way.' : 'Start it again.',
    };
  }
  const stalled = members.find((member) => member.state === 'STALLED');
  return stalled === undefined
    ? null
    : {
        level: 'attention',
        what: `${memberName(stalled)} makes no progress${reason(stalled)}.`,
        next: 'If it stays so, look at the part behind it: what can not be sent waits there.',
      };
}

function endingSession({ sessions }: Sight): Verdict | null {
  const warned = sessions.find((session) => session.warnings.length > 0);
  return warned === undefined
    ? null
    : {
        level: 'attention',
        what: `Session ${warned.name}: ${sentence(warned.warnings[0])}`,
        next: warned.warnings.length > 1 ? `There are ${warned.warnings.length - 1} more warnings under Sessions.` : '',
      };
}

function ofScan(sight: Sight): Verdict | null {
  const { scan, progress, end } = sight;
  if (scan === null) {
    return null;
  }
  const name = `Scan ${scan.number}`;
  const expected = progress?.expected ?? scan.width * scan.height;
  const complete = progress?.complete ?? 0;
  if (end !== null) {
    return ended(name, end, progress, expected, sight);
  }
  if (progress === null) {
    return { level: 'working', what: `${name} has begun; nothing is counted yet.`, next: '' };
  }
  const lacking = progress.absentByModule.reduce((sum, n) => sum + n, 0);
  if (lacking > 0 || progress.incomplete > 0) {
    const worst = progress.absentByModule.indexOf(Math.max(...progress.absentByModule));
    return {
      level: 'attention',
      what: `${name} runs, and ${counted(progress.incomplete, 'frame')} of ${count(expected)} ${
        progress.incomplete === 1 ? 'lacks' : 'lack'
      } sectors.`,
      next:
        lacking > 0
          ? `Most are missing from module ${worst}: look at its producer and its network.`
          : 'They may still come.',
    };
  }
  return {
    level: 'good',
    what: `All is well: scan ${scan.number} runs, ${count(complete)} of ${count(expected)} frames are complete.`,
    next: '',
  };
}

function ended(
  name: string,
  end: { readonly state: string },
  progress: Progress | null,
  expected: number,
  sight: Sight,
): Verdict {
  const incomplete = progress?.incomplete ?? 0;
  const absent = progress?.absent ?? 0;
  if (end.state === 'FAILED') {
    return {
      level: 'bad',
      what: `${name} has failed: there is no file of it.`,
      next: 'The reason stands with the scan, under Scans.',
    };
  }
  // What was good before says nothing of what comes: that a session is not ready is the news.
  const session = ofSession(sight);
  if (sight.sessions.length > 0 && session.level !== 'good') {
    return session;
  }
  return end.state === 'COMPLETE'
    ? {
        level: 'good',
        what: `${name} is complete, all ${count(expected)} frames.`,
        next: sight.sessions.length > 0 || sight.members.length > 0 ? 'Ready for the next one.' : '',
      }
    : {
        level: 'attention',
        what: `${name} has ended with ${counted(incomplete, 'incomplete frame')} and ${count(absent)} absent.`,
        next: 'Its file says which. If the sample matters, take the scan again.',
      };
}

function ofSession({ sessions, members }: Sight): Verdict {
  const session = sessions.find((one) => one.state === 'STREAMING') ?? sessions[0];
  if (session === undefined) {
    return { level: 'working', what: 'No session is open, so nothing can be counted.', next: 'Start one under Sessions.' };
  }
  switch (session.state) {
    case 'READY':
    case 'STREAMING':
      return {
        level: 'good',
        what: `Session ${session.name} is ready.`,
        next: members.some(({ role }) => role === 'PRODUCER')
          ? 'Press acquire.'
          : 'Start the producers, whose command stands with the session, and press acquire.',
      };
    case 'DRAINING':
      return { level: 'working', what: `Session ${session.name} takes no more scans, and ends.`, next: '' };
    case 'FAILED':
      return {
        level: 'bad',
        what: `Session ${session.name} has failed: ${sentence(session.text)}`,
        next: 'Its steps and log are under Sessions.',
      };
    default:
      return {
        level: 'working',
        what: `Session ${session.name} is ${session.state.toLowerCase()}${session.text === '' ? '.' : `: ${sentence(session.text)}`}`,
        // What it waits for may be for people to start, and then it says how.
        next: session.text.includes('start it') ? '' : 'Wait until it is ready.',
      };
  }
}

function memberName(member: Member): string {
  const role = member.role.charAt(0) + member.role.slice(1).toLowerCase();
  return `${role} ${member.name}`;
}

function reason(member: Member): string {
  return member.reason === '' ? '' : ` (${member.reason.replace(/\.$/, '')})`;
}

function sentence(words: string): string {
  return /[.!?…]$/.test(words) ? words : `${words}.`;
}
