import * as contracts from '../../../shared/api/api-keys.ts';
import type { Clock } from '../../lib/clock.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { createApiKey, listApiKeys, revokeApiKey } from './api-keys.service.ts';

export const apiKeyRoutes = ({ clock }: { clock: Clock }): BoundRoute[] => [
  bind(contracts.listApiKeys, ({ query }, context) => context.inTenant((tx) => listApiKeys(tx, clock.wall(), query))),
  bind(contracts.createApiKey, ({ body }, context) => context.inTenant((tx) => createApiKey(tx, context.session, clock.wall(), body))),
  bind(contracts.revokeApiKey, ({ params }, context) => context.inTenant((tx) => revokeApiKey(tx, params.id, clock.wall()))),
];
