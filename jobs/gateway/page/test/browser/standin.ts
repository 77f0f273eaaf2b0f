// A stand-in for the gateway: serves the page that was built, the REST of the contract with plausible data, and one
// simulated scan over the web socket. It is strict where the page has to be right: cookie, CSRF header, ranges.

import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { deflateSync } from 'node:zlib';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Ring } from '../../src/pattern/ring.ts';
import type { Machine, Parameter, Role, Scan, Session, SessionState } from '../../src/server/types.ts';
import { binary } from './bytes.ts';
import { DETECTOR, Sample } from './sample.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.map': 'application/json',
};

export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Would show itself if the page took text for markup. */
export const SCRIPT = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>';

/** What the page works with, and what the gateway lets nobody choose. */
const WORDS = new Set(['kind', 'id', 'scan', 'previous', 'next', 'state', 'role', 'scope', 'type', 'axes', 'csrf', 'layout']);

/** Lets every text of an answer end with a script, also those that the gateway itself would not let in. */
function poisoned(key: string, value: unknown): unknown {
  const isTime = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value);
  return typeof value === 'string' && !WORDS.has(key) && !isTime ? value + SCRIPT : value;
}

export const RINGS: readonly Ring[] = [
  { name: 'bf', inner: 0, outer: 62, x: 288, y: 288 },
  { name: 'adf', inner: 90, outer: 230, x: 288, y: 288 },
];

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

interface Viewer {
  readonly socket: WebSocket;
  names: string[];
  rings: readonly Ring[];
}

export class StandIn {
  readonly sample = new Sample(65, 64, 7);
  readonly requests: { method: string; path: string; body: unknown }[] = [];
  /** Rows of the running scan that have come. */
  rows = 0;
  state = 'STREAMING';
  sessions: Session[] = [];
  /** Whether all that it tells holds a script. */
  hostile = false;
  private readonly server: Server;
  private readonly sockets: WebSocketServer;
  private readonly viewers = new Set<Viewer>();
  private readonly logins = new Map<string, { name: string; csrf: string }>();
  private readonly users = new Map<string, { role: Role; password: string; disabled: boolean; first: boolean }>([
    ['admin', { role: 'admin', password: 'one-time-word', disabled: false, first: true }],
    ['maria', { role: 'operator', password: 'a few words here', disabled: false, first: false }],
    ['chief', { role: 'admin', password: 'all the keys of it', disabled: false, first: false }],
    ['guest', { role: 'viewer', password: 'only looking on', disabled: false, first: false }],
  ]);
  private readonly tokens = [
    { id: 't1', name: 'autosampler', scope: 'operate', owner: 'maria', created: ago(86400 * 3), expires: ago(-86400 * 60), lastUsed: ago(400), revoked: null },
  ];
  private scans: Scan[] = [];
  private timer: NodeJS.Timeout | null = null;
  private readonly began = Date.now();

  constructor(private readonly dist: string) {
    this.server = createServer((request, response) => void this.serve(request, response));
    this.sockets = new WebSocketServer({ noServer: true });
    this.server.on('upgrade', (request, socket, head) => {
      if (request.url !== '/api/v1/live' || this.caller(request) === null) {
        socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
        return;
      }
      this.sockets.handleUpgrade(request, socket, head, (ws) => this.greet(ws));
    });
    this.sessions = [session('night-shift', 'STREAMING', 3600 * 1.4), session('calibration', 'QUEUED', null)];
    this.sessions.push({ ...session('morning', 'FAILED', null), text: 'node nid004 did not answer within 120 s' });
    const states = ['COMPLETE', 'COMPLETE', 'INCOMPLETE', 'COMPLETE', 'FAILED', 'COMPLETE'];
    for (let n = 41; n >= 2; n--) {
      const state = n === 41 ? 'STREAMING' : states[n % states.length];
      this.scans.push(scan(n, state, this.sample.width, this.sample.height));
    }
  }

  /** Is the same gateway as another one, started anew. */
  adopt(other: StandIn): void {
    other.logins.forEach((login, key) => this.logins.set(key, login));
    this.scans = other.scans;
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    const address = this.server.address();
    if (address === null || typeof address === 'string') {
      throw new Error('no port');
    }
    return `http://127.0.0.1:${address.port}`;
  }

  /** Lets the scan run: so many rows ten times a second. */
  run(rowsATime: number): void {
    this.timer = setInterval(() => this.advance(rowsATime), 100);
  }

  advance(rows: number): void {
    const from = this.rows;
    this.rows = Math.min(this.sample.height, this.rows + rows);
    for (const viewer of this.viewers) {
      this.sendRows(viewer, from, this.rows);
    }
    if (this.rows === this.sample.height && this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
    }
  }

  end(): void {
    this.rows = this.sample.height;
    this.state = 'INCOMPLETE';
    for (const { socket } of this.viewers) {
      socket.send(JSON.stringify({ kind: 'end', id: this.scans[0].id, state: this.state, file: this.scans[1].file }));
    }
  }

  /** Breaks all web sockets, as a gateway that is killed does. */
  breakSockets(): void {
    for (const { socket } of this.viewers) {
      socket.terminate();
    }
  }

  /** Id of the scan that runs. */
  get newest(): string {
    return this.scans[0].id;
  }

  /** Gives the scan that runs its metadata. */
  describe(metadata: Scan['metadata']): void {
    this.scans[0] = { ...this.scans[0], metadata };
  }

  get connected(): number {
    return this.viewers.size;
  }

  async close(): Promise<void> {
    if (this.timer !== null) {
      clearInterval(this.timer);
    }
    this.breakSockets();
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  /** What became of a position: some frames lack module 2, and some never came. */
  mask(position: number): number {
    if (position >= this.rows * this.sample.width) {
      return 0;
    }
    const x = position % this.sample.width;
    const y = Math.floor(position / this.sample.width);
    return y === 20 && x > 30 && x < 42 ? 3 : (position * 7919) % 211 === 0 ? 2 : 1;
  }

  private there(position: number): boolean {
    const mask = this.mask(position);
    return mask === 1 || mask === 2;
  }

  // --- web socket

  private greet(socket: WebSocket): void {
    const viewer: Viewer = { socket, names: ['bf', 'adf'], rings: RINGS };
    this.viewers.add(viewer);
    const one = this.scans[0];
    const text = (message: unknown): void => socket.send(this.stringify(message));
    text({ kind: 'hello', scan: one.id });
    text({
      kind: 'scan', id: one.id, session: one.session, number: one.number, width: one.width, height: one.height,
      detector: DETECTOR, rings: RINGS, started: one.started,
    });
    text({ kind: 'members', members: MEMBERS });
    this.sendRows(viewer, 0, this.rows);
    const ticks = setInterval(() => {
      text(this.progress());
      socket.send(binary({ kind: 'pattern', scan: one.id, rows: DETECTOR.rows, columns: DETECTOR.columns, type: 'u32' }, this.sample.pattern((p) => this.there(p))));
    }, 500);
    socket.on('close', () => {
      clearInterval(ticks);
      this.viewers.delete(viewer);
    });
    socket.on('message', (data) => this.heard(viewer, JSON.parse(String(data)) as Record<string, unknown>));
  }

  private stringify(content: unknown): string {
    return JSON.stringify(content, this.hostile ? poisoned : undefined);
  }

  private heard(viewer: Viewer, message: Record<string, unknown>): void {
    if (message.kind === 'images') {
      viewer.names = (message.names as string[]).map(harmless);
    } else if (message.kind === 'rings') {
      const rings = message.rings as Ring[];
      viewer.rings = rings.length === 0 ? RINGS : rings.map((ring) => ({ ...ring, name: harmless(ring.name) }));
      viewer.socket.send(this.stringify({ kind: 'rings', rings: viewer.rings, positionsWithoutEvents: 0 }));
    } else if (message.kind === 'position') {
      const x = message.x as number;
      const y = message.y as number;
      const position = y * this.sample.width + x;
      const events = this.there(position) ? Array.from(this.sample.events[position]) : [];
      viewer.socket.send(JSON.stringify({ kind: 'position', x, y, events, mask: 15, frames: 1, framesWithEvents: 1 }));
    }
    this.sendRows(viewer, 0, this.rows);
  }

  private sendRows({ socket, names, rings }: Viewer, from: number, to: number): void {
    const { width } = this.sample;
    const head = { scan: this.scans[0].id, firstRow: from, rows: to - from, width };
    if (to === from) {
      return;
    }
    for (const name of names) {
      const values = this.sample.image(name, rings, (p) => this.there(p));
      socket.send(binary({ kind: 'image', name: this.hostile && isRing(name) ? name + SCRIPT : name, ...head, type: 'f32' }, values.slice(from * width, to * width)));
    }
    const mask = Uint8Array.from({ length: (to - from) * width }, (_, i) => this.mask(from * width + i));
    socket.send(binary({ kind: 'mask', ...head, type: 'u8' }, mask));
  }

  private progress(): unknown {
    const found = [0, 0, 0, 0];
    for (let p = 0; p < this.rows * this.sample.width; p++) {
      found[this.mask(p)]++;
    }
    const running = this.rows < this.sample.height;
    const wobble = 1 + 0.12 * Math.sin((Date.now() - this.began) / 900) + 0.05 * Math.sin((Date.now() - this.began) / 210);
    return {
      kind: 'progress', id: this.scans[0].id, complete: found[1], incomplete: found[2], absent: running ? 0 : found[3], absentByModule: [0, 0, found[2], 0],
      framesPerSecond: running ? 1390 * wobble : 0, bytesPerSecond: running ? 0.923e9 * wobble : 0, seen: found[1] + found[2],
      expected: this.sample.width * this.sample.height, gaps: 0, state: this.state,
    };
  }

  // --- REST

  private caller(request: IncomingMessage): { name: string; csrf: string } | null {
    const cookie = /(?:^|; )millrace=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
    return this.logins.get(cookie ?? '') ?? null;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Content-Security-Policy', POLICY);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    try {
      const url = new URL(request.url ?? '/', 'http://host');
      if (url.pathname.startsWith('/api/v1/')) {
        await this.api(request, response, url);
      } else {
        this.file(response, url.pathname);
      }
    } catch (fault) {
      const refusal = fault instanceof Refusal ? fault : new Refusal(500, 'fault', String(fault));
      response.statusCode = refusal.status;
      response.setHeader('Content-Type', 'application/json');
      response.end(this.stringify({ error: { code: refusal.code, message: refusal.message } }));
    }
  }

  private file(response: ServerResponse, path: string): void {
    const file = join(this.dist, normalize(path === '/' ? '/index.html' : path));
    if (!existsSync(file)) {
      throw new Refusal(404, 'unknown-file', `there is no ${path}`);
    }
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
    response.end(readFileSync(file));
  }

  private async api(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const path = url.pathname.slice('/api/v1'.length).split('/').filter((piece) => piece !== '').map((piece) => harmless(decodeURIComponent(piece)));
    const body = await bodyOf(request);
    const method = request.method ?? 'GET';
    this.requests.push({ method, path: url.pathname + url.search, body });
    const json = (content: unknown): void => {
      response.setHeader('Content-Type', 'application/json');
      response.end(this.stringify(content));
    };
    if (path[0] === 'login') {
      return json(this.login(body as { name: string; password: string }, response));
    }
    const caller = this.caller(request);
    if (caller === null) {
      throw new Refusal(401, 'login-needed', 'Log in first.');
    }
    if (method !== 'GET' && request.headers['x-millrace-csrf'] !== caller.csrf) {
      throw new Refusal(403, 'csrf', 'The header X-Millrace-Csrf is missing or wrong.');
    }
    const user = this.users.get(caller.name);
    if (user === undefined) {
      throw new Refusal(401, 'login-needed', 'Log in first.');
    }
    switch (`${method} ${path[0]} ${path.length}`) {
      case 'GET me 1':
        return json({ name: caller.name, role: user.role, csrf: caller.csrf, mustChangePassword: user.first });
      case 'POST me 2':
        return json(this.password(user, body as { old: string; new: string }));
      case 'POST logout 1':
        this.logins.clear();
        return json({});
      case 'GET machines 1':
        return json(MACHINES);
      case 'GET parameters 1':
        return json(PARAMETERS);
      case 'GET sessions 1':
        return json({
          total: this.sessions.length,
          sessions: this.sessions.filter((s) => url.searchParams.get('state') !== 'active' || !['ENDED', 'FAILED'].includes(s.state)),
        });
      case 'POST sessions 1':
        return json(this.newSession(body as Session));
      case 'GET sessions 2':
        return json(this.session(path[1]));
      case 'GET sessions 3':
        response.setHeader('Content-Type', 'text/plain; charset=utf-8');
        response.end(this.hostile ? LOG + SCRIPT : LOG);
        return;
      case 'POST sessions 3':
        return json(this.act(path[1], path[2]));
      case 'GET users 1':
        return json([...this.users].map(([name, { role, disabled, first }]) => ({ name, role, disabled, mustChangePassword: first, created: ago(1e6) })));
      case 'PATCH users 2':
        return json({});
      case 'POST users 1':
        return json({ name: (body as { name: string }).name, role: 'viewer', password: 'made-by-the-gateway' });
      case 'GET tokens 1':
        return json(this.tokens);
      case 'POST tokens 1':
        return json({ token: `mr_${randomBytes(24).toString('base64url')}` });
      case 'DELETE tokens 2':
        this.tokens.length = 0;
        return json({});
      case 'GET audit 1':
        return json(AUDIT);
      case 'GET scans 1':
        return json(this.list(url.searchParams));
      case 'GET scans 2':
        return json(this.whole(path[1]));
      case 'PATCH scans 2':
        Object.assign(this.scanOf(path[1]), body);
        return json(this.scanOf(path[1]));
      default:
        return this.scanFiles(path, url, body, response, json);
    }
  }

  private scanFiles(path: string[], url: URL, body: unknown, response: ServerResponse, json: (content: unknown) => void): void {
    const all = (): boolean => true;
    const number = this.scanOf(path[1]).number;
    if (path[2] === 'thumbnail.png' || (path[2] === 'images' && path[3].endsWith('.png'))) {
      response.setHeader('Content-Type', 'image/png');
      response.end(png(this.sample.image(number % 2 === 0 ? 'bf' : 'adf', RINGS, all), this.sample.width));
    } else if (path[2] === 'images' && path[3].endsWith('.f32')) {
      const name = path[3].slice(0, -4);
      const values = name === 'sum_pattern' ? Float32Array.from(this.sample.pattern(all)) : this.sample.image(name, RINGS, all);
      response.end(Buffer.from(values.buffer));
    } else if (path[2] === 'rings') {
      const { width, height } = this.sample;
      const parts = (body as Ring[]).map(({ name }) =>
        binary({ kind: 'image', scan: path[1], name, firstRow: 0, rows: height, width, type: 'f32' }, this.sample.image(name, body as Ring[], all)),
      );
      response.end(Buffer.concat(parts));
    } else if (path[2] === 'pattern') {
      const position = Number(url.searchParams.get('y')) * this.sample.width + Number(url.searchParams.get('x'));
      json({ events: Array.from(this.sample.events[position]), mask: 15, frames: 1, detectorRows: 576, detectorColumns: 576 });
    } else {
      throw new Refusal(404, 'unknown', `there is no ${path.join('/')}`);
    }
  }

  private login({ name, password }: { name: string; password: string }, response: ServerResponse): unknown {
    const user = this.users.get(name);
    if (user === undefined || user.password !== password || user.disabled) {
      throw new Refusal(401, 'wrong-login', 'Name or password is wrong.');
    }
    const key = randomBytes(16).toString('hex');
    const csrf = randomBytes(16).toString('hex');
    this.logins.set(key, { name, csrf });
    response.setHeader('Set-Cookie', `millrace=${key}; HttpOnly; SameSite=Strict; Path=/`);
    return { name, role: user.role, csrf, mustChangePassword: user.first };
  }

  private password(user: { password: string; first: boolean }, { old, new: next }: { old: string; new: string }): unknown {
    if (user.password !== old) {
      throw new Refusal(400, 'wrong-password', 'The old password is wrong.');
    }
    user.password = next;
    user.first = false;
    return {};
  }

  private newSession(wish: Session): Session {
    const machine = MACHINES.find((one) => one.name === wish.machine);
    if (machine === undefined || wish.nodes < machine.nodes.least || wish.nodes > machine.nodes.most) {
      throw new Refusal(400, 'bad-nodes', `nodes: ${wish.nodes} is not in the range of ${wish.machine}.`);
    }
    const made = { ...session(wish.name, 'REQUESTED', null), ...wish };
    this.sessions.unshift(made);
    return made;
  }

  private session(name: string): Session {
    const found = this.sessions.find((one) => one.name === name);
    if (found === undefined) {
      throw new Refusal(404, 'unknown-session', `There is no session ${name}.`);
    }
    return found;
  }

  private act(name: string, action: string): Session {
    const found = this.session(name);
    const state: SessionState = action === 'drain' ? 'DRAINING' : 'ENDED';
    const changed = { ...found, state, text: action, steps: [...found.steps, { state, at: ago(0), text: `by ${action}` }] };
    this.sessions = this.sessions.map((one) => (one === found ? changed : one));
    return changed;
  }

  private list(params: URLSearchParams): unknown {
    const q = params.get('q') ?? '';
    const state = params.get('state') ?? '';
    const found = this.scans.filter((s) => (state === '' || s.state === state) && `${s.session} ${s.number} ${s.notes} ${s.tags.join(' ')}`.includes(q));
    const offset = Number(params.get('offset') ?? 0);
    return { total: found.length, scans: found.slice(offset, offset + Number(params.get('limit') ?? 50)) };
  }

  private scanOf(id: string): Scan {
    const found = this.scans.find((one) => one.id === id);
    if (found === undefined) {
      throw new Refusal(404, 'unknown-scan', `There is no scan ${id}.`);
    }
    return found;
  }

  private whole(id: string): unknown {
    const one = this.scanOf(id);
    const at = this.scans.indexOf(one);
    const over = ['bf', 'adf', 'total_counts', 'com_x', 'com_y', 'com_magnitude'].map((name) => ({
      name, width: one.width, height: one.height, axes: 'SCAN', description: describe(name), counts: true,
    }));
    return {
      ...one,
      previous: this.scans[at + 1]?.id ?? null,
      next: this.scans[at - 1]?.id ?? null,
      images: [...over, { name: 'sum_pattern', width: 576, height: 576, axes: 'DETECTOR', description: 'sum', counts: true }],
    };
  }
}

function isRing(name: string): boolean {
  return RINGS.some((ring) => ring.name === name);
}

/** The same without the script that {@link poisoned} put behind it. */
function harmless(text: string): string {
  return text.replace(SCRIPT, '');
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  for await (const piece of request) {
    pieces.push(piece as Buffer);
  }
  const content = Buffer.concat(pieces).toString('utf8');
  return content === '' ? undefined : JSON.parse(content);
}

function describe(name: string): string {
  const ring = RINGS.find((one) => one.name === name);
  return ring === undefined
    ? 'electrons'
    : `electrons from ${ring.inner.toFixed(1)} to ${ring.outer.toFixed(1)} pixels around column ${ring.x.toFixed(1)}, row ${ring.y.toFixed(1)}`;
}

function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString();
}

function session(name: string, state: SessionState, left: number | null): Session {
  const order: SessionState[] = ['REQUESTED', 'SUBMITTED', 'QUEUED', 'STARTING', 'READY', 'STREAMING'];
  const words = [
    'asked for by maria', 'job 4711 on debug', 'waits for priority; likely to start at 14:20', '3 of 3 TaskManagers are there',
    'press acquire', 'scan 41 runs',
  ];
  const reached = state === 'FAILED' ? 4 : order.indexOf(state) + 1;
  const steps = order.slice(0, reached).map((is, i) => ({ state: is, at: ago(3000 - i * 120), text: words[i] }));
  return {
    name, machine: 'local-slurm', nodes: 3, minutes: 120, state, text: words[order.indexOf(state)] ?? '', job: '4711', created: ago(3000),
    createdBy: 'maria', ends: left === null ? null : ago(-left), warnings: [], parameters: { slots: 512, detector: 'adf,90,230' }, steps,
  };
}

function scan(number: number, state: string, width: number, height: number): Scan {
  const all = width * height;
  const failed = state === 'FAILED';
  const lacking = state === 'INCOMPLETE' ? 17 : 0;
  const running = state === 'STREAMING';
  const started = ago((42 - number) * 420);
  return {
    id: `night-shift.${number}-${started.replace(/[-:.]/g, '').replace('Z', '')}Z`,
    session: 'night-shift', number, started, ended: running ? null : ago((42 - number) * 420 - 60), state, width, height,
    complete: failed || running ? null : all - lacking - (lacking > 0 ? 11 : 0), incomplete: failed || running ? null : lacking,
    absent: failed || running ? null : lacking > 0 ? 11 : 0,
    file: failed || running ? null : `/data/counted/FOURD_261125_1626_000${number}_00001.h5`, bytes: failed || running ? null : 8_431_120 + number * 1000,
    sha256: failed || running ? null : createHash('sha256').update(String(number)).digest('hex'),
    notes: number === 39 ? SCRIPT : number % 5 === 0 ? 'defocus -20 nm, good area left of the grid bar' : '',
    tags: number % 5 === 0 ? ['gold', 'keep'] : number === 39 ? [SCRIPT] : [], metadata: { step_nm: 0.02, voltage_kV: 300 }, live: running, fileHere: !running, machine: 'local',
  };
}

const MEMBERS = [
  ...[0, 1, 2, 3].map((m) => ({
    role: 'PRODUCER', name: `module-${m}`, state: 'STREAMING', reason: '',
    counters: { sectors: 120_000 },
  })),
  { role: 'AGGREGATOR', name: 'edge', state: 'STREAMING', reason: '', counters: { relayed: 480_000 } },
  { role: 'LANE', name: 'lane-0', state: 'STREAMING', reason: '', counters: {} },
  { role: 'LANE', name: 'lane-1', state: 'STREAMING', reason: '', counters: {} },
];

const MACHINES: Machine[] = [
  {
    name: 'local-slurm', description: 'Slurm on this machine.', nodes: { least: 1, most: 3 }, minutes: { least: 5, most: 240 },
    facility: { state: 'up', text: '' }, credentialExpires: null,
  },
  {
    name: 'perlmutter', description: 'CPU nodes at the facility.', nodes: { least: 1, most: 16 }, minutes: { least: 10, most: 720 },
    facility: { state: 'degraded', text: 'scratch is slow; jobs start' }, credentialExpires: ago(-3600 * 20),
  },
];

const PARAMETERS: Parameter[] = [
  { name: 'slots', type: 'integer', default: 512, least: 16, most: 65536, choices: null, unit: null, description: 'Sectors that may wait in a lane and module.' },
  { name: 'background', type: 'number', default: null, least: 0, most: 4096, choices: null, unit: 'ADU', description: 'Values up to this are background.' },
  { name: 'centroids', type: 'boolean', default: false, least: null, most: null, choices: null, unit: null, description: 'Also find the centre of each electron.' },
  { name: 'layout', type: 'choice', default: 'lists', least: null, most: null, choices: ['lists', 'flat'], unit: null, description: 'How events lie in the file.' },
  { name: 'detector', type: 'rings', default: 'bf,0,62 adf,90,230', least: null, most: null, choices: null, unit: null, description: 'Virtual detectors.' },
];

const AUDIT = Array.from({ length: 30 }, (_, i) => ({
  id: 500 - i, at: ago(i * 700), who: i % 3 === 0 ? 'admin' : 'maria', action: i % 4 === 0 ? 'login' : 'scan.notes',
  detail: i === 5 ? SCRIPT : 'night-shift.40', address: '10.1.2.3', result: i % 7 === 0 ? 403 : 200,
}));

const LOG = Array.from(
  { length: 40 },
  (_, i) => `14:${String(10 + (i >> 2)).padStart(2, '0')}:${String((i * 13) % 60).padStart(2, '0')} INFO  ScanLedger  scan ${i + 2}: 4,160 frames complete, 0 incomplete`,
).join('\n');

/** A grey picture. */
function png(values: Float32Array, width: number): Buffer {
  const height = values.length / width;
  const high = Math.max(...values);
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      lines[y * (width + 1) + 1 + x] = (255 * values[y * width + x]) / high;
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', deflateSync(lines)), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  let crc = 0xffffffff;
  for (const byte of content) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
  }
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
  return Buffer.concat([size, content, sum]);
}
