import * as contracts from '../../../shared/api/calls.ts';
import type { Clock } from '../../lib/clock.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { callSip } from './sip-trace.service.ts';
import { callDetail, listCalls, type LiveCalls } from './calls.service.ts';
import { undoWrapUp, wrapUpCall } from './wrap-up.service.ts';

export const callRoutes = (deps: { live: LiveCalls; events: DomainEmitter; clock: Clock }): BoundRoute[] => [
  bind(contracts.listCalls, ({ query }, context) => context.inTenant((tx) => listCalls(tx, context.session, query))),
  bind(contracts.getCall, ({ params }, context) => context.inTenant((tx) => callDetail(tx, context.session, deps.live, params.id))),
  bind(contracts.getCallSip, ({ params }, context) => context.inTenant((tx) => callSip(tx, deps.live, params.id))),
  bind(contracts.wrapUpCall, async ({ params, body }, context) => {
    const { session } = context;
    const call = await context.inTenant((tx) => wrapUpCall(tx, session, deps, params.id, body));
    if (call.wrapUpCodeId !== null) deps.events.emit('callWrappedUp', { tenantId: session.tenantId, callId: call.id, userId: session.userId });
    return call;
  }),
  bind(contracts.undoWrapUp, ({ params }, context) => context.inTenant((tx) => undoWrapUp(tx, context.session, deps, params.id))),
];
