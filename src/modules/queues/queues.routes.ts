import * as contracts from '../../../shared/api/queues.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { createQueue, listQueues, queueView, updateQueue } from './queues.service.ts';

export const queueRoutes = (deps: { events: DomainEmitter }): BoundRoute[] => [
  bind(contracts.listQueues, ({ query }, context) => context.inTenant((tx) => listQueues(tx, query))),
  bind(contracts.getQueue, ({ params }, context) => context.inTenant((tx) => queueView(tx, params.id))),
  bind(contracts.createQueue, async ({ body }, context) => {
    const queue = await context.inTenant((tx) => createQueue(tx, body));
    deps.events.emit('configChanged', { tenantId: context.session.tenantId, area: 'queues' });
    return queue;
  }),
  bind(contracts.updateQueue, async ({ params, body }, context) => {
    const queue = await context.inTenant((tx) => updateQueue(tx, params.id, body));
    deps.events.emit('configChanged', { tenantId: context.session.tenantId, area: 'queues' });
    return queue;
  }),
];
