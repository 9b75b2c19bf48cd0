import * as calendars from '../../../shared/api/calendars.ts';
import * as flows from '../../../shared/api/flows.ts';
import * as draftCalls from '../../../shared/api/draft-calls.ts';
import * as runs from '../../../shared/api/flow-runs.ts';
import type { RouteInput } from '../../../shared/contract.ts';
import { lintFlow } from '../../../shared/flow/lint.ts';
import type { Flow } from '../../../shared/flow/nodes.ts';
import { hasErrors } from '../../../shared/flow/problems.ts';
import type { TenantTx } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { speakAhead, speakFlow } from '../prompts/flow-speech.ts';
import type { SpeechSource } from '../prompts/speech-source.ts';
import { bind, type BoundRoute, type RequestContext } from '../support/binding.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { createCalendar, deleteCalendar, listCalendars, updateCalendar } from './calendars.service.ts';
import { orderDraftCall } from './draft-call.service.ts';
import type { DraftCallsLive } from './draft-calls-live.ts';
import { flowContext, flowLibrary, type FlowLibraryRows } from './flow-context.ts';
import { activate, cancelSchedule, listVersions, publish, versionDetail } from './flow-versions.service.ts';
import { createFlow, deleteFlow, discardDraft, flowDetail, listFlows, renameFlow, saveDraft } from './flows.service.ts';

export interface FlowRouteDeps {
  events: DomainEmitter;
  clock: Clock;
  /** Names of the shipped sounds. */
  promptNames: readonly string[];
  speech: SpeechSource;
  store: ObjectStore;
  draftCalls: DraftCallsLive;
  /** Runs a flow without a call. */
  runFlow: (given: RouteInput<typeof runs.runFlow>['body'], library: FlowLibraryRows, now: number) => runs.FlowRun;
}

/** Does the work, then tells the live side that its copy is old. */
const changing = (deps: FlowRouteDeps) =>
  async <T>(context: RequestContext, work: Parameters<typeof context.inTenant<T>>[0]): Promise<T> => {
    const done = await context.inTenant(work);
    deps.events.emit('configChanged', { tenantId: context.session.tenantId, area: 'flows' });
    return done;
  };

export const flowRoutes = (deps: FlowRouteDeps): BoundRoute[] => [...editRoutes(), ...versionRoutes(deps), ...calendarRoutes(deps)];

/** Nothing of this changes what calls run. */
const editRoutes = (): BoundRoute[] => [
  bind(flows.listFlows, ({ query }, context) => context.inTenant((tx) => listFlows(tx, query))),
  bind(flows.createFlow, ({ body }, context) => context.inTenant((tx) => createFlow(tx, body))),
  bind(flows.getFlow, ({ params }, context) => context.inTenant((tx) => flowDetail(tx, params.id))),
  bind(flows.updateFlow, ({ params, body }, context) => context.inTenant((tx) => renameFlow(tx, params.id, body.name))),
  bind(flows.deleteFlow, ({ params }, context) => context.inTenant((tx) => deleteFlow(tx, params.id))),
  bind(flows.saveFlowDraft, ({ params, body }, context) => context.inTenant((tx) => saveDraft(tx, params.id, body))),
  bind(flows.discardFlowDraft, ({ params }, context) => context.inTenant((tx) => discardDraft(tx, params.id))),
];

function versionRoutes(deps: FlowRouteDeps): BoundRoute[] {
  const change = changing(deps);
  const contextOf = async (tx: TenantTx) => flowContext(tx, { sounds: deps.promptNames, speech: [...(await deps.speech.of(tx)).keys()] });
  const speak = (tx: TenantTx) => (flow: Flow) => speakFlow(tx, deps, flow);
  /** A draft with an error is refused before anything of it is spoken. */
  const ahead = async (context: RequestContext, id: string): Promise<void> => {
    const { flow, problems } = await context.inTenant(async (tx) => {
      const { draft, definition } = await flowDetail(tx, id);
      return { flow: draft ?? definition, problems: lintFlow(draft ?? definition, await contextOf(tx)) };
    });
    if (!hasErrors(problems)) await speakAhead(deps, context, flow);
  };
  return [
    bind(flows.checkFlow, ({ body }, context) => context.inTenant(async (tx) => ({ problems: lintFlow(body.definition, await contextOf(tx)) }))),
    bind(runs.runFlow, ({ body }, context) => context.inTenant(async (tx) => deps.runFlow(body, await flowLibrary(tx), deps.clock.wall()))),
    bind(flows.publishFlow, async ({ params, body }, context) => {
      await ahead(context, params.id);
      return change(context, async (tx) => publish(tx, params.id, body, { now: deps.clock.wall(), context: await contextOf(tx), speak: speak(tx) }));
    }),
    bind(draftCalls.startDraftCall, async ({ params, body }, context) => {
      const { tenantId, userId } = context.session;
      deps.draftCalls.admit(tenantId, userId);
      await ahead(context, params.id);
      const order = await change(context, (tx) => orderDraftCall(tx, params.id, body, speak(tx)));
      return { ticket: deps.draftCalls.order(tenantId, { ...order, userId, ip: context.ip }) };
    }),
    bind(flows.listFlowVersions, ({ params, query }, context) => context.inTenant((tx) => listVersions(tx, params.id, query.before))),
    bind(flows.getFlowVersion, ({ params }, context) => context.inTenant((tx) => versionDetail(tx, params.id, params.version))),
    bind(flows.activateFlowVersion, ({ params, body }, context) => change(context, (tx) => activate(tx, params.id, params.version, body.at, deps.clock.wall()))),
    bind(flows.cancelFlowSchedule, ({ params }, context) => context.inTenant((tx) => cancelSchedule(tx, params.id))),
  ];
}

function calendarRoutes(deps: FlowRouteDeps): BoundRoute[] {
  const change = changing(deps);
  return [
    bind(calendars.listCalendars, ({ query }, context) => context.inTenant((tx) => listCalendars(tx, query))),
    bind(calendars.createCalendar, ({ body }, context) => change(context, (tx) => createCalendar(tx, body))),
    bind(calendars.updateCalendar, ({ params, body }, context) => change(context, (tx) => updateCalendar(tx, params.id, body))),
    bind(calendars.deleteCalendar, ({ params }, context) => change(context, (tx) => deleteCalendar(tx, params.id))),
  ];
}
