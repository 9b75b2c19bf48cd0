import type { CallScript } from '../../../shared/api/scripts.ts';
import { answersAsText, type ScriptAnswers, type ScriptDefinition } from '../../../shared/scripts.ts';
import type { TenantTx } from '../../db/types.ts';
import { AppError, invalid, notFound } from '../../lib/errors.ts';
import { createActivity } from '../activities/activities.service.ts';
import type { ActivityContent } from '../activities/activity-content.ts';
import { isOwn, type LiveCalls } from '../calls/calls.service.ts';
import type { Session } from '../support/binding.ts';
import { callRefs, findCallScript, findScript, findVersion, putCallScript, rewriteActivity, scriptInUse, scriptOfQueue } from './scripts.queries.ts';
import { definitionOf } from './scripts.service.ts';

const place = (callId: string) => ({ table: 'call_scripts', column: 'sealed', id: callId });
const NONE: CallScript = { scriptId: null, name: '', version: null, definition: null, answers: {} };

interface Deps {
  live: LiveCalls;
}

type Refs = NonNullable<Awaited<ReturnType<typeof callRefs>>>;

async function ownCall(tx: TenantTx, session: Session, { live }: Deps, callId: string, write: boolean): Promise<Refs> {
  const call = await callRefs(tx, callId);
  if (!call) throw notFound('call');
  if (isOwn(tx, session, live, call)) return call;
  if (!session.permissions.has('call.read.all')) throw notFound('call');
  if (write) throw new AppError('not_your_call', 403, 'Only the agent who handled the call can fill in its script.');
  return call;
}

async function viewOf(tx: TenantTx, scriptId: string, version: number, answers: ScriptAnswers): Promise<CallScript> {
  const script = await findScript(tx, scriptId);
  const stored = await findVersion(tx, scriptId, version);
  if (!script || !stored) throw notFound('script');
  return { scriptId, name: script.name, version, definition: definitionOf(stored.definition), answers };
}

/** The script of a call. @throws AppError `not_found`, also for a call that is not the session's to see */
export async function callScript(tx: TenantTx, session: Session, deps: Deps, callId: string): Promise<CallScript> {
  // A call that the agent dials is written a moment after it began; no queue says what to say in it.
  if (deps.live.isWith(tx.tenantId, callId, session.userId) && !(await callRefs(tx, callId))) return NONE;
  const call = await ownCall(tx, session, deps, callId, false);
  const kept = await findCallScript(tx, callId);
  if (kept) return viewOf(tx, kept.script_id, kept.version, tx.vault.open<ScriptAnswers>(place(callId), kept.sealed));
  const script = await scriptFor(tx, deps, call);
  return script?.version ? viewOf(tx, script.id, script.version, {}) : NONE;
}

/** What the flow chose, else what the queue has. The row of a call in progress knows of neither yet. */
async function scriptFor(tx: TenantTx, { live }: Deps, call: Refs) {
  const { queueId, scriptId } = live.queueOf(tx.tenantId, call.id) ?? { queueId: call.queue_id, scriptId: call.script_id };
  const chosen = scriptId === null ? undefined : await scriptInUse(tx, scriptId);
  return chosen ?? (queueId === null ? undefined : await scriptOfQueue(tx, queueId));
}

interface Given {
  scriptId: string;
  version: number;
  answers: ScriptAnswers;
}

/** Answers to fields of the script; of a card only the last four digits. */
function demandFit(definition: ScriptDefinition, answers: ScriptAnswers): void {
  const fields = new Map(definition.steps.flatMap((step) => step.fields.map((field) => [field.key, field] as const)));
  const errors = Object.entries(answers).flatMap(([key, answer]) => {
    const field = fields.get(key);
    const path = `body.answers.${key}`;
    if (!field) return [{ path, message: 'no such field' }];
    if (field.kind === 'card' && answer.replace(/\D/g, '').length > 4) return [{ path, message: 'only the last four digits of a card are kept' }];
    return field.kind === 'choice' && answer !== '' && !field.choices.includes(answer) ? [{ path, message: 'no such choice' }] : [];
  });
  if (errors.length > 0) throw invalid('The answers do not fit the script.', { errors });
}

/** Keeps the answers. @throws AppError `not_found`, `not_your_call`, `invalid` */
export async function saveCallScript(tx: TenantTx, session: Session, deps: Deps, callId: string, given: Given): Promise<CallScript> {
  const call = await ownCall(tx, session, deps, callId, true);
  const version = await findVersion(tx, given.scriptId, given.version);
  if (!version) throw invalid('There is no such script.', { errors: [{ path: 'body.scriptId', message: 'no such script' }] });
  const definition = definitionOf(version.definition);
  demandFit(definition, given.answers);
  const kept = await findCallScript(tx, callId);
  const activityId = await writeActivity(tx, call, kept?.activity_id ?? null, answersAsText(definition, given.answers));
  await putCallScript(tx, { callId, scriptId: given.scriptId, version: given.version, activityId, sealed: tx.vault.seal(place(callId), given.answers) });
  await tx.audit({ code: 'call.script_answered', subject: { kind: 'call', id: callId }, detail: { ...given } });
  return viewOf(tx, given.scriptId, given.version, given.answers);
}

/** The answers as a note on the timeline; later ones rewrite it. Null while nobody knows whose timeline. */
async function writeActivity(tx: TenantTx, call: Refs, known: string | null, text: string): Promise<string | null> {
  const { customer_id: customerId, case_id: caseId } = call;
  if (customerId === null || text === '') return known;
  if (known === null) return (await createActivity(tx, { customerId, caseId, callId: call.id, text }, call.started_at.getTime())).id;
  await rewriteActivity(tx, known, { customerId, caseId, sealed: tx.vault.seal({ table: 'activities', column: 'sealed', id: known }, { text } satisfies ActivityContent) });
  return known;
}

/** After customer or case of a call changed: its answers go along. */
export async function moveAnswers(tx: TenantTx, callId: string): Promise<void> {
  const kept = await findCallScript(tx, callId);
  const call = kept && (await callRefs(tx, callId));
  const version = kept && (await findVersion(tx, kept.script_id, kept.version));
  if (!call || !version) return;
  const answers = tx.vault.open<ScriptAnswers>(place(callId), kept.sealed);
  const activityId = await writeActivity(tx, call, kept.activity_id, answersAsText(definitionOf(version.definition), answers));
  await putCallScript(tx, { callId, scriptId: kept.script_id, version: kept.version, activityId, sealed: kept.sealed });
}
