import type { Actor } from '../../db/types.ts';
import type { JournalEntry } from '../journal.ts';
import type { JournalPort } from '../ports.ts';
import type { StoredCall } from '../stored-call.ts';

/** The database in memory, with a group commit that a test triggers; what was not committed is lost in a crash. */
export class FakeJournal implements JournalPort {
  readonly entries: { actor: Actor; entry: JournalEntry }[] = [];
  readonly live = new Map<string, StoredCall>();
  liveOf: (callId: string) => StoredCall | null = () => null;
  #pending: { actor: Actor; entry: JournalEntry }[] = [];
  #touched = new Set<string>();
  #waiters: (() => void)[] = [];

  add(actor: Actor, entry: JournalEntry): void {
    this.#pending.push({ actor, entry });
  }

  touch(callId: string): void {
    this.#touched.add(callId);
  }

  commit(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** The database commits everything so far; state goes through JSON as it would. */
  flush(): boolean {
    const hadWork = this.#pending.length > 0 || this.#touched.size > 0 || this.#waiters.length > 0;
    this.entries.push(...this.#pending);
    this.#pending = [];
    for (const callId of this.#touched) {
      const call = this.liveOf(callId);
      if (call) this.live.set(callId, JSON.parse(JSON.stringify(call)) as StoredCall);
      else this.live.delete(callId);
    }
    this.#touched.clear();
    for (const resolve of this.#waiters.splice(0)) resolve();
    return hadWork;
  }

  crash(): void {
    this.#pending = [];
    this.#touched.clear();
    this.#waiters = [];
  }

  of<K extends JournalEntry['kind']>(kind: K): Extract<JournalEntry, { kind: K }>[] {
    return this.entries.flatMap(({ entry }) => (entry.kind === kind ? [entry as Extract<JournalEntry, { kind: K }>] : []));
  }

  /** Types of the steps of a call. */
  steps(callId: string): string[] {
    return this.of('step').filter((step) => step.callId === callId).map(({ type }) => type);
  }
}
