import { createHash } from 'node:crypto';
import { canonicalJson } from '../../lib/canonical-json.ts';

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
  const bytes = { sealed: event.sealed.toString('base64'), prevHash: event.prevHash.toString('base64') };
  const text = canonicalJson({ tenantId, seq, at, code, actor, subjectKind, subjectId, ip, ...bytes });
  return createHash('sha256').update(text, 'utf8').digest();
}
