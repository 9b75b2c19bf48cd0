import { hash } from 'node:crypto';

/** Hash before the first event: 32 zero bytes. */
export const GENESIS_HASH = Buffer.alloc(32);

/** Everything of one audit event that its hash covers. */
export interface ChainedEvent {
  tenantId: string;
  /** 1, 2, 3 … without gaps. */
  seq: number;
  /** UTC with six decimals: `2026-01-31T23:59:59.123000Z`. */
  at: string;
  code: string;
  actor: string;
  subjectKind: string;
  subjectId: string;
  ip: string;
  sealed: Buffer;
  prevHash: Buffer;
}

/** The database's microsecond form of a time, ms since the epoch. */
export const chainTime = (wallMs: number): string => new Date(wallMs).toISOString().replace('Z', '000Z');

/** SHA-256 over the canonical JSON of the event; bytes are written as base64. Anybody can compute it again without keys. */
export function eventHash(event: ChainedEvent): Buffer {
  const { tenantId, seq, at, code, actor, subjectKind, subjectId, ip } = event;
  const sealed = event.sealed.toString('base64');
  const prevHash = event.prevHash.toString('base64');
  // Canonical: the keys in order, and no value is an object.
  const text = JSON.stringify({ actor, at, code, ip, prevHash, sealed, seq, subjectId, subjectKind, tenantId });
  return hash('sha256', text, 'buffer');
}
