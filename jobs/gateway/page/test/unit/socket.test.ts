import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, ReturningSocket, type SocketLike } from '../../src/live/socket.ts';
import { FakeClock, FakeSocket } from './fakes.ts';

function setUp(random = 0) {
  const clock = new FakeClock();
  const sockets: FakeSocket[] = [];
  const states: string[] = [];
  const received: unknown[] = [];
  const returning = new ReturningSocket(
    (): SocketLike => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    { opened: () => states.push('opened'), received: (data) => received.push(data), stateChanged: ({ kind }) => states.push(kind) },
    clock,
    () => random,
  );
  return { clock, sockets, states, received, returning };
}

test('pauses double from half a second up to ten', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 99].map(pause), [500, 1000, 2000, 4000, 8000, 10000, 10000]);
});

test('connects again after growing pauses, and says when', () => {
  const { clock, sockets, returning } = setUp();
  assert.equal(sockets.length, 1);
  sockets[0].fail();
  assert.deepEqual(returning.state, { kind: 'waiting', since: 0, at: 500 });
  clock.advance(499);
  assert.equal(sockets.length, 1);
  clock.advance(1);
  assert.equal(sockets.length, 2);
  sockets[1].fail();
  assert.deepEqual(returning.state, { kind: 'waiting', since: 0, at: 1500 }, 'lost since the first time');
  clock.advance(1000);
  assert.equal(sockets.length, 3);
});

test('a connection that held resets the pause, one that broke at once does not', () => {
  const { clock, sockets, returning } = setUp();
  sockets[0].fail();
  clock.advance(500);
  sockets[1].open();
  clock.advance(100);
  sockets[1].fail();
  assert.deepEqual(returning.state, { kind: 'waiting', since: 600, at: 1600 });
  clock.advance(1000);
  sockets[2].open();
  clock.advance(5000);
  sockets[2].fail();
  assert.deepEqual(returning.state, { kind: 'waiting', since: 6600, at: 7100 });
});

test('many pages do not come back at the same instant', () => {
  const { returning, sockets } = setUp(1);
  sockets[0].fail();
  assert.deepEqual(returning.state, { kind: 'waiting', since: 0, at: 375 });
});

test('retryNow does not wait for the pause, and does not connect twice', () => {
  const { clock, sockets, returning } = setUp();
  returning.retryNow();
  assert.equal(sockets.length, 1, 'it is connecting already');
  sockets[0].fail();
  returning.retryNow();
  assert.equal(sockets.length, 2);
  clock.advance(60_000);
  assert.equal(sockets.length, 2);
});

test('what an old connection still says is not heard', () => {
  const { clock, sockets, received, states } = setUp();
  sockets[0].open();
  const old = sockets[0];
  old.fail();
  clock.advance(500);
  sockets[1].open();
  old.onmessage?.({ data: 'late' });
  old.onclose?.();
  sockets[1].onmessage?.({ data: 'new' });
  assert.deepEqual(received, ['new']);
  assert.equal(states.at(-1), 'opened');
});

test('sends only over a connection that is open', () => {
  const { sockets, returning } = setUp();
  returning.send({ kind: 'images' });
  assert.deepEqual(sockets[0].sent, []);
  sockets[0].open();
  returning.send({ kind: 'images' });
  assert.deepEqual(sockets[0].sent, ['{"kind":"images"}']);
});

test('a connection that only seems to be there can be dropped', () => {
  const { sockets, returning } = setUp();
  sockets[0].open();
  returning.drop();
  assert.equal(returning.state.kind, 'waiting');
  assert.equal(sockets[0].closed, true);
});

test('closed for good, it does not come back', () => {
  const { clock, sockets, returning } = setUp();
  sockets[0].fail();
  returning.close();
  clock.advance(60_000);
  assert.equal(sockets.length, 1);
  assert.equal(clock.waiting, 0);
});
