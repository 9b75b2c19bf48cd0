import * as contracts from '../../../shared/api/callbacks.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { cancelCallback, createCallback, listCallbacks } from './callbacks.service.ts';

export const callbackRoutes = (deps: { events: DomainEmitter }): BoundRoute[] => [
  bind(contracts.listCallbacks, ({ query }, context) => context.inTenant((tx) => listCallbacks(tx, context.session.userId, query))),
  bind(contracts.createCallback, async ({ body }, context) => {
    const { session } = context;
    const callback = await context.inTenant((tx) => createCallback(tx, body, session.userId));
    deps.events.emit('configChanged', { tenantId: session.tenantId, area: 'queues' });
    return callback;
  }),
  bind(contracts.cancelCallback, async ({ params }, context) => {
    const callback = await context.inTenant((tx) => cancelCallback(tx, params.id));
    deps.events.emit('configChanged', { tenantId: context.session.tenantId, area: 'queues' });
    return callback;
  }),
];
