/** Days that were: calls of a queue and what its agents did, written beside a running product, for pages that look back. */
import { seededRandom } from '../../src/simulate/random.ts';
import { newId } from '../../src/lib/ids.ts';
import type { TenantTx } from '../../src/db/types.ts';
import { addDays, dayOf, instantOf } from '../../src/modules/support/japan-days.ts';
import type { Product } from './product.ts';
import { openDatabaseOf } from './story-sealed.ts';

export interface PastDays {
  queueId: string;
  agentIds: readonly string[];
  /** How many days before today. */
  days: number;
  /** Calls of a day, spread over nine hours from 9:00. */
  callsPerDay: number;
  now: number;
}

/** One call: nine in ten are answered. */
function pastCall(tx: TenantTx, { queueId, agentIds }: PastDays, queuedAt: number, random: ReturnType<typeof seededRandom>) {
  const id = newId();
  const answered = random.next() < 0.9;
  const waitMs = Math.round(answered ? random.exponential(8000) : random.exponential(45_000));
  const talkMs = Math.round(random.exponential(180_000));
  const agentId = agentIds[Math.floor(random.next() * agentIds.length)] ?? null;
  return {
    tenant_id: tx.tenantId, id, direction: 'inbound', channel: 'sip', outcome: answered ? 'answered' : 'abandoned', ended_by: 'caller', queue_id: queueId,
    agent_id: answered ? agentId : null, started_at: new Date(queuedAt), queued_at: new Date(queuedAt), agent_answered_at: answered ? new Date(queuedAt + waitMs) : null,
    ended_at: new Date(queuedAt + waitMs + (answered ? talkMs : 0)), queue_ms: waitMs, ring_ms: answered ? Math.min(waitMs, 3000) : null,
    talk_ms: answered ? talkMs : null, hold_ms: answered ? 0 : null, wrap_up_ms: answered ? 20_000 : null,
    sealed: tx.vault.seal({ table: 'calls', column: 'sealed', id }, { callerNumber: '', callerName: '', withheldReason: null, dialledNumber: '', note: '' }),
  };
}

/** Agents are there from 9:00 to 18:00 with lunch from twelve to one; the first of them comes half an hour late. */
const statesOf = (tx: TenantTx, agentId: string, day: string, isLate: boolean) =>
  ([[isLate ? 570 : 540, 'available'], [720, 'break'], [780, 'available'], [1080, 'offline']] as const).map(([minute, presence]) => ({
    tenant_id: tx.tenantId, id: newId(), user_id: agentId, at: new Date(instantOf(day, minute)), presence, work: 'idle',
  }));

/** Writes the days; equal arguments write equal calls. */
async function addPastDays(tx: TenantTx, given: PastDays): Promise<void> {
  const random = seededRandom(1);
  for (let back = 1; back <= given.days; back++) {
    const day = addDays(dayOf(given.now), -back);
    const moments = Array.from({ length: given.callsPerDay }, () => instantOf(day, 540) + Math.floor(random.next() * 9 * 3_600_000)).toSorted((a, b) => a - b);
    await tx.db.insertInto('calls').values(moments.map((at) => pastCall(tx, given, at, random))).execute();
    await tx.db.insertInto('agent_states').values(given.agentIds.flatMap((agentId, index) => statesOf(tx, agentId, day, index === 0))).execute();
  }
}

const SYSTEM = { kind: 'system', id: 'test', ip: '127.0.0.1' } as const;

/** Writes the days into the demo tenant of a running product. */
export async function writePastDays(product: Product, given: PastDays): Promise<void> {
  const database = await openDatabaseOf(product);
  const tenant = await database.directory.tenantBySlug('demo');
  await database.withTenant(tenant?.id ?? '', SYSTEM, (tx) => addPastDays(tx, given));
  await database.close();
}
