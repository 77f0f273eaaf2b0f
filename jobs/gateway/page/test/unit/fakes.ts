import type { Clock, SocketLike } from '../../src/live/socket.ts';

/** Time that goes on when a test says so. */
export class FakeClock implements Clock {
  private time = 0;
  private timers: { at: number; work: () => void }[] = [];

  now(): number {
    return this.time;
  }

  later(milliseconds: number, work: () => void): () => void {
    const timer = { at: this.time + milliseconds, work };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  get waiting(): number {
    return this.timers.length;
  }

  advance(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) {
        break;
      }
      this.time = next.at;
      this.timers = this.timers.filter((other) => other !== next);
      next.work();
    }
    this.time = end;
  }
}

export class FakeSocket implements SocketLike {
  binaryType = '';
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: string[] = [];
  closed = false;

  send(data: string): void {
    this.sent.push(data);
  }

  close(): void {
    this.closed = true;
    this.onclose?.();
  }

  open(): void {
    this.onopen?.();
  }

  fail(): void {
    this.onclose?.();
  }
}
