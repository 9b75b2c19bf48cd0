import * as devices from '../../../shared/api/devices.ts';
import * as flows from '../../../shared/api/flows.ts';
import * as numbers from '../../../shared/api/numbers.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { createDevice, flowDetail, listDevices, listFlows, listNumbers } from './telephony.service.ts';

export const telephonyRoutes = (deps: { events: DomainEmitter }): BoundRoute[] => [
  bind(numbers.listNumbers, ({ query }, context) => context.inTenant((tx) => listNumbers(tx, query))),
  bind(flows.listFlows, ({ query }, context) => context.inTenant((tx) => listFlows(tx, query))),
  bind(flows.getFlow, ({ params }, context) => context.inTenant((tx) => flowDetail(tx, params.id))),
  bind(devices.listDevices, ({ query }, context) => context.inTenant((tx) => listDevices(tx, query))),
  bind(devices.createDevice, async ({ body }, context) => {
    const created = await context.inTenant((tx) => createDevice(tx, body));
    deps.events.emit('configChanged', { tenantId: context.session.tenantId, area: 'devices' });
    return created;
  }),
];
