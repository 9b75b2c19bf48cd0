import type { ClientMessage } from '../../shared/events.ts';
import type { Permission } from '../../shared/permissions.ts';
import type { TenantCell } from '../calls/tenant-cell.ts';
import { AppError } from '../lib/errors.ts';
import type { Session } from '../modules/support/binding.ts';

type RoutingCommand = Extract<ClientMessage, { type: 'call.assign' | 'agent.presence' }>;

export const isRoutingCommand = (message: ClientMessage): message is RoutingCommand => message.type === 'call.assign' || message.type === 'agent.presence';

/** How long an assigned call waits for its agent before everybody is asked again, ms. */
const ASSIGNED_WAIT_MS = 120_000;

/**
 * What a supervisor does to the distribution: gives a waiting call to an agent, or changes an agent's status, which takes effect
 * after the call when there is one. Both are audited.
 * @throws AppError `forbidden`, `call_gone`, `not_an_agent`, `agent_not_available`, `care_break`, `no_such_reason`
 */
export function routingCommand(
  message: RoutingCommand,
  { tenant, session, demand }: { tenant: TenantCell; session: Pick<Session, 'kind' | 'userId' | 'ip'>; demand: (permission: Permission) => void },
): void {
  const { runtime } = tenant;
  const at = runtime.now();
  const actor = { kind: session.kind, id: session.userId, ip: session.ip };
  demand(message.type === 'call.assign' ? 'call.supervise' : 'agent.manage');
  const agent = runtime.agents().find(({ agentId }) => agentId === message.agentId);
  if (!agent) throw new AppError('not_an_agent', 404, 'There is no such agent.');
  const { agentId } = agent;
  if (message.type === 'call.assign') {
    const { callId } = message;
    const phase = runtime.call(callId)?.phase;
    if (phase !== 'queued' && phase !== 'ringing') throw new AppError('call_gone', 409, 'The call does not wait any more.');
    if (agent.presence !== 'available') throw new AppError('agent_not_available', 409, 'The agent takes no calls at the moment.');
    tenant.journal.add(actor, { kind: 'audit', code: 'call.assigned', subject: { kind: 'call', id: callId }, detail: { agentId } });
    return runtime.toAcd({ type: 'assigned', at, callId, agentId, waitMs: ASSIGNED_WAIT_MS });
  }
  const { presence, reasonId = null } = message;
  if (agent.kind !== 'browser') throw new AppError('not_an_agent', 404, 'There is no such agent.');
  if (reasonId !== null && !tenant.hasReason(presence, reasonId)) throw new AppError('no_such_reason', 422, 'There is no such status reason.');
  if (presence === 'available' && tenant.care.until(agentId) !== null) throw new AppError('care_break', 409, 'The care break is not over.');
  const detail = { from: agent.presence, to: presence, reasonId, afterCall: agent.work === 'talking' || agent.work === 'wrapUp' };
  tenant.journal.add(actor, { kind: 'audit', code: 'agent.presence_set', subject: { kind: 'user', id: agentId }, detail });
  runtime.toAcd({ type: 'presence', at, agentId, presence, reasonId });
}
