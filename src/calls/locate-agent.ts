import { AppError } from '../lib/errors.ts';
import type { Located } from './party.ts';
import type { TenantCell } from './tenant-cell.ts';

/** The agent's browser. @throws AppError `busy`, `line_down`; their statuses are those of SIP */
export function locateAgent({ runtime, desks }: TenantCell, agentId: string): Located {
  const agent = runtime.agents().find((entry) => entry.agentId === agentId);
  if (!agent) throw new AppError('not_an_agent', 404, 'This agent does not take calls here.');
  if (agent.work !== 'idle' && agent.work !== 'wrapUp') throw new AppError('busy', 486, 'This agent is in a call.');
  if (desks.lineOf(agentId) === null) throw new AppError('line_down', 480, "The agent's audio connection is not up.");
  return { agentId, name: agent.name, number: '', browser: true, stages: [] };
}
