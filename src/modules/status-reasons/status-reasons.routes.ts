import * as contracts from '../../../shared/api/status-reasons.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { createStatusReason, listStatusReasons, updateStatusReason } from './status-reasons.service.ts';

export const statusReasonRoutes = ({ events }: { events: DomainEmitter }): BoundRoute[] => [
  bind(contracts.listStatusReasons, ({ query }, context) => context.inTenant((tx) => listStatusReasons(tx, query))),
  bind(contracts.createStatusReason, async ({ body }, context) => {
    const reason = await context.inTenant((tx) => createStatusReason(tx, body));
    events.emit('configChanged', { tenantId: context.session.tenantId, area: 'settings' });
    return reason;
  }),
  bind(contracts.updateStatusReason, async ({ params, body }, context) => {
    const reason = await context.inTenant((tx) => updateStatusReason(tx, params.id, body));
    events.emit('configChanged', { tenantId: context.session.tenantId, area: 'settings' });
    return reason;
  }),
];
