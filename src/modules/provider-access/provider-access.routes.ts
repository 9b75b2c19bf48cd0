import * as contracts from '../../../shared/api/provider-access.ts';
import type { Clock } from '../../lib/clock.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { endByTenant, listProviderAccesses } from './provider-access.service.ts';

export const providerAccessRoutes = ({ clock, events }: { clock: Clock; events: DomainEmitter }): BoundRoute[] => [
  bind(contracts.listProviderAccesses, ({ query }, context) => context.inTenant((tx) => listProviderAccesses(tx, clock.wall(), query))),
  bind(contracts.endProviderAccess, async ({ params }, context) => {
    const ended = await context.inTenant((tx) => endByTenant(tx, clock.wall(), params.id));
    events.emit('providerAccessChanged', { tenantId: context.session.tenantId });
    return ended;
  }),
];
