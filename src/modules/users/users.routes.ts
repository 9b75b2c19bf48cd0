import * as contracts from '../../../shared/api/users.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { listPeople, listUsers, setUserRouting, setUserStatus, unlockUser, userView, type UserDeps } from './users.service.ts';

export const userRoutes = (deps: UserDeps): BoundRoute[] => [
  bind(contracts.listUsers, ({ query }, context) => context.inTenant((tx) => listUsers(tx, deps.clock.wall(), query))),
  bind(contracts.listPeople, ({ query }, context) => context.inTenant((tx) => listPeople(tx, query))),
  bind(contracts.getUser, ({ params }, context) => context.inTenant((tx) => userView(tx, params.id, deps.clock.wall()))),
  bind(contracts.updateUser, ({ params, body }, context) => setUserStatus(deps, context, params.id, body.status)),
  bind(contracts.unlockUser, ({ params }, context) => context.inTenant((tx) => unlockUser(tx, params.id, deps.clock.wall()))),
  bind(contracts.setUserRouting, ({ params, body }, context) => setUserRouting(deps, context, params.id, body)),
];
