/** Several calls of one agent share the line of the desk: one is in conversation, the others wait with music. */
import { AppError } from '../lib/errors.ts';
import { wantsAlone } from './alone.ts';
import { callsOf } from './asides.ts';
import type { TenantCell } from './tenant-cell.ts';
import type { CallState, HoldAlarm } from './types.ts';

type Tenant = Pick<TenantCell, 'runtime' | 'holdAlarmOf'>;

/** Who acts, from where. */
export interface LineOwner {
  agentId: string;
  ip: string;
}

const inConversation = (call: CallState): boolean => !call.hold.byAgent;

/** A caller comes back from a forgotten hold by itself only while the agent has no other call, into which they would burst. */
export const besideOthers = (alarm: HoldAlarm | null): HoldAlarm | null => alarm && { ...alarm, autoReturn: false };

/** The other calls of the agent. */
export const othersOf = ({ runtime }: Pick<TenantCell, 'runtime'>, agentId: string, callId: string | null): CallState[] =>
  callsOf(runtime.calls(), agentId).filter(({ id }) => id !== callId);

/**
 * Puts the agent's other calls on hold and waits until their sound has left the line.
 * @param callId the call that shall have the line; null = one that is yet to come
 * @returns the calls that were in conversation until now
 * @throws AppError `has_parties` when one of them has somebody consulted or a conference; `busy` when the agent took one back meanwhile
 */
export async function clearLine(tenant: Tenant, { agentId, ip }: LineOwner, callId: string | null): Promise<string[]> {
  const { runtime } = tenant;
  const others = othersOf(tenant, agentId, callId);
  if (others.length === 0) return [];
  if (others.some(wantsAlone)) throw new AppError('has_parties', 409, 'Somebody else is in your other call.');
  const interrupted = others.filter(inConversation).map(({ id }) => id);
  for (const { id, queue } of others) {
    const alarm = besideOthers(tenant.holdAlarmOf(queue?.queueId ?? null));
    runtime.toCall(id, { type: 'agent', agentId, action: { command: 'hold', ...(alarm && { alarm }) }, ip });
  }
  await Promise.all(others.map(({ id }) => runtime.settled(id)));
  if (othersOf(tenant, agentId, callId).some(inConversation)) throw new AppError('busy', 409, 'You are in another call.');
  return interrupted;
}
