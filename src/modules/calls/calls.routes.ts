import * as contracts from '../../../shared/api/calls.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { callSip } from './sip-trace.service.ts';
import { callDetail, listCalls, wrapUpCall, type LiveCalls } from './calls.service.ts';

export const callRoutes = (deps: { live: LiveCalls }): BoundRoute[] => [
  bind(contracts.listCalls, ({ query }, context) => context.inTenant((tx) => listCalls(tx, context.session, query))),
  bind(contracts.getCall, ({ params }, context) => context.inTenant((tx) => callDetail(tx, context.session, deps.live, params.id))),
  bind(contracts.getCallSip, ({ params }, context) => context.inTenant((tx) => callSip(tx, deps.live, params.id))),
  bind(contracts.wrapUpCall, ({ params, body }, context) =>
    context.inTenant((tx) => wrapUpCall(tx, context.session, deps.live, params.id, body)),
  ),
];
