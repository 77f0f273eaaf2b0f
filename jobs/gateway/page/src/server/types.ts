// What the gateway's REST answers hold. Times are ISO 8601 in UTC.

export type Role = 'viewer' | 'operator' | 'admin';

export interface Me {
  readonly name: string;
  readonly role: Role;
  readonly csrf: string;
  readonly mustChangePassword: boolean;
}

export interface Machine {
  readonly name: string;
  readonly description: string;
  readonly nodes: { readonly least: number; readonly most: number };
  readonly minutes: { readonly least: number; readonly most: number };
  readonly facility: { readonly state: 'up' | 'degraded' | 'down' | 'unknown'; readonly text: string };
  readonly credentialExpires: string | null;
}

export interface Parameter {
  readonly name: string;
  readonly type: 'integer' | 'number' | 'boolean' | 'text' | 'choice' | 'rings';
  readonly default: unknown;
  readonly least: number | null;
  readonly most: number | null;
  readonly choices: readonly string[] | null;
  readonly unit: string | null;
  readonly description: string;
}

export const SESSION_STATES = [
  'REQUESTED', 'SUBMITTED', 'QUEUED', 'STARTING', 'READY', 'STREAMING', 'DRAINING', 'ENDED', 'FAILED',
] as const;

export type SessionState = (typeof SESSION_STATES)[number];

export interface Session {
  readonly name: string;
  readonly machine: string;
  readonly nodes: number;
  readonly minutes: number;
  readonly state: SessionState;
  readonly text: string;
  readonly steps: readonly { readonly state: SessionState; readonly at: string; readonly text: string }[];
  readonly job: string | null;
  readonly created: string;
  readonly createdBy: string;
  readonly ends: string | null;
  /** Where its ZooKeeper and Flink's dashboard are, once it has them. */
  readonly zookeeper?: string | null;
  readonly dashboard?: string | null;
  readonly warnings: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface NewSession {
  readonly name: string;
  readonly machine: string;
  readonly nodes: number;
  readonly minutes: number;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface Scan {
  readonly id: string;
  readonly session: string;
  readonly number: number;
  readonly started: string;
  readonly ended: string | null;
  readonly state: string;
  /** Positions, flyback column included; 0 if not known. */
  readonly width: number;
  readonly height: number;
  readonly complete: number | null;
  readonly incomplete: number | null;
  readonly absent: number | null;
  readonly file: string | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly notes: string;
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly live: boolean;
  /** Whether the file can be had from here. */
  readonly fileHere: boolean;
  /** On which its session has run, if that was asked for here. */
  readonly machine: string | null;
}

export interface ScanImage {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly axes: string;
  readonly description: string;
  readonly counts: boolean;
}

export interface WholeScan extends Scan {
  /** Why it is in its state; empty if there is nothing to say. */
  readonly reason?: string;
  readonly previous: string | null;
  readonly next: string | null;
  readonly images: readonly ScanImage[];
}

/** The events of one position: flat indices row * columns + column. */
export interface PositionPattern {
  readonly events: readonly number[];
  readonly mask: number;
  readonly frames: number;
  readonly detectorRows: number;
  readonly detectorColumns: number;
}

export interface Member {
  readonly role: 'PRODUCER' | 'AGGREGATOR' | 'LANE' | 'ALLOCATION' | 'GATEWAY' | string;
  readonly name: string;
  readonly state: 'STARTING' | 'READY' | 'STREAMING' | 'DRAINING' | 'STALLED' | 'FAILED' | string;
  readonly reason: string;
  readonly counters: Readonly<Record<string, number>>;
}

export interface Account {
  readonly name: string;
  readonly role: Role;
  readonly mustChangePassword: boolean;
  readonly disabled: boolean;
  readonly created: string;
}

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly scope: string;
  readonly created: string;
  readonly expires: string;
  readonly lastUsed: string | null;
  readonly revoked: string | null;
}

export interface AuditEntry {
  readonly id: number;
  readonly at: string;
  readonly who: string;
  readonly address: string;
  readonly action: string;
  readonly detail: string;
  /** Status of the answer: below 300, it was done. */
  readonly result: number;
}
