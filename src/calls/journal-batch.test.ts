import { describe, expect, it } from 'vitest';
import type { JournalTx } from '../db/journal-transaction.ts';
import type { Actor, TenantVault } from '../db/types.ts';
import { FakeClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import type { JournalEntry } from './journal.ts';
import { JournalBatch } from './journal-batch.ts';
import type { LiveSnapshot } from './ports.ts';

const SYSTEM: Actor = { kind: 'system', id: 'calls', ip: '' };
const ANN: Actor = { kind: 'user', id: 'ann', ip: '' };

const audit = (id: string): JournalEntry => ({ kind: 'audit', code: 'call.refused', subject: { kind: 'call', id }, detail: {} });

const wrapUp = (callId: string): JournalEntry => ({ kind: 'wrapUpEnded', callId, agentId: 'ann', wrapUpMs: 1 });

/** Ids in a binary array: 20 bytes of head, then each with its length. */
const idsIn = (array: unknown): string[] =>
  Buffer.isBuffer(array) ? Array.from({ length: array.readInt32BE(12) }, (_, row) => array.toString('hex', 24 + row * 20, 40 + row * 20).slice(-2)) : [];

const callId = (digits: string): string => `00000000-0000-0000-0000-0000000000${digits}`;

/** A journal that runs each write against a transaction that only knows audit entries. */
function world(bad = new Set<string>()) {
  const clock = new FakeClock();
  const appended: string[][] = [];
  /** Statement and call of every row of a live state. */
  const rows: string[] = [];
  const journal = {
    async append(_tenant: string, _actor: Actor, write: (tx: JournalTx) => Promise<void>): Promise<void> {
      const ids: string[] = [];
      appended.push(ids);
      await write({
        tenantId: 't',
        vault: { seal: () => Buffer.alloc(0) } as unknown as TenantVault,
        send: ({ name, values }) => void rows.push(...idsIn(values[1]).map((id) => `${name} ${id}`)),
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
  const live = new Map<string, LiveSnapshot>();
  const batch = new JournalBatch({ tenantId: 't', journal, logger: silentLogger, clock, metrics, liveOf: (callId) => live.get(callId) ?? null });
  return { clock, appended, batch, figures, live, rows };
}

describe('JournalBatch', () => {
  it('counts what waits for its commit, and what is lost when too much waits', async () => {
    const { batch, figures } = world();
    for (let id = 0; id < 200_001; id++) batch.add(SYSTEM, audit(`${id}`));
    expect(figures).toEqual({ waiting: 200_000, lost: 1 });
    const committed = batch.commit();
    await committed;
    expect(figures).toEqual({ waiting: 0, lost: 1 });
  });

  it('writes what comes within the time together, in order, each with its own actor', async () => {
    const { clock, appended, batch } = world();
    batch.add(SYSTEM, audit('1'));
    batch.add(SYSTEM, audit('2'));
    batch.add(ANN, audit('3'));
    batch.add(SYSTEM, audit('4'));
    clock.advance(59);
    expect(appended).toEqual([]);
    clock.advance(1);
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
    clock.advance(30);
    await Promise.all([second, third]);
    expect(appended).toEqual([['calls 1'], ['calls 2', 'calls 3']]);
  });

  it('does not let anybody wait for company', async () => {
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

  it('commits the call that is waited for; the others wait for more of theirs', async () => {
    const { clock, batch, rows } = world();
    batch.add(SYSTEM, wrapUp(callId('01')));
    clock.advance(10);
    batch.add(SYSTEM, wrapUp(callId('02')));
    await batch.commit(callId('02'));
    expect(rows).toEqual(['j_wrap_ups 02']);
    batch.add(SYSTEM, wrapUp(callId('01')));
    clock.advance(50);
    await new Promise((resolve) => setImmediate(resolve));
    expect(rows).toEqual(['j_wrap_ups 02', 'j_wrap_ups 01', 'j_wrap_ups 01']);
  });

  it('stores a live state from when it can be taken up until the call is over', async () => {
    const { clock, batch, live, rows } = world();
    const call = callId('01');
    const step = async (snapshot: LiveSnapshot | null): Promise<string[]> => {
      if (snapshot) live.set(call, snapshot);
      else live.delete(call);
      clock.advance(30);
      batch.touch(call);
      await batch.commit(call);
      return rows.splice(0);
    };
    expect(await step({ version: 1, state: {}, canGoOn: false })).toEqual([]);
    expect(await step({ version: 2, state: {}, canGoOn: true })).toEqual(['j_live 01']);
    expect(await step({ version: 3, state: {}, canGoOn: false })).toEqual(['j_live 01']);
    expect(await step(null)).toEqual(['j_gone 01']);
    expect(await step(null)).toEqual([]);
    batch.adopted(call);
    expect(await step(null)).toEqual(['j_gone 01']);
  });
});
