import * as policy from '../../../shared/api/dial-policy.ts';
import * as devices from '../../../shared/api/devices.ts';
import * as numbers from '../../../shared/api/numbers.ts';
import * as trunks from '../../../shared/api/trunks.ts';
import type { Clock } from '../../lib/clock.ts';
import { bind, type BoundRoute, type RequestContext } from '../support/binding.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { auditDeviceTest, createDevice, deviceProvisioning, listDevices, resetDevicePassword, updateDevice } from './devices.service.ts';
import { callerIds, createNumber, deleteNumber, listNumbers, updateNumber } from './numbers.service.ts';
import { changeDialPolicy, dialPolicy, dialUsage, releaseStop, stopDialling } from './dial-policy.service.ts';
import type { TelephonyLive } from './telephony-live.ts';
import * as service from './trunks.service.ts';

export interface TelephonyRouteDeps {
  clock: Clock;
  events: DomainEmitter;
  telephony: TelephonyLive;
}

type Area = 'devices' | 'numbers' | 'trunks';

/** Does the work, then tells the live side that its copy is old. */
const changing = (deps: TelephonyRouteDeps, area: Area) =>
  async <T>(context: RequestContext, work: Parameters<typeof context.inTenant<T>>[0]): Promise<T> => {
    const done = await context.inTenant(work);
    deps.events.emit('configChanged', { tenantId: context.session.tenantId, area });
    return done;
  };

export const telephonyRoutes = (deps: TelephonyRouteDeps): BoundRoute[] => [
  ...numberRoutes(deps),
  ...deviceRoutes(deps),
  ...trunkRoutes(deps),
  ...dialPolicyRoutes(deps),
];

function numberRoutes(deps: TelephonyRouteDeps): BoundRoute[] {
  const change = changing(deps, 'numbers');
  return [
    bind(numbers.listCallerIds, (_input, context) => context.inTenant(callerIds)),
    bind(numbers.listNumbers, ({ query }, context) => context.inTenant((tx) => listNumbers(tx, query))),
    bind(numbers.createNumber, ({ body }, context) => change(context, (tx) => createNumber(tx, body))),
    bind(numbers.updateNumber, ({ params, body }, context) => change(context, (tx) => updateNumber(tx, params.id, body))),
    bind(numbers.deleteNumber, ({ params }, context) => change(context, (tx) => deleteNumber(tx, params.id))),
  ];
}

function deviceRoutes(deps: TelephonyRouteDeps): BoundRoute[] {
  const change = changing(deps, 'devices');
  const live = deps.telephony;
  return [
    bind(devices.listDevices, ({ query }, context) => context.inTenant((tx) => listDevices(tx, live, query))),
    bind(devices.createDevice, ({ body }, context) => change(context, (tx) => createDevice(tx, live, body, context.origin))),
    bind(devices.updateDevice, async ({ params, body }, context) => {
      const device = await change(context, (tx) => updateDevice(tx, live, params.id, body));
      if (device.enabled) return device;
      live.dropContacts(device.id);
      return { ...device, contacts: [] };
    }),
    bind(devices.resetDevicePassword, async ({ params }, context) => {
      const made = await change(context, (tx) => resetDevicePassword(tx, live, params.id, context.origin));
      live.dropContacts(params.id);
      return { ...made, device: { ...made.device, contacts: [] } };
    }),
    bind(devices.deviceProvisioning, ({ params }, context) => context.inTenant((tx) => deviceProvisioning(tx, live, params.id, context.origin))),
    bind(devices.testDevice, async ({ params: { id } }, context) => {
      await context.inTenant((tx) => deviceProvisioning(tx, live, id, null));
      const result = await live.testDevice(context.session.tenantId, id);
      return context.inTenant((tx) => auditDeviceTest(tx, id, result));
    }),
  ];
}

function trunkRoutes(deps: TelephonyRouteDeps): BoundRoute[] {
  const change = changing(deps, 'trunks');
  const live = deps.telephony;
  return [
    bind(trunks.listTrunks, ({ query }, context) => context.inTenant((tx) => service.listTrunks(tx, live, query))),
    bind(trunks.getTrunk, ({ params }, context) => context.inTenant((tx) => service.trunkDetail(tx, live, params.id))),
    bind(trunks.createTrunk, ({ body }, context) => change(context, (tx) => service.createTrunk(tx, live, body))),
    bind(trunks.updateTrunk, ({ params, body }, context) => change(context, (tx) => service.updateTrunk(tx, live, params.id, body))),
    bind(trunks.deleteTrunk, ({ params }, context) => change(context, (tx) => service.deleteTrunk(tx, params.id))),
    bind(trunks.testTrunk, async ({ params: { id }, body: { number } }, context) => {
      await context.inTenant((tx) => service.trunkDetail(tx, live, id));
      const result = await live.testTrunk(context.session.tenantId, context.session.userId, id, number);
      return context.inTenant((tx) => service.auditTrunkTest(tx, id, number, result));
    }),
    bind(trunks.getOutboundRoutes, (_input, context) => context.inTenant((tx) => service.outboundRoutes(tx))),
    bind(trunks.setOutboundRoutes, ({ body }, context) => change(context, (tx) => service.replaceOutboundRoutes(tx, body))),
  ];
}

function dialPolicyRoutes(deps: TelephonyRouteDeps): BoundRoute[] {
  const change = changing(deps, 'trunks');
  const { clock, telephony: live } = deps;
  return [
    bind(policy.getDialPolicy, (_input, context) => context.inTenant(dialPolicy)),
    bind(policy.updateDialPolicy, ({ body }, context) => change(context, (tx) => changeDialPolicy(tx, body))),
    bind(policy.getDialUsage, (_input, context) => context.inTenant((tx) => dialUsage(tx, live))),
    bind(policy.startDialStop, ({ body: { note } }, context) => change(context, (tx) => stopDialling(tx, clock, context.session, note))),
    bind(policy.releaseDialStop, async ({ params: { id } }, context) => {
      await context.inTenant((tx) => releaseStop(tx, clock, context.session, id));
      live.releaseDialStop(context.session.tenantId, id);
    }),
  ];
}
