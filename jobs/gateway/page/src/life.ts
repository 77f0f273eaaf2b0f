// How long something on the page lives, and when it is drawn. Whatever listens or repeats gets an AbortSignal and
// ends with it, so that a page that was left costs nothing.

/** Those who want to be told that something has changed. */
export class Changes {
  private readonly listeners = new Set<() => void>();

  listen(life: AbortSignal, listener: () => void): void {
    if (life.aborted) {
      return;
    }
    this.listeners.add(listener);
    life.addEventListener('abort', () => this.listeners.delete(listener));
  }

  tell(): void {
    for (const listener of [...this.listeners]) {
      listener();
    }
  }
}

/** Makes of many calls between two frames of the screen one call of `draw`; none once `life` is over. */
export function onceAFrame(life: AbortSignal, draw: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting || life.aborted) {
      return;
    }
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      if (!life.aborted) {
        draw();
      }
    });
  };
}

/** Calls `work` now and then each time `seconds` after it has ended, so that a slow answer never meets the next one. */
export function every(seconds: number, life: AbortSignal, work: () => Promise<void> | void): void {
  const turn = async (): Promise<void> => {
    if (life.aborted) {
      return;
    }
    try {
      await work();
    } finally {
      // What went wrong this time goes to the console, and need not the next time.
      if (!life.aborted) {
        setTimeout(() => void turn(), seconds * 1000);
      }
    }
  };
  void turn();
}

/** Calls `work` at most once in `milliseconds`, the last call of all included. */
export function atMostEvery(milliseconds: number, work: () => void): () => void {
  let last = -Infinity;
  let waiting = false;
  return () => {
    const now = performance.now();
    if (now - last >= milliseconds) {
      last = now;
      work();
    } else if (!waiting) {
      waiting = true;
      setTimeout(
        () => {
          waiting = false;
          last = performance.now();
          work();
        },
        milliseconds - (now - last),
      );
    }
  };
}
