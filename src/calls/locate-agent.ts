import { AppError } from '../lib/errors.ts';
import type { Located } from './party.ts';
import type { TenantCell } from './tenant-cell.ts';
import type { CallState } from './types.ts';

/** The agent's browser and telephones. @throws AppError `busy`, `line_down`; their statuses are those of SIP */
export function locateAgent(tenant: TenantCell, agentId: string, call: Pick<CallState, 'party'>): Located {
  const { runtime, desks } = tenant;
  const agent = runtime.agents().find((entry) => entry.agentId === agentId);
  if (!agent) throw new AppError('not_an_agent', 404, 'This agent does not take calls here.');
  if (agent.work !== 'idle' && agent.work !== 'wrapUp') throw new AppError('busy', 486, 'This agent is in a call.');
  const devices = tenant.devicesOf(agentId, call);
  const browser = desks.lineOf(agentId) !== null;
  if (!browser && devices.length === 0) throw new AppError('line_down', 480, "The agent's audio connection is not up.");
  return { agentId, name: agent.name, number: '', browser, stages: devices.length > 0 ? [devices] : [] };
}
