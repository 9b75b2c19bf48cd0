import * as contracts from '../../../shared/api/emergencies.ts';
import type { Clock } from '../../lib/clock.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { endEmergency, listEmergencies, startEmergency } from './emergencies.service.ts';

export const emergencyRoutes = (deps: { clock: Clock; events: DomainEmitter }): BoundRoute[] => [
  bind(contracts.listEmergencies, ({ query }, context) => context.inTenant((tx) => listEmergencies(tx, query, deps.clock.wall()))),
  bind(contracts.startEmergency, async ({ body }, context) => {
    const emergency = await context.inTenant((tx) => startEmergency(tx, body, deps.clock.wall()));
    deps.events.emit('configChanged', { tenantId: context.session.tenantId, area: 'queues' });
    return emergency;
  }),
  bind(contracts.endEmergency, async ({ params }, context) => {
    const { session } = context;
    const emergency = await context.inTenant((tx) => endEmergency(tx, params.id, `${session.kind}:${session.userId}`, deps.clock.wall()));
    deps.events.emit('configChanged', { tenantId: session.tenantId, area: 'queues' });
    return emergency;
  }),
];
