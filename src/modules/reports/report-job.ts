import type { Actor, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import { postponeDueSchedule, runDueSchedule } from './report-schedules.service.ts';

const ACTOR: Actor = { kind: 'system', id: 'reports', ip: '' };

/** Reports of one tenant in one round: the next round makes the rest. */
const MOST_A_ROUND = 20;

/** Makes the scheduled reports of a tenant that are due. */
export const createReportJob = (deps: { withTenant: WithTenant; clock: Clock; logger: Logger }) => ({
  name: 'scheduled reports',
  async run(tenantId: string): Promise<void> {
    for (let count = 0; count < MOST_A_ROUND; count++) {
      try {
        if (!(await deps.withTenant(tenantId, ACTOR, (tx) => runDueSchedule(tx, deps.clock)))) return;
      } catch (error) {
        const reason = messageOf(error);
        deps.logger.warn({ tenantId, reason }, 'a scheduled report could not be made');
        await deps.withTenant(tenantId, ACTOR, (tx) => postponeDueSchedule(tx, deps.clock, reason));
      }
    }
  },
});
