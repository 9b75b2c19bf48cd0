import type { z } from 'zod';
import type { Call, wrapUpSchema } from '../../../shared/api/calls.ts';
import type { TenantTx } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { AppError, invalid, notFound } from '../../lib/errors.ts';
import { moveAnswers } from '../scripts/call-script.service.ts';
import type { Session } from '../support/binding.ts';
import { changesOf, withoutUndefined } from '../support/records.ts';
import { wrapUpTree } from '../wrap-up-codes/wrap-up-codes.queries.ts';
import { canBeChosen } from '../wrap-up-codes/wrap-up-tree.ts';
import { EMPTY_CALL_CONTENT, type CallContent } from './call-content.ts';
import { customerExists, customerOfCase, lockCall, wrapUpGroupOf, writeWrapUp } from './calls.queries.ts';
import { callPlace, callViewsById, isOwn, type LiveCalls } from './calls.service.ts';

/** How long a saved wrap-up can be taken back, ms. */
const UNDO_WITHIN_MS = 10 * 60_000;

interface Deps {
  live: LiveCalls;
  clock: Clock;
}

/** What an agent says about a call. */
interface WrapUp {
  wrapUpCodeId: string | null;
  customerId: string | null;
  caseId: string | null;
  note: string;
}

/** What a saved wrap-up replaced. */
interface Before extends WrapUp {
  wrappedUpBy?: string | undefined;
}

type CallLock = NonNullable<Awaited<ReturnType<typeof lockCall>>>;

const beforePlace = (id: string) => ({ table: 'calls', column: 'sealed_wrap_up_before', id });

/** The call's row, locked. @throws AppError `not_found`, `not_your_call` (for those who may read all calls) */
async function lockOwn(tx: TenantTx, session: Session, live: LiveCalls, id: string): Promise<CallLock> {
  const row = await lockCall(tx, id);
  if (!row) throw notFound('call');
  if (isOwn(tx, session, live, row)) return row;
  if (!session.permissions.has('call.read.all')) throw notFound('call');
  throw new AppError('not_your_call', 403, 'Only the agent who handled the call can wrap it up.');
}

function storedIn(tx: TenantTx, row: CallLock): { content: CallContent; wrapUp: WrapUp } {
  const content = { ...EMPTY_CALL_CONTENT, ...tx.vault.open<Partial<CallContent>>(callPlace(row.id), row.sealed) };
  return { content, wrapUp: { wrapUpCodeId: row.wrap_up_code_id, customerId: row.customer_id, caseId: row.case_id, note: content.note } };
}

async function viewById(tx: TenantTx, id: string): Promise<Call> {
  const call = (await callViewsById(tx, [id])).get(id);
  if (!call) throw notFound('call');
  return call;
}

/**
 * Writes what the agent says about a call, during or after it.
 * @throws AppError `not_found`, `not_your_call`, `invalid`
 */
export async function wrapUpCall(tx: TenantTx, session: Session, { live, clock }: Deps, id: string, given: z.output<typeof wrapUpSchema>): Promise<Call> {
  const row = await lockOwn(tx, session, live, id);
  const { content, wrapUp: before } = storedIn(tx, row);
  const after: WrapUp = { ...before, ...withoutUndefined(given) };
  if (isOthers(content, session)) after.note = joined(before.note, after.note);
  await demandKnown(tx, row, before, after);
  const changes = changesOf(before, after);
  if (Object.keys(changes.after).length === 0) return viewById(tx, id);
  const { note, ...links } = after;
  const sealed = tx.vault.seal(callPlace(id), { ...content, note, wrappedUpBy: session.userId } satisfies CallContent);
  await writeWrapUp(tx, id, { ...links, sealed, wrappedUpAt: new Date(clock.wall()), sealedBefore: tx.vault.seal(beforePlace(id), { ...before, wrappedUpBy: content.wrappedUpBy } satisfies Before) });
  if (after.customerId !== before.customerId || after.caseId !== before.caseId) await moveAnswers(tx, id);
  await tx.audit({ code: 'call.wrapped_up', subject: { kind: 'call', id }, detail: changes });
  return viewById(tx, id);
}

const isOthers = ({ wrappedUpBy }: CallContent, { userId }: Session): boolean => wrappedUpBy !== undefined && wrappedUpBy !== userId;

/** A call that went through several hands has the notes of all: what a colleague wrote stays, in front, unless it is in the text already. */
const joined = (before: string, note: string): string => (note.includes(before) ? note : `${before}\n${note}`.trimEnd());

/**
 * Takes the last saved wrap-up back, if it was saved by who asks.
 * @throws AppError `not_found`, `not_your_call`, `nothing_to_undo`, `too_late`
 */
export async function undoWrapUp(tx: TenantTx, session: Session, { live, clock }: Deps, id: string): Promise<Call> {
  const row = await lockOwn(tx, session, live, id);
  const { content, wrapUp: before } = storedIn(tx, row);
  if (!row.wrapped_up_at || !row.sealed_wrap_up_before || isOthers(content, session)) throw new AppError('nothing_to_undo', 409, 'There is no saved wrap-up to take back.');
  if (clock.wall() - row.wrapped_up_at.getTime() > UNDO_WITHIN_MS) throw new AppError('too_late', 409, 'This wrap-up was saved too long ago to be taken back.');
  const { note, wrappedUpBy, ...links } = tx.vault.open<Before>(beforePlace(id), row.sealed_wrap_up_before);
  const { wrappedUpBy: _, ...rest } = content;
  const sealed = tx.vault.seal(callPlace(id), { ...rest, note, ...(wrappedUpBy !== undefined && { wrappedUpBy }) } satisfies CallContent);
  await writeWrapUp(tx, id, { ...links, sealed, wrappedUpAt: null, sealedBefore: null });
  await tx.audit({ code: 'call.wrap_up_undone', subject: { kind: 'call', id }, detail: changesOf(before, { ...links, note }) });
  return viewById(tx, id);
}

const wrong = (field: string, what: string): AppError => invalid(`There is no such ${what}.`, { errors: [{ path: `body.${field}`, message: `no such ${what}` }] });

/** What is chosen anew must be the tenant's and open to choice; a retired code stays valid on calls that have it. */
async function demandKnown(tx: TenantTx, row: CallLock, before: WrapUp, after: WrapUp): Promise<void> {
  if (after.wrapUpCodeId && after.wrapUpCodeId !== before.wrapUpCodeId) {
    if (!canBeChosen(await wrapUpTree(tx), after.wrapUpCodeId, await wrapUpGroupOf(tx, row.queue_id))) throw wrong('wrapUpCodeId', 'wrap-up code');
  }
  if (after.customerId && after.customerId !== before.customerId && !(await customerExists(tx, after.customerId))) throw wrong('customerId', 'customer');
  if (after.caseId && (after.caseId !== before.caseId || after.customerId !== before.customerId)) {
    const customerId = await customerOfCase(tx, after.caseId);
    if (customerId === undefined || customerId !== after.customerId) throw wrong('caseId', 'case');
  }
}
