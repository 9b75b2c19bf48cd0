import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TenantTx } from '../../db/types.ts';
import { eventHash } from './audit-chain.ts';
import type { Checkpoint } from './audit-witness.ts';
import { chainEnd, EMPTY_HEAD, eventsAfter, type ChainHead, type StoredEvent } from './audit.queries.ts';

/** What a verification found. */
export interface ChainReport {
  whole: boolean;
  /** Events that fit. */
  entries: number;
  /** Number of the first event that does not fit; null when whole. */
  brokenAt: number | null;
  /** One English sentence; empty when whole. */
  reason: string;
  /** Hash of the last event that fits. */
  headHash: Buffer;
}

const PAGE = 1_000;
/** Below every number, so that an entry smuggled in before the first one is seen. */
const BEFORE_ALL = Number.MIN_SAFE_INTEGER;

/** Why `event` cannot follow `last`, or null. */
export function linkFault(last: ChainHead, event: StoredEvent): string | null {
  if (event.seq !== last.seq + 1) return `Entry ${last.seq + 1} is missing; the next one found is ${event.seq}.`;
  if (!event.prevHash.equals(last.hash)) return `Entry ${event.seq} does not follow entry ${last.seq}: its previous hash differs.`;
  if (!event.hash.equals(eventHash(event))) return `Entry ${event.seq} was changed: its hash does not fit its content.`;
  return null;
}

/** Why the chain's end does not fit the head row, or null. */
function endFault(last: ChainHead, head: ChainHead | null): string | null {
  if (!head) return 'The head of the chain is missing.';
  if (head.seq > last.seq) return `Entries ${last.seq + 1} to ${head.seq} are missing at the end.`;
  if (head.seq < last.seq) return `The chain has ${last.seq} entries, its head says ${head.seq}.`;
  return head.hash.equals(last.hash) ? null : 'The head of the chain has another hash than the last entry.';
}

const broken = (last: ChainHead, brokenAt: number, reason: string): ChainReport => ({
  whole: false,
  entries: last.seq,
  brokenAt,
  reason,
  headHash: last.hash,
});

/** Why the chain is not the one of the checkpoint, or null; asked after entry `last`. */
function checkpointFault(last: ChainHead, checkpoint: Checkpoint | null, ended: boolean): string | null {
  if (checkpoint?.seq === last.seq && last.hash.toString('base64') !== checkpoint.hash) return `Entry ${last.seq} is not the one that was there on ${checkpoint.at}: the chain was written anew.`;
  if (ended && checkpoint && checkpoint.seq > last.seq) return `There were ${checkpoint.seq} entries on ${checkpoint.at}; the end was cut off.`;
  return null;
}

/**
 * Recomputes a tenant's chain from its first event. Reads page by page, and goes on with what is appended meanwhile, so
 * that it works beside a running product.
 * @param checkpoint what a witness remembers, if there is one
 */
export async function verifyChain(tx: TenantTx, checkpoint: Checkpoint | null = null): Promise<ChainReport> {
  let last = EMPTY_HEAD;
  for (;;) {
    for (;;) {
      const page = await eventsAfter(tx, last === EMPTY_HEAD ? BEFORE_ALL : last.seq, PAGE);
      for (const event of page) {
        const next = { seq: event.seq, hash: event.hash };
        const fault = linkFault(last, event) ?? checkpointFault(next, checkpoint, false);
        if (fault) return broken(last, last.seq + 1, fault);
        last = next;
      }
      if (page.length < PAGE) break;
      await nextTurn();
    }
    const end = await chainEnd(tx);
    if (end.maxSeq > last.seq) continue;
    const fault = endFault(last, end.head) ?? checkpointFault(last, checkpoint, true);
    return fault ? broken(last, last.seq + 1, fault) : { whole: true, entries: last.seq, brokenAt: null, reason: '', headHash: last.hash };
  }
}
