import * as contracts from '../../../shared/api/scripts.ts';
import type { LiveCalls } from '../calls/calls.service.ts';
import { bind, type BoundRoute } from '../support/binding.ts';
import { callScript, saveCallScript } from './call-script.service.ts';
import { createScript, listScripts, publishScript, scriptDetail, updateScript } from './scripts.service.ts';

export const scriptRoutes = (deps: { live: LiveCalls }): BoundRoute[] => [
  bind(contracts.listScripts, ({ query }, context) => context.inTenant((tx) => listScripts(tx, query))),
  bind(contracts.getScript, ({ params }, context) => context.inTenant((tx) => scriptDetail(tx, params.id))),
  bind(contracts.createScript, ({ body }, context) => context.inTenant((tx) => createScript(tx, body))),
  bind(contracts.updateScript, ({ params, body }, context) => context.inTenant((tx) => updateScript(tx, params.id, body))),
  bind(contracts.publishScript, ({ params, body }, context) => context.inTenant((tx) => publishScript(tx, params.id, body.comment))),
  bind(contracts.getCallScript, ({ params }, context) => context.inTenant((tx) => callScript(tx, context.session, deps, params.id))),
  bind(contracts.saveCallScript, ({ params, body }, context) => context.inTenant((tx) => saveCallScript(tx, context.session, deps, params.id, body))),
];
