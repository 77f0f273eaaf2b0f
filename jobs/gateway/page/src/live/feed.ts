// The live state as this viewer knows it.

import { emptyRaster, type Raster } from '../image/raster.ts';
import { Changes } from '../life.ts';
import type { Ring } from '../pattern/ring.ts';
import type { Member } from '../server/types.ts';
import {
  type BinaryMessage,
  decode,
  MessageFault,
  type Position,
  type Progress,
  type ScanStart,
  type TextMessage,
} from './messages.ts';
import { type Clock, type ConnectionState, ReturningSocket, type SocketLike } from './socket.ts';

/** Throughput at an instant. */
export interface Rate {
  readonly at: number;
  readonly bytesPerSecond: number;
  readonly framesPerSecond: number;
}

/** Rates of some two minutes. */
const RATES = 240;

/**
 * Takes what the gateway sends, keeps whole images of it, and tells who listens that something has changed. What
 * belongs to another scan than the one that is shown is left out and counted.
 */
export class LiveFeed {
  /** Scan, images, mask, pattern or rings have changed. */
  readonly pictures = new Changes();
  /** Connection, progress, members or the scan's end have changed. */
  readonly news = new Changes();

  scan: ScanStart | null = null;
  progress: Progress | null = null;
  end: { readonly state: string; readonly file: string | null } | null = null;
  members: readonly Member[] = [];
  mask: Uint8Array | null = null;
  pattern: Raster | null = null;
  rings: readonly Ring[] = [];
  /** Positions whose events the gateway does not have, so that rings of one's own leave them out. */
  positionsWithoutEvents = 0;
  position: Position | null = null;
  connection: ConnectionState = { kind: 'connecting' };
  readonly rates: Rate[] = [];
  /** What the gateway refused last of what this page has sent. */
  refusal = '';
  /** Messages that were not as agreed, or of another scan; the last fault of the former. */
  readonly faults = { malformed: 0, foreign: 0, last: '' };

  private readonly images = new Map<string, Raster>();
  private wanted: readonly string[] = [];
  private ownRings = false;
  private readonly socket: ReturningSocket;

  constructor(
    open: () => SocketLike,
    private readonly clock: Clock,
  ) {
    this.socket = new ReturningSocket(
      open,
      {
        opened: () => this.opened(),
        received: (data) => this.received(data),
        stateChanged: (state) => {
          this.connection = state;
          this.news.tell();
        },
      },
      clock,
    );
  }

  /** Names of the images that this scan has. */
  get names(): readonly string[] {
    return [...this.rings.map((ring) => ring.name), 'total_counts', 'com_x', 'com_y', 'com_magnitude'];
  }

  image(name: string): Raster | null {
    return this.images.get(name) ?? null;
  }

  /** Which images are sent from now on. */
  want(names: readonly string[]): void {
    this.wanted = [...new Set(names)];
    this.socket.send({ kind: 'images', names: this.wanted });
  }

  /** Rings of one's own: shown at once, and their images as soon as the gateway has computed them. */
  setRings(rings: readonly Ring[]): void {
    this.rings = rings;
    this.ownRings = true;
    this.refusal = '';
    this.sendRings();
    this.pictures.tell();
  }

  /** Back to the rings of the counting job. */
  resetRings(): void {
    this.rings = this.scan?.rings ?? [];
    this.ownRings = false;
    this.refusal = '';
    this.socket.send({ kind: 'rings', rings: [] });
    this.pictures.tell();
  }

  ask(x: number, y: number): void {
    this.socket.send({ kind: 'position', x, y });
  }

  retryNow(): void {
    this.socket.retryNow();
  }

  drop(): void {
    this.socket.drop();
  }

  close(): void {
    this.socket.close();
  }

  private opened(): void {
    this.socket.send({ kind: 'images', names: this.wanted });
    this.sendRings();
  }

  private sendRings(): void {
    if (this.rings.length > 0 && this.ownRings) {
      this.socket.send({ kind: 'rings', rings: this.rings });
    }
  }

  private received(data: string | ArrayBuffer): void {
    try {
      if (typeof data === 'string') {
        this.text(JSON.parse(data) as TextMessage);
      } else {
        this.binary(decode(data).message);
      }
    } catch (fault) {
      if (!(fault instanceof MessageFault || fault instanceof SyntaxError)) {
        throw fault;
      }
      this.faults.malformed++;
      this.faults.last = fault.message;
      this.news.tell();
    }
  }

  private text(message: TextMessage): void {
    switch (message.kind) {
      case 'hello':
        if (message.scan === null) {
          this.forget();
        }
        break;
      case 'scan':
        this.begin(message);
        break;
      case 'progress':
        if (this.isShown(message.id)) {
          this.progress = message;
          this.rates.push({
            at: this.clock.now(),
            bytesPerSecond: message.bytesPerSecond,
            framesPerSecond: message.framesPerSecond,
          });
          this.rates.splice(0, this.rates.length - RATES);
        }
        break;
      case 'members':
        this.members = message.members;
        break;
      case 'end':
        if (this.isShown(message.id)) {
          this.end = message;
        }
        break;
      case 'rings':
        this.positionsWithoutEvents = message.rings.length === 0 ? 0 : message.positionsWithoutEvents;
        this.pictures.tell();
        break;
      case 'position':
        this.position = message;
        this.pictures.tell();
        break;
      case 'error':
        this.refusal = message.message;
        this.pictures.tell();
        break;
      default:
        throw new MessageFault(`a message of kind ${String((message as { kind: unknown }).kind)} is not known here`);
    }
    this.news.tell();
  }

  /** A scan is shown from now on; one that is shown already goes on after a lost connection. */
  private begin(scan: ScanStart): void {
    const another = this.scan?.id !== scan.id;
    if (another) {
      this.forget();
      this.rates.length = 0;
    }
    this.scan = scan;
    this.end = null;
    if (!this.ownRings) {
      this.rings = scan.rings;
    }
    this.mask ??= new Uint8Array(scan.width * scan.height);
    this.pictures.tell();
  }

  private forget(): void {
    this.scan = null;
    this.progress = null;
    this.end = null;
    this.mask = null;
    this.pattern = null;
    this.position = null;
    this.positionsWithoutEvents = 0;
    this.images.clear();
    this.pictures.tell();
  }

  private binary(message: BinaryMessage): void {
    const { scan } = this;
    if (scan === null || !this.isShown(message.scan)) {
      return;
    }
    if (message.kind === 'pattern') {
      this.pattern = { width: message.columns, height: message.rows, values: Float32Array.from(message.values) };
      this.pictures.tell();
      return;
    }
    if (message.width !== scan.width || message.firstRow + message.rows > scan.height) {
      throw new MessageFault(
        `rows ${message.firstRow} to ${message.firstRow + message.rows} of width ${message.width} in a scan of ` +
          `${scan.width} x ${scan.height}`,
      );
    }
    const at = message.firstRow * message.width;
    if (message.kind === 'mask') {
      this.mask?.set(message.values, at);
    } else {
      let image = this.images.get(message.name);
      if (image === undefined) {
        image = emptyRaster(scan.width, scan.height);
        this.images.set(message.name, image);
      }
      image.values.set(message.values, at);
    }
    this.pictures.tell();
  }

  private isShown(id: string): boolean {
    const shown = this.scan?.id === id;
    if (!shown) {
      this.faults.foreign++;
    }
    return shown;
  }
}
