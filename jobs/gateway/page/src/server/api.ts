// Requests to the gateway. The cookie goes along by itself; what changes anything carries the header that a foreign
// page can't know.

import type { Me } from './types.ts';

/** The gateway refused, or did not answer: `status` is 0 then. The message is for people. */
export class ApiFault extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Milliseconds after which a request is given up. */
const PATIENCE = 20_000;

/** Milliseconds for the rest of an answer that has begun. */
const BODY_PATIENCE = 120_000;

export class Api {
  private csrf = '';
  /** Called when the gateway no longer knows who asks. */
  loggedOut: () => void = () => {};

  async login(name: string, password: string): Promise<Me> {
    return this.knows(await this.post<Me>('/login', { name, password }));
  }

  async me(): Promise<Me> {
    return this.knows(await this.get<Me>('/me'));
  }

  private knows(me: Me): Me {
    this.csrf = me.csrf;
    return me;
  }

  get<T>(path: string, life?: AbortSignal): Promise<T> {
    return this.json<T>('GET', path, undefined, life);
  }

  post<T>(path: string, body?: unknown): Promise<T> {
    return this.json<T>('POST', path, body);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.json<T>('PATCH', path, body);
  }

  delete(path: string): Promise<void> {
    return this.json<void>('DELETE', path);
  }

  async bytes(path: string, body?: unknown, life?: AbortSignal): Promise<{ data: ArrayBuffer; headers: Headers }> {
    return this.send(body === undefined ? 'GET' : 'POST', path, body, life, async (answer) => ({
      data: await answer.arrayBuffer(),
      headers: answer.headers,
    }));
  }

  async text(path: string, life?: AbortSignal): Promise<string> {
    return this.send('GET', path, undefined, life, (answer) => answer.text());
  }

  private async json<T>(method: string, path: string, body?: unknown, life?: AbortSignal): Promise<T> {
    return this.send(method, path, body, life, async (answer) => {
      const content = await answer.text();
      return (content === '' ? undefined : JSON.parse(content)) as T;
    });
  }

  /** Asks, and reads the answer; an answer that is cut off, or from somebody else, is none. */
  private async send<T>(
    method: string,
    path: string,
    body: unknown,
    life: AbortSignal | undefined,
    read: (answer: Response) => Promise<T>,
  ): Promise<T> {
    const headers: Record<string, string> = {};
    if (body !== undefined) {
      headers['Content-Type'] = 'application/json';
    }
    if (method !== 'GET' && this.csrf !== '') {
      headers['X-Millrace-Csrf'] = this.csrf;
    }
    const ended = new AbortController();
    const end = (): void => ended.abort();
    let patience = setTimeout(end, PATIENCE);
    life?.addEventListener('abort', end);
    try {
      const answer = await fetch(`/api/v1${path}`, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: ended.signal,
        credentials: 'same-origin',
      });
      clearTimeout(patience);
      patience = setTimeout(end, BODY_PATIENCE);
      if (!answer.ok) {
        throw await this.fault(answer, path);
      }
      return await read(answer);
    } catch (reason) {
      if (reason instanceof ApiFault) {
        throw reason;
      }
      throw new ApiFault(0, 'no-answer', 'The gateway does not answer. Is it running, and is the network there?');
    } finally {
      clearTimeout(patience);
      life?.removeEventListener('abort', end);
    }
  }

  private async fault(answer: Response, path: string): Promise<ApiFault> {
    let code = `http-${answer.status}`;
    let message = `The gateway answered ${answer.status} to ${path}.`;
    try {
      const { error } = (await answer.json()) as { error: { code: string; message: string } };
      ({ code, message } = error);
    } catch {
      // Not from the gateway itself, but from a proxy before it: the status says all that there is.
    }
    if (answer.status === 401 && path !== '/login' && path !== '/me') {
      this.loggedOut();
    }
    return new ApiFault(answer.status, code, message);
  }
}

/** A query of what is not empty: `?q=gold&limit=50`, or nothing. */
export function query(of: Record<string, string | number | null | undefined>): string {
  const made = new URLSearchParams();
  for (const [name, value] of Object.entries(of)) {
    if (value !== null && value !== undefined && value !== '') {
      made.set(name, String(value));
    }
  }
  const content = made.toString();
  return content === '' ? '' : `?${content}`;
}

/** A piece of a path: names may hold anything. */
export function part(name: string): string {
  return encodeURIComponent(name);
}
