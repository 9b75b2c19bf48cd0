import * as contracts from '../../../shared/api/wrap-up-codes.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { createWrapUpCode, listWrapUpCodes, updateWrapUpCode } from './wrap-up-codes.service.ts';

export const wrapUpCodeRoutes = (): BoundRoute[] => [
  bind(contracts.listWrapUpCodes, ({ query }, context) => context.inTenant((tx) => listWrapUpCodes(tx, query))),
  bind(contracts.createWrapUpCode, ({ body }, context) => context.inTenant((tx) => createWrapUpCode(tx, body))),
  bind(contracts.updateWrapUpCode, ({ params, body }, context) => context.inTenant((tx) => updateWrapUpCode(tx, params.id, body))),
];
