import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Progress, ScanStart } from '../../src/live/messages.ts';
import { type Sight, verdict } from '../../src/live/verdict.ts';
import type { Member, Session } from '../../src/server/types.ts';

const SCAN: ScanStart = {
  id: 'night.7', session: 'night', number: 7, width: 65, height: 64, rings: [], started: '',
  detector: { rows: 576, columns: 576, modules: 4 },
};
const PROGRESS: Progress = {
  id: 'night.7', complete: 100, incomplete: 0, absent: 0, absentByModule: [0, 0, 0, 0], framesPerSecond: 1, bytesPerSecond: 1,
  seen: 100, expected: 4160, gaps: 0, state: 'STREAMING',
};
const SESSION: Session = {
  name: 'night', machine: 'local', nodes: 1, minutes: 60, state: 'READY', text: '', steps: [], job: null, created: '', createdBy: '',
  ends: null, warnings: [], parameters: {},
};
const IDLE: Sight = {
  connection: { kind: 'open', since: 0 }, scan: null, progress: null, end: null, members: [], sessions: [SESSION], now: 0,
};

test('all is well only if it is', () => {
  assert.deepEqual(verdict({ ...IDLE, scan: SCAN, progress: PROGRESS }), {
    level: 'good', what: 'All is well: scan 7 runs, 100 of 4,160 frames are complete.', next: '',
  });
});

test('frames that lack sectors are told with the module to look at', () => {
  const progress = { ...PROGRESS, incomplete: 3, absentByModule: [0, 1, 2, 0] };
  const { level, what, next } = verdict({ ...IDLE, scan: SCAN, progress });
  assert.equal(level, 'attention');
  assert.match(what, /3 frames of 4,160 lack sectors/);
  assert.match(next, /module 2/);
});

test('a lost connection comes before all else, and says when it is tried again', () => {
  const connection = { kind: 'waiting', since: 0, at: 4000 } as const;
  const { level, next } = verdict({ ...IDLE, connection, scan: SCAN, progress: PROGRESS, now: 1000 });
  assert.equal(level, 'bad');
  assert.match(next, /in 3 s.*from before/);
});

test('a part that has failed or stalled comes before a scan that still looks well', () => {
  const member = { role: 'AGGREGATOR', name: 'edge', state: 'FAILED', reason: 'port in use.', counters: {} };
  const sight = { ...IDLE, scan: SCAN, progress: PROGRESS };
  assert.deepEqual(verdict({ ...sight, members: [member] }), {
    level: 'bad', what: 'Aggregator edge has failed (port in use).', next: 'Start it again.',
  });
  assert.equal(verdict({ ...sight, members: [{ ...member, state: 'STALLED' }] }).level, 'attention');
});

test('ends are told as they are', () => {
  const at = (state: string, absent = 0) =>
    verdict({ ...IDLE, scan: SCAN, progress: { ...PROGRESS, absent, incomplete: absent }, end: { state, file: null } });
  assert.equal(at('COMPLETE').level, 'good');
  assert.match(at('INCOMPLETE', 5).what, /5 incomplete frames and 5 absent/);
  assert.equal(at('FAILED').level, 'bad');
});

test('without a scan it is about the session: ready, on its way, failed, or none', () => {
  const of = (session: Partial<Session>) => verdict({ ...IDLE, sessions: [{ ...SESSION, ...session }] });
  assert.match(of({}).next, /^Start the producers/);
  const producer: Member = { role: 'PRODUCER', name: 'module-0', state: 'READY', reason: '', counters: {} };
  const ready = verdict({ ...IDLE, members: [producer], sessions: [SESSION] });
  assert.deepEqual(ready, { level: 'good', what: 'Session night is ready.', next: 'Press acquire.' });
  assert.equal(of({ state: 'STARTING' }).next, 'Wait until it is ready.');
  assert.equal(of({ state: 'STARTING', text: 'there is no aggregator yet; start it: scripts/millrace aggregator' }).next, '');
  assert.match(of({ state: 'QUEUED', text: 'waits for priority' }).what, /is queued: waits for priority\./);
  assert.equal(of({ state: 'FAILED', text: 'no node' }).level, 'bad');
  assert.match(verdict({ ...IDLE, sessions: [] }).next, /Start one/);
});

test('a warning of a session is told while its scan runs', () => {
  const sessions = [{ ...SESSION, warnings: ['12 min of walltime are left', 'another'] }];
  const { level, what, next } = verdict({ ...IDLE, scan: SCAN, progress: PROGRESS, sessions });
  assert.equal(level, 'attention');
  assert.equal(what, 'Session night: 12 min of walltime are left.');
  assert.match(next, /1 more/);
});

test('a scan that has ended well does not hide a session that is not ready', () => {
  const end = { state: 'COMPLETE', file: '/a.h5' };
  const starting = { ...IDLE, scan: SCAN, progress: PROGRESS, end, sessions: [{ ...SESSION, state: 'STARTING' } as Session] };
  assert.equal(verdict(starting).level, 'working');
  assert.match(verdict(starting).what, /Session night is starting/);
  const failed = { ...starting, sessions: [{ ...SESSION, state: 'FAILED', text: 'no node' } as Session] };
  assert.match(verdict(failed).what, /has failed: no node/);
  // Nobody is there to take the next one.
  assert.equal(verdict({ ...starting, sessions: [] }).next, '');
  assert.equal(verdict({ ...IDLE, scan: SCAN, progress: PROGRESS, end }).next, 'Ready for the next one.');
});
