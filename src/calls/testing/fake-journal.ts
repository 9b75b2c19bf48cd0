import type { Actor } from '../../db/types.ts';
import type { CallCompleted, JournalEntry, JournalItem } from '../journal.ts';
import type { JournalPort } from '../ports.ts';
import { canGoOn, type StoredCall } from '../stored-call.ts';

const SYSTEM: Actor = { kind: 'system', id: 'recovery', ip: '' };

/** What is not committed yet of one call. */
interface Pending {
  items: JournalItem[];
  touched: boolean;
  waiters: (() => void)[];
}

/** The database in memory, with a group commit that a test triggers; what was not committed is lost in a crash. */
export class FakeJournal implements JournalPort {
  readonly entries: JournalItem[] = [];
  readonly live = new Map<string, StoredCall>();
  liveOf: (callId: string) => StoredCall | null = () => null;
  #pending = new Map<string, Pending>();

  add(actor: Actor, entry: JournalEntry): void {
    this.#of('callId' in entry ? (entry.callId ?? '') : '').items.push({ actor, entry });
  }

  touch(callId: string): void {
    this.#of(callId).touched = true;
  }

  /** Rows of calls that were taken up are in `live` already. */
  adopted(): void {}

  commit(callId = ''): Promise<void> {
    return new Promise((resolve) => this.#of(callId).waiters.push(resolve));
  }

  /** The database commits everything so far, or only calls that somebody waits for; state goes through JSON as it would. */
  flush(which: 'all' | 'waitedFor' = 'all'): boolean {
    const taken = [...this.#pending].filter(([, { waiters }]) => which === 'all' || waiters.length > 0);
    for (const [callId, { items, touched }] of taken) {
      this.#pending.delete(callId);
      this.entries.push(...items);
      if (touched) this.#store(callId);
    }
    for (const [, { waiters }] of taken) for (const resolve of waiters) resolve();
    return taken.length > 0;
  }

  crash(): void {
    this.#pending.clear();
  }

  /** What recovery does with records that no live row stands for. */
  closeLooseEnds(): void {
    const completed = new Set(this.of('callCompleted').map(({ callId }) => callId));
    const closed = new Set(this.of('recordingClosed').map(({ recordingId }) => recordingId));
    for (const { callId } of this.of('callStarted')) {
      if (!completed.has(callId) && !this.live.has(callId)) this.entries.push({ actor: SYSTEM, entry: { kind: 'callCompleted', callId, outcome: 'interrupted' } as CallCompleted });
    }
    for (const { recordingId, callId } of this.of('recordingOpened')) {
      if (!closed.has(recordingId) && !this.live.has(callId)) this.entries.push({ actor: SYSTEM, entry: { kind: 'recordingClosed', recordingId, callId, result: null } });
    }
  }

  of<K extends JournalEntry['kind']>(kind: K): Extract<JournalEntry, { kind: K }>[] {
    return this.entries.flatMap(({ entry }) => (entry.kind === kind ? [entry as Extract<JournalEntry, { kind: K }>] : []));
  }

  /** Types of the steps of a call. */
  steps(callId: string): string[] {
    return this.of('step').filter((step) => step.callId === callId).map(({ type }) => type);
  }

  #of(callId: string): Pending {
    const pending = this.#pending.get(callId) ?? { items: [], touched: false, waiters: [] };
    this.#pending.set(callId, pending);
    return pending;
  }

  #store(callId: string): void {
    const call = this.liveOf(callId);
    if (!call) this.live.delete(callId);
    else if (this.live.has(callId) || canGoOn(call)) this.live.set(callId, JSON.parse(JSON.stringify(call)) as StoredCall);
  }
}
