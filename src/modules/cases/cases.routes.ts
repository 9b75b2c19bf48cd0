import * as contracts from '../../../shared/api/cases.ts';
import type { Clock } from '../../lib/clock.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { caseView, createCase, listCases, updateCase } from './cases.service.ts';

export const caseRoutes = (deps: { clock: Clock }): BoundRoute[] => [
  bind(contracts.listCases, ({ query }, context) => context.inTenant((tx) => listCases(tx, query))),
  bind(contracts.createCase, ({ body }, context) => {
    const { session } = context;
    return context.inTenant((tx) => createCase(tx, session.kind === 'user' ? session.userId : null, body));
  }),
  bind(contracts.getCase, ({ params }, context) => context.inTenant((tx) => caseView(tx, params.id))),
  bind(contracts.updateCase, ({ params, body }, context) => context.inTenant((tx) => updateCase(tx, params.id, body, deps.clock.wall()))),
];
