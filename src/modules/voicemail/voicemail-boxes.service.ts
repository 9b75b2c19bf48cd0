import type { z } from 'zod';
import type { createVoicemailBox, updateVoicemailBox, VoicemailBox } from '../../../shared/api/voicemail.ts';
import type { TenantTx } from '../../db/types.ts';
import { AppError, invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import type { Session } from '../support/binding.ts';
import { changesOf, isoOrNull, recordOf, withoutUndefined } from '../support/records.ts';
import { queueNames, userNames } from '../support/references.ts';
import { countMessages, findBox, insertBox, listBoxRows, membersOfBoxes, patchBox, setMembers, type BoxRow } from './voicemail-boxes.queries.ts';

type Given = z.output<typeof createVoicemailBox.body>;

/** What is sealed of a box. */
export interface BoxContent {
  /** Null: nobody listens by telephone. */
  pin: string | null;
  recipients: string[];
  /** Since when there are any, ISO 8601: messages from before are not told of. */
  mailedSince: string | null;
}

const place = (id: string) => ({ table: 'voicemail_boxes', column: 'sealed', id });

export const openBox = (tx: TenantTx, row: Pick<BoxRow, 'id' | 'sealed'>): BoxContent => tx.vault.open<BoxContent>(place(row.id), row.sealed);

async function views(tx: TenantTx, rows: readonly BoxRow[]): Promise<VoicemailBox[]> {
  const ids = rows.map(({ id }) => id);
  const members = await membersOfBoxes(tx, ids);
  const counts = await countMessages(tx, ids);
  return rows.map((row) => ({
    ...recordOf(row),
    number: row.number,
    name: row.name,
    greeting: row.greeting,
    retentionDays: row.retention_days,
    active: row.active,
    ...(members.get(row.id) ?? { memberIds: [], queueIds: [] }),
    recipients: openBox(tx, row).recipients,
    hasPin: row.has_pin,
    lockedUntil: isoOrNull(row.pin_locked_until),
    ...(counts.get(row.id) ?? { newMessages: 0, heardMessages: 0 }),
  }));
}

async function viewOf(tx: TenantTx, id: string): Promise<VoicemailBox> {
  const row = await findBox(tx, id);
  const [view] = row ? await views(tx, [row]) : [];
  if (!view) throw notFound('voicemail box');
  return view;
}

/** The boxes that the session may listen to. */
export async function listBoxes(tx: TenantTx, session: Session): Promise<VoicemailBox[]> {
  const boxes = await views(tx, await listBoxRows(tx, session));
  return session.permissions.has('settings.manage') ? boxes : boxes.map((box) => ({ ...box, recipients: [] }));
}

/** @throws AppError `invalid` */
async function demandSense(tx: TenantTx, { memberIds, queueIds, greeting }: Pick<Given, 'memberIds' | 'queueIds' | 'greeting'>, sounds: readonly string[]): Promise<void> {
  const [users, queues] = [await userNames(tx, memberIds), await queueNames(tx, queueIds)];
  const own = greeting === '' || sounds.includes(greeting) ? true : await tx.db.selectFrom('prompts').select('id').where('name', '=', greeting).executeTakeFirst();
  const errors = [
    ...(memberIds.every((id) => users.has(id)) ? [] : [{ path: 'body.memberIds', message: 'no such user' }]),
    ...(queueIds.every((id) => queues.has(id)) ? [] : [{ path: 'body.queueIds', message: 'no such queue' }]),
    ...(own ? [] : [{ path: 'body.greeting', message: 'no such sound' }]),
  ];
  if (errors.length > 0) throw invalid('The voicemail box is not right.', { errors });
}

const valuesOf = (tx: TenantTx, id: string, given: Given, { pin, mailedSince }: Pick<BoxContent, 'pin' | 'mailedSince'>, now: Date) => ({
  number: given.number,
  name: given.name,
  greeting: given.greeting,
  retention_days: given.retentionDays,
  active: given.active,
  sealed: tx.vault.seal(place(id), { pin, recipients: given.recipients, mailedSince: given.recipients.length === 0 ? null : (mailedSince ?? now.toISOString()) } satisfies BoxContent),
  has_pin: pin !== null,
});

/** @param sounds names of the shipped sounds @throws AppError `invalid`, `duplicate` */
export async function createBox(tx: TenantTx, given: Given, sounds: readonly string[], now: Date): Promise<VoicemailBox> {
  await demandSense(tx, given, sounds);
  const id = newId();
  await insertBox(tx, id, valuesOf(tx, id, given, { pin: null, mailedSince: null }, now));
  await setMembers(tx, id, given);
  await tx.audit({ code: 'voicemail_box.created', subject: { kind: 'voicemailBox', id }, detail: { ...given } });
  return viewOf(tx, id);
}

/** @param sounds names of the shipped sounds @throws AppError `not_found`, `invalid`, `duplicate` */
export async function updateBox(tx: TenantTx, id: string, patch: z.output<typeof updateVoicemailBox.body>, sounds: readonly string[], now: Date): Promise<VoicemailBox> {
  const before = await viewOf(tx, id);
  const given = withoutUndefined(patch);
  const changes = changesOf(before, given);
  if (Object.keys(changes.after).length === 0) return before;
  const after = { ...before, ...given };
  await demandSense(tx, after, sounds);
  const row = await findBox(tx, id);
  if (!row) throw notFound('voicemail box');
  await patchBox(tx, id, valuesOf(tx, id, after, openBox(tx, row), now));
  await setMembers(tx, id, after);
  await tx.audit({ code: 'voicemail_box.updated', subject: { kind: 'voicemailBox', id }, detail: changes });
  return viewOf(tx, id);
}

/** Who is told of new messages, by box, and since when. */
export async function mailedBoxes(tx: TenantTx): Promise<Map<string, { recipients: string[]; since: Date }>> {
  const rows = await tx.db.selectFrom('voicemail_boxes').select(['id', 'sealed']).execute();
  return new Map(
    rows.flatMap((row) => {
      const { recipients, mailedSince } = openBox(tx, row);
      return mailedSince === null ? [] : [[row.id, { recipients, since: new Date(mailedSince) }] as const];
    }),
  );
}

/** Sets the PIN and ends a lock. Null: nobody listens by telephone. @throws AppError `not_found`, also for a box of others, `weak_pin` */
export async function setPin(tx: TenantTx, session: Session, id: string, pin: string | null): Promise<void> {
  const row = await findBox(tx, id);
  const isMember = (await listBoxRows(tx, session)).some((box) => box.id === id);
  if (!row || !(isMember || session.permissions.has('settings.manage'))) throw notFound('voicemail box');
  if (pin !== null && isWeak(pin, row.number)) throw new AppError('weak_pin', 422, 'This PIN is guessed at the first try.', { errors: [{ path: 'body.pin', message: 'too easy to guess' }] });
  const sealed = tx.vault.seal(place(id), { ...openBox(tx, row), pin } satisfies BoxContent);
  await patchBox(tx, id, { sealed, has_pin: pin !== null, pin_failures: 0, pin_locked_until: null });
  await tx.audit({ code: 'voicemail_box.pin_changed', subject: { kind: 'voicemailBox', id }, detail: { removed: pin === null } });
}

/** One digit again and again, a run of digits, or the box's own number. */
function isWeak(pin: string, number: string): boolean {
  return pin === number || new Set(pin).size === 1 || '01234567890'.includes(pin) || '09876543210'.includes(pin);
}
