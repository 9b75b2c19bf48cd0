import { webCallInfo as webCallInfoContract } from '../../../shared/api/public.ts';
import * as contracts from '../../../shared/api/settings.ts';
import type { DirectoryReader, WithTenant } from '../../db/types.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { settingsView, updateSettings } from './settings.service.ts';
import { webCallInfo } from './web-call-info.ts';

export const settingsRoutes = (deps: { events: DomainEmitter; directory: DirectoryReader; withTenant: WithTenant }): BoundRoute[] => [
  bind(contracts.getSettings, (_input, context) => context.inTenant(settingsView)),
  bind(contracts.updateSettings, async ({ body }, context) => {
    const settings = await context.inTenant((tx) => updateSettings(tx, body));
    deps.events.emit('configChanged', { tenantId: context.session.tenantId, area: 'settings' });
    return settings;
  }),
  bind(webCallInfoContract, ({ params }, context) => webCallInfo(deps, params.tenant, context.ip)),
];
