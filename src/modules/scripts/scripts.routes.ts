import * as contracts from '../../../shared/api/scripts.ts';
import type { LiveCalls } from '../calls/calls.service.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { callScript, saveCallScript } from './call-script.service.ts';
import { scripts } from './scripts.service.ts';

export const scriptRoutes = (deps: { live: LiveCalls }): BoundRoute[] => [
  bind(contracts.listScripts, ({ query }, context) => context.inTenant((tx) => scripts.list(tx, query))),
  bind(contracts.getScript, ({ params }, context) => context.inTenant((tx) => scripts.detail(tx, params.id))),
  bind(contracts.createScript, ({ body }, context) => context.inTenant((tx) => scripts.create(tx, body))),
  bind(contracts.updateScript, ({ params, body }, context) => context.inTenant((tx) => scripts.update(tx, params.id, body))),
  bind(contracts.publishScript, ({ params, body }, context) => context.inTenant((tx) => scripts.publish(tx, params.id, body.comment))),
  bind(contracts.getCallScript, ({ params }, context) => context.inTenant((tx) => callScript(tx, context.session, deps, params.id))),
  bind(contracts.saveCallScript, ({ params, body }, context) => context.inTenant((tx) => saveCallScript(tx, context.session, deps, params.id, body))),
];
