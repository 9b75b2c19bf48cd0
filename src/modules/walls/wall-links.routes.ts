import * as contracts from '../../../shared/api/wall-links.ts';
import type { WithTenant } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { grantOf, listLinks, makeLink, revokeLink } from './wall-links.service.ts';

export const wallLinkRoutes = (deps: { withTenant: WithTenant; clock: Clock; events: DomainEmitter }): BoundRoute[] => [
  bind(contracts.listWallLinks, (_input, context) => context.inTenant(listLinks)),
  bind(contracts.createWallLink, async ({ body }, context) => makeLink(deps.clock, context, body)),
  bind(contracts.revokeWallLink, ({ params }, context) => revokeLink(deps, context, params.id)),
  bind(contracts.getWall, async ({ params }, context) => {
    const { name, expiresAt } = await grantOf(deps, params.token, context.ip);
    return { name, expiresAt };
  }),
];
