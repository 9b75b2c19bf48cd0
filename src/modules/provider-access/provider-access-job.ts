import type { Actor, WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { endDue } from './provider-access.service.ts';

const KEEPER: Actor = { kind: 'system', id: 'provider-access', ip: '' };

/** Writes down that accesses of the provider have run their time; looks are refused from that moment on by themselves. */
export const createProviderAccessJob = (deps: { withTenant: WithTenant; clock: Clock; events: DomainEmitter }) => ({
  name: 'provider access',
  async run(tenantId: string): Promise<void> {
    const ended = await deps.withTenant(tenantId, KEEPER, (tx) => endDue(tx, deps.clock.wall()));
    if (ended > 0) deps.events.emit('providerAccessChanged', { tenantId });
  },
});
