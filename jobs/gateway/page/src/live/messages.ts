// What the gateway sends over the web socket.

import type { Ring } from '../pattern/ring.ts';
import type { Member } from '../server/types.ts';

export interface Detector {
  readonly rows: number;
  readonly columns: number;
  readonly modules: number;
}

export interface ScanStart {
  readonly id: string;
  readonly session: string;
  readonly number: number;
  readonly width: number;
  readonly height: number;
  readonly detector: Detector;
  readonly rings: readonly Ring[];
  readonly started: string;
}

export interface Progress {
  readonly id: string;
  readonly complete: number;
  readonly incomplete: number;
  /** Frames of which nothing came; 0 while the scan runs. */
  readonly absent: number;
  /** Sectors that incomplete frames lack. */
  readonly absentByModule: readonly number[];
  readonly framesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Frames of which something has come. */
  readonly seen: number;
  readonly expected: number;
  /** Live messages that were lost between job and gateway: the pages' images may lack what was in them. */
  readonly gaps: number;
  readonly state: string;
}

export interface Position {
  readonly x: number;
  readonly y: number;
  readonly events: readonly number[];
  readonly mask: number;
  readonly frames: number;
  /** Of these, frames whose events the gateway has. */
  readonly framesWithEvents: number;
}

export type TextMessage =
  | { readonly kind: 'hello'; readonly scan: string | null }
  | ({ readonly kind: 'scan' } & ScanStart)
  | ({ readonly kind: 'progress' } & Progress)
  | { readonly kind: 'members'; readonly members: readonly Member[] }
  | { readonly kind: 'end'; readonly id: string; readonly state: string; readonly file: string | null }
  | { readonly kind: 'rings'; readonly rings: readonly Ring[]; readonly positionsWithoutEvents: number }
  | ({ readonly kind: 'position' } & Position)
  /** Something that this page has sent was refused. */
  | { readonly kind: 'error'; readonly message: string };

/** Rows of an image, or of the mask. */
export interface Rows<A> {
  readonly scan: string;
  readonly firstRow: number;
  readonly rows: number;
  readonly width: number;
  readonly values: A;
}

export type BinaryMessage =
  | ({ readonly kind: 'image'; readonly name: string } & Rows<Float32Array>)
  | ({ readonly kind: 'mask' } & Rows<Uint8Array>)
  | {
      readonly kind: 'pattern';
      readonly scan: string;
      readonly rows: number;
      readonly columns: number;
      readonly values: Uint8Array | Uint16Array | Uint32Array;
    };

/** A message that is not as agreed; says what is wrong with it. */
export class MessageFault extends Error {}

const BYTES = { f32: 4, u32: 4, u16: 2, u8: 1 } as const;

/** Numbers of electrons come in as few bytes as the largest needs. */
const COUNTS = { u32: Uint32Array, u16: Uint16Array, u8: Uint8Array } as const;

/**
 * Decodes a binary message in place: the values are a view of the message, which nobody else may change.
 *
 * @param start where in `data` the message begins, a multiple of 4
 * @returns the message, and where it ends: another one may follow in the same answer
 */
export function decode(data: ArrayBuffer, start = 0): { message: BinaryMessage; end: number } {
  if (data.byteLength < start + 4) {
    throw new MessageFault(`a message of ${data.byteLength - start} bytes has no header`);
  }
  const length = new DataView(data).getUint32(start, true);
  const from = start + 4 + length;
  if (from > data.byteLength) {
    throw new MessageFault(`a header of ${length} bytes in a message of ${data.byteLength - start}`);
  }
  if ((from - start) % 8 !== 0) {
    throw new MessageFault(`the payload begins at byte ${from - start}, which is no multiple of 8`);
  }
  const header = parse(new TextDecoder().decode(new Uint8Array(data, start + 4, length)));
  const type = header.type as keyof typeof BYTES;
  const rows = whole(header, 'rows');
  const wide = whole(header, header.kind === 'pattern' ? 'columns' : 'width');
  if (!Object.hasOwn(BYTES, type)) {
    throw new MessageFault(`values of type ${String(header.type)} are not known here`);
  }
  const end = from + rows * wide * BYTES[type];
  if (end > data.byteLength) {
    throw new MessageFault(
      `${rows} x ${wide} values of ${type} take ${end - from} bytes; there are ${data.byteLength - from}`,
    );
  }
  return { message: message(header, type, data, from, rows, wide), end };
}

/** Decodes messages that follow each other, as an answer with several images has them. */
export function decodeAll(data: ArrayBuffer): BinaryMessage[] {
  const all: BinaryMessage[] = [];
  let start = 0;
  while (start < data.byteLength) {
    const { message: one, end } = decode(data, start);
    all.push(one);
    start = end;
  }
  return all;
}

function message(
  header: Record<string, unknown>,
  type: string,
  data: ArrayBuffer,
  from: number,
  rows: number,
  wide: number,
): BinaryMessage {
  const scan = String(header.scan);
  const { kind } = header;
  if (kind === 'image' && type === 'f32') {
    const values = new Float32Array(data, from, rows * wide);
    return { kind, name: String(header.name), scan, firstRow: whole(header, 'firstRow'), rows, width: wide, values };
  }
  if (kind === 'mask' && type === 'u8') {
    const values = new Uint8Array(data, from, rows * wide);
    return { kind, scan, firstRow: whole(header, 'firstRow'), rows, width: wide, values };
  }
  if (kind === 'pattern' && (type === 'u32' || type === 'u16' || type === 'u8')) {
    return { kind, scan, rows, columns: wide, values: new COUNTS[type](data, from, rows * wide) };
  }
  throw new MessageFault(`a message of kind ${String(kind)} and type ${type} is not known here`);
}

function parse(header: string): Record<string, unknown> {
  try {
    return JSON.parse(header) as Record<string, unknown>;
  } catch {
    throw new MessageFault(`a header that is not JSON: ${header.slice(0, 100)}`);
  }
}

function whole(header: Record<string, unknown>, field: string): number {
  const value = header[field];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw new MessageFault(`the header's ${field} is ${String(value)}, not a number of them`);
  }
  return value;
}
