import * as imports from '../../../shared/api/user-imports.ts';
import * as contracts from '../../../shared/api/users.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { tableAnswer } from '../support/table-answer.ts';
import { importUsers, listUserImports, undoUserImport, userFile } from './user-imports.service.ts';
import { addUser, changeUser, resetPassword, type UserLifeDeps } from './user-life.service.ts';
import { listPeople, listUsers, setUserRouting, unlockUser, userView } from './users.service.ts';

export const userRoutes = (deps: UserLifeDeps): BoundRoute[] => [
  bind(contracts.listUsers, ({ query }, context) => context.inTenant((tx) => listUsers(tx, deps.clock.wall(), query))),
  bind(contracts.listPeople, ({ query }, context) => context.inTenant((tx) => listPeople(tx, query))),
  bind(contracts.getUser, ({ params }, context) => context.inTenant((tx) => userView(tx, params.id, deps.clock.wall()))),
  bind(contracts.createUser, ({ body }, context) => addUser(deps, context, body)),
  bind(contracts.updateUser, ({ params, body }, context) => changeUser(deps, context, params.id, body)),
  bind(contracts.resetUserPassword, ({ params }, context) => resetPassword(deps, context, params.id)),
  bind(contracts.unlockUser, ({ params }, context) => context.inTenant((tx) => unlockUser(tx, params.id, deps.clock.wall()))),
  bind(contracts.setUserRouting, ({ params, body }, context) => setUserRouting(deps, context, params.id, body)),
  bind(imports.importUsers, ({ query, body }, context) => importUsers(deps, context, query, body)),
  bind(imports.exportUsers, async ({ query }, context) => tableAnswer(context, 'users', query, await context.inTenant((tx) => userFile(tx, deps.clock.wall(), query)))),
  bind(imports.listUserImports, ({ query }, context) => context.inTenant((tx) => listUserImports(tx, query))),
  bind(imports.undoUserImport, ({ params }, context) => undoUserImport(deps, context, params.id)),
];
