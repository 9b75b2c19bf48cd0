import { describe, expect, it } from 'vitest';
import type { AcdEvent } from '../acd/types.ts';
import { Emitter } from '../lib/emitter.ts';
import { AppError } from '../lib/errors.ts';
import { silentLogger } from '../lib/logger.ts';
import type { CallbackRow } from '../modules/callbacks/callbacks.queries.ts';
import { Callbacks, type CallbacksOptions } from './callbacks.ts';
import { FakeJournal } from './testing/fake-journal.ts';
import type { RuntimeEvents } from './runtime-events.ts';

const NOW = 1_000_000_000;

const row = (change: Partial<CallbackRow> = {}): CallbackRow => ({
  tenant_id: 't', id: 'cb', kind: 'queue', status: 'waiting', queue_id: 'q', owner_id: null, customer_id: null, origin_call_id: null, last_call_id: null, priority: 2,
  queued_at: new Date(NOW - 60_000), due_at: new Date(NOW), expires_at: new Date(NOW + 3_600_000), attempts: 0, max_attempts: 2, outcome: '', sealed: Buffer.alloc(0),
  created_at: new Date(NOW), created_by: '', updated_at: new Date(NOW), updated_by: '', ...change,
});

/** Callbacks with everything around them faked: a database that holds rows, a distributor that only listens. */
function world(rows: CallbackRow[], dial: CallbacksOptions['dial'] = () => undefined) {
  const events = new Emitter<RuntimeEvents>(() => undefined);
  const acd: AcdEvent[] = [];
  const told: string[] = [];
  const timers: { due: number; run: () => void }[] = [];
  const state = { wall: NOW, ids: 0 };
  const after = (ms: number, run: () => void): (() => void) => {
    const timer = { due: state.wall + ms, run };
    timers.push(timer);
    return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1));
  };
  const journal = new FakeJournal();
  const callbacks = new Callbacks({
    tenantId: 't',
    runtime: { events, now: () => state.wall, toAcd: (event: AcdEvent) => acd.push(event) } as unknown as CallbacksOptions['runtime'],
    desks: { ringFor: (agentId) => told.push(`ring ${agentId}`) > 0, tell: (agentId, message) => void told.push(`${message.type} ${agentId}`) },
    database: { withTenant: (async () => rows.map((entry) => ({ row: entry, content: { number: '+81312345678', name: 'A', note: '' } }))) as never },
    journal,
    clock: { wall: () => state.wall, monotonic: () => state.wall, after } as unknown as CallbacksOptions['clock'],
    newId: () => `call-${++state.ids}`,
    logger: silentLogger,
    queueName: () => 'Support',
    dial,
  });
  const pass = (ms: number): void => {
    state.wall += ms;
    for (const timer of timers.splice(0).filter((entry) => entry.due <= state.wall || (timers.push(entry), false))) timer.run();
  };
  const decision = { callId: 'call-1', queueId: 'q', rule: 'longestIdle', agentId: 'ann', requiredSkills: {}, waitedMs: 0, considered: 1, candidates: [] } as const;
  const take = (callId: string): void => {
    callbacks.onOffer({ type: 'offer', offerId: 'o', callId, agentId: 'ann', queueId: 'q', timeoutMs: 20_000, decision });
    expect(callbacks.answer('o', 'ann', 'accept')).toBe(true);
    callbacks.onConnect({ type: 'connect', offerId: 'o', callId, agentId: 'ann', queueId: 'q' });
  };
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
  return { callbacks, acd, told, events, journal, pass, take, settle };
}

describe('callbacks', () => {
  it('wait at the place that was kept, ring the agent first, and dial when the agent takes it', async () => {
    const dialled: string[] = [];
    const { callbacks, acd, told, take, settle } = world([row()], (callId, agentId, number) => void dialled.push(`${callId} ${agentId} ${number}`));
    await callbacks.load();
    expect(acd[0]).toMatchObject({ type: 'queued', callId: 'call-1', queueId: 'q', priority: 2, queuedAt: NOW - 60_000, callback: true });
    expect(dialled).toEqual([]);
    take('call-1');
    await settle();
    expect(told).toEqual(['ring ann', 'offer.ended ann']);
    expect(acd.at(-1)).toMatchObject({ type: 'accepted', offerId: 'o' });
    expect(dialled).toEqual(['call-1 ann +81312345678']);
  });

  it('are tried again from the same place when nobody answered, and given up after the last attempt', async () => {
    const { callbacks, acd, events, pass, take, settle } = world([row()]);
    await callbacks.load();
    take('call-1');
    await settle();
    events.emit('callGone', { callId: 'call-1' });
    expect(acd.filter(({ type }) => type === 'queued')).toHaveLength(1);
    pass(10 * 60_000);
    expect(acd.at(-1)).toMatchObject({ type: 'queued', callId: 'call-2', queuedAt: NOW - 60_000 });
    take('call-2');
    await settle();
    events.emit('callGone', { callId: 'call-2' });
    pass(60 * 60_000);
    expect(acd.filter(({ type }) => type === 'queued')).toHaveLength(2);
  });

  it('free the agent at once when the number may not be dialled', async () => {
    const { callbacks, acd, take, settle } = world([row()], () => {
      throw new AppError('number_not_allowed', 403, 'no');
    });
    await callbacks.load();
    take('call-1');
    await settle();
    expect(acd.at(-1)).toMatchObject({ type: 'released', agentId: 'ann', callId: 'call-1' });
  });

  it('wait for their time, for the one agent who promised, and no longer than they are kept', async () => {
    const { callbacks, acd, pass } = world([row({ kind: 'scheduled', owner_id: 'ann', due_at: new Date(NOW + 60_000), queued_at: new Date(NOW + 60_000) })]);
    await callbacks.load();
    expect(acd).toEqual([]);
    pass(60_000);
    expect(acd[0]).toMatchObject({ type: 'queued', preferred: [{ agentId: 'ann', reason: 'owner' }] });
    pass(3_600_000);
    expect(acd.at(-1)).toMatchObject({ type: 'removed', callId: 'call-1' });
  });

  it('leave the queue when somebody strikes them off', async () => {
    const rows = [row()];
    const { callbacks, acd } = world(rows);
    await callbacks.load();
    rows.pop();
    await callbacks.load();
    expect(acd.at(-1)).toMatchObject({ type: 'removed', callId: 'call-1' });
  });

  it('that are asked for while the database is away are kept by the journal, and taken up when that has written them', async () => {
    const rows: CallbackRow[] = [];
    const { callbacks, acd, journal, settle } = world(rows);
    await callbacks.load();
    callbacks.request({ queueId: 'q', callId: 'asking', customerId: null, priority: 2, queuedWall: NOW - 60_000, number: '+81312345678', name: 'A' });
    await settle();
    expect(acd).toEqual([]);
    expect(journal.of('callbackRequested')).toEqual([]);
    rows.push(row({ id: 'call-1' }));
    journal.flush();
    await settle();
    expect(journal.of('callbackRequested')).toMatchObject([{ atWall: NOW, request: { id: 'call-1', callId: 'asking', number: '+81312345678' } }]);
    expect(acd).toMatchObject([{ type: 'queued', queueId: 'q', queuedAt: NOW - 60_000 }]);
  });

  it('that are over are not called again, though the database does not know it yet', async () => {
    const { callbacks, acd, events, journal, take, settle } = world([row()]);
    await callbacks.load();
    take('call-1');
    await settle();
    events.emit('call', { id: 'call-1', end: { outcome: 'answered' } } as unknown as RuntimeEvents['call']);
    events.emit('callGone', { callId: 'call-1' });
    await callbacks.load();
    expect(acd.filter(({ type }) => type === 'queued')).toHaveLength(1);
    journal.flush();
    expect(journal.of('callbackChanged')).toMatchObject([{ id: 'cb', status: 'done', outcome: 'answered', attempts: 1, dueWall: null }]);
  });
});
