import { describe, expect, it } from 'vitest';
import type { JournalTx } from '../db/journal-transaction.ts';
import type { Actor } from '../db/types.ts';
import { FakeClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import type { JournalEntry } from './journal.ts';
import { JournalBatch } from './journal-batch.ts';

const SYSTEM: Actor = { kind: 'system', id: 'calls', ip: '' };
const ANN: Actor = { kind: 'user', id: 'ann', ip: '' };

const audit = (id: string): JournalEntry => ({ kind: 'audit', code: 'call.refused', subject: { kind: 'call', id }, detail: {} });

/** A journal that runs each write against a transaction that only knows audit entries. */
function world(bad = new Set<string>()) {
  const clock = new FakeClock();
  const appended: string[][] = [];
  const journal = {
    async append(_tenant: string, _actor: Actor, write: (tx: JournalTx) => Promise<void>): Promise<void> {
      const ids: string[] = [];
      appended.push(ids);
      await write({
        audit: ({ subject, actor }) => {
          if (!bad.has(subject.id)) return void ids.push(`${actor?.id} ${subject.id}`);
          // The whole write is rolled back.
          ids.length = 0;
          throw new Error('bad entry');
        },
      } as JournalTx);
    },
  };
  const figures = { waiting: 0, lost: 0 };
  const metrics = { journalWaits: (entries: number) => void (figures.waiting += entries), journalLost: () => void (figures.lost += 1) };
  const batch = new JournalBatch({ tenantId: 't', journal, logger: silentLogger, clock, metrics, liveOf: () => null });
  return { clock, appended, batch, figures };
}

describe('JournalBatch', () => {
  it('counts what waits for its commit, and what is lost when too much waits', async () => {
    const { clock, batch, figures } = world();
    for (let id = 0; id < 200_001; id++) batch.add(SYSTEM, audit(`${id}`));
    expect(figures).toEqual({ waiting: 200_000, lost: 1 });
    const committed = batch.commit();
    clock.advance(20);
    await committed;
    expect(figures).toEqual({ waiting: 0, lost: 1 });
  });

  it('writes what comes within the window together, in order, each with its own actor', async () => {
    const { clock, appended, batch } = world();
    batch.add(SYSTEM, audit('1'));
    batch.add(SYSTEM, audit('2'));
    batch.add(ANN, audit('3'));
    batch.add(SYSTEM, audit('4'));
    expect(appended).toEqual([]);
    clock.advance(20);
    expect(appended).toEqual([['calls 1', 'calls 2', 'ann 3', 'calls 4']]);
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('gathers those who wait soon after a commit into the next one', async () => {
    const { clock, appended, batch } = world();
    batch.add(SYSTEM, audit('1'));
    await batch.commit();
    batch.add(SYSTEM, audit('2'));
    const second = batch.commit();
    batch.add(SYSTEM, audit('3'));
    const third = batch.commit();
    await new Promise((resolve) => setImmediate(resolve));
    expect(appended).toEqual([['calls 1']]);
    clock.advance(15);
    await Promise.all([second, third]);
    expect(appended).toEqual([['calls 1'], ['calls 2', 'calls 3']]);
  });

  it('does not let anybody wait for the window', async () => {
    const { appended, batch } = world();
    batch.add(SYSTEM, audit('1'));
    await batch.commit();
    expect(appended).toEqual([['calls 1']]);
  });

  it('loses only the bad entry of a batch', async () => {
    const { appended, batch } = world(new Set(['2']));
    for (const id of ['1', '2', '3']) batch.add(SYSTEM, audit(id));
    await batch.commit();
    expect(appended.flat()).toEqual(['calls 1', 'calls 3']);
  });
});
