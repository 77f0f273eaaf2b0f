// A web socket that comes back.

/** The part of a WebSocket that is needed here; tests have their own. */
export interface SocketLike {
  binaryType: string;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(data: string): void;
  close(): void;
}

export interface Clock {
  now(): number;
  /** Calls `work` later; the answer revokes that. */
  later(milliseconds: number, work: () => void): () => void;
}

export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open'; readonly since: number }
  /** Lost `since`, and tried again `at`. */
  | { readonly kind: 'waiting'; readonly since: number; readonly at: number };

export interface SocketOwner {
  opened(): void;
  received(data: string | ArrayBuffer): void;
  stateChanged(state: ConnectionState): void;
}

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
/** A connection that holds for so long was a good one: the next pause is a short one again. */
const GOOD_AFTER = 5_000;

/** The pause before the n-th try since the last good connection, n from 0, without the random part. */
export function pause(tries: number): number {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(tries, 10));
}

/**
 * Connects, and connects again when that is lost: after half a second first, then after twice the pause, up to 10 s,
 * each up to a quarter shorter by chance, so that many pages do not come back to a new gateway at the same time.
 */
export class ReturningSocket {
  private socket: SocketLike | null = null;
  private revoke: () => void = () => {};
  private tries = 0;
  private lostAt: number | null = null;
  private closed = false;
  private current: ConnectionState = { kind: 'connecting' };

  constructor(
    private readonly open: () => SocketLike,
    private readonly owner: SocketOwner,
    private readonly clock: Clock,
    private readonly random: () => number = Math.random,
  ) {
    this.connect();
  }

  get state(): ConnectionState {
    return this.current;
  }

  /** Sends if there is a connection; else nothing, since whoever connects again is told all anew. */
  send(message: unknown): void {
    if (this.current.kind === 'open') {
      this.socket?.send(JSON.stringify(message));
    }
  }

  /** Tries now, without the rest of the pause: the network is back, or somebody has asked. */
  retryNow(): void {
    if (this.current.kind === 'waiting') {
      this.revoke();
      this.connect();
    }
  }

  /** Gives a connection up that only seems to be there. */
  drop(): void {
    const socket = this.socket;
    if (socket !== null) {
      this.lost(socket);
      socket.close();
    }
  }

  close(): void {
    this.closed = true;
    this.revoke();
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private connect(): void {
    this.become({ kind: 'connecting' });
    const socket = this.open();
    this.socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      if (socket === this.socket) {
        this.lostAt = null;
        this.become({ kind: 'open', since: this.clock.now() });
        this.owner.opened();
      }
    };
    socket.onmessage = ({ data }) => {
      if (socket === this.socket && (typeof data === 'string' || data instanceof ArrayBuffer)) {
        this.owner.received(data);
      }
    };
    socket.onclose = () => this.lost(socket);
  }

  private lost(socket: SocketLike): void {
    if (socket !== this.socket || this.closed) {
      return;
    }
    this.socket = null;
    const now = this.clock.now();
    if (this.current.kind === 'open' && now - this.current.since >= GOOD_AFTER) {
      this.tries = 0;
    }
    this.lostAt ??= now;
    const wait = pause(this.tries++) * (1 - 0.25 * this.random());
    this.revoke = this.clock.later(wait, () => this.connect());
    this.become({ kind: 'waiting', since: this.lostAt, at: now + wait });
  }

  private become(state: ConnectionState): void {
    this.current = state;
    this.owner.stateChanged(state);
  }
}
