import { OWN_SOUNDS, type Prompt } from '../../../shared/api/prompts.ts';
import type { TenantTx } from '../../db/types.ts';
import type { Clock } from '../../lib/clock.ts';
import { conflict, messageOf, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import type { Logger } from '../../lib/logger.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import type { RequestContext } from '../support/binding.ts';
import type { DomainEmitter } from '../support/domain-events.ts';
import { sealPrompt } from './prompt-place.ts';
import { deletePrompt, flowPlays, listPromptRows, lockPrompt, upsertPrompt, type PromptRow } from './prompts.queries.ts';
import type { SpeechLanguage } from './speech.ts';
import type { SpeechSource } from './speech-source.ts';
import { checkWav } from './wav-check.ts';

/** How long a replaced sound stays: calls in progress may have its path in hand, ms. */
const OLD_SOUND_MS = 10 * 60_000;

export interface PromptDeps {
  store: ObjectStore;
  clock: Clock;
  logger: Logger;
  events: DomainEmitter;
  /** Names of the shipped sounds; these can be replaced. */
  promptNames: readonly string[];
  speech: SpeechSource;
}

const isOwn = (name: string): boolean => name.startsWith(OWN_SOUNDS) && name.length > OWN_SOUNDS.length;

const viewOf = (name: string, row: PromptRow | undefined): Prompt => ({
  name,
  replaced: row !== undefined,
  own: isOwn(name),
  durationMs: row?.duration_ms ?? null,
  sizeBytes: row?.size_bytes ?? null,
  updatedAt: row?.updated_at.toISOString() ?? null,
  updatedBy: row?.updated_by ?? '',
});

/** Every sound that can be replaced, and by what it is. */
export async function listPrompts(deps: PromptDeps, tx: TenantTx): Promise<{ items: Prompt[]; nextCursor: null }> {
  const rows = new Map((await listPromptRows(tx)).map((row) => [row.name, row]));
  const own = [...rows.keys()].filter(isOwn);
  return { items: [...own, ...deps.promptNames].map((name) => viewOf(name, rows.get(name))), nextCursor: null };
}

/**
 * Replaces a sound. The file is sealed and stored under a new name before the change is committed, so that a call in progress hears
 * the old or the new sound, never half of one.
 * @throws AppError `not_found`, `invalid`
 */
export async function replacePrompt(deps: PromptDeps, context: RequestContext, name: string, file: Buffer): Promise<Prompt> {
  if (!isOwn(name) && !deps.promptNames.includes(name)) throw notFound('sound');
  const durationMs = checkWav(file);
  const { tenantId } = context.session;
  const sizeBytes = file.length;
  const { sealed, ...place } = await context.inTenant((tx) => Promise.resolve(sealPrompt(tx.vault, tenantId, newId(), file)));
  const { objectPath } = place;
  await deps.store.put(objectPath, sealed);
  const done = await context
    .inTenant(async (tx) => {
      const before = await lockPrompt(tx, name);
      const row = await upsertPrompt(tx, newId(), name, { ...place, sizeBytes, durationMs });
      await tx.audit({ code: 'prompt.replaced', subject: { kind: 'prompt', id: row.id }, detail: { name, sizeBytes, durationMs } });
      return { row, oldPath: before?.object_path ?? null };
    })
    .catch(async (error: unknown) => {
      await deps.store.delete(objectPath);
      throw error;
    });
  deps.events.emit('configChanged', { tenantId, area: 'prompts' });
  if (done.oldPath) deleteLater(deps, done.oldPath);
  return viewOf(name, done.row);
}

/** What a restart forgets here, `sweepPrompts` finds. */
function deleteLater({ clock, store, logger }: PromptDeps, path: string): void {
  clock.after(OLD_SOUND_MS, () => {
    store.delete(path).catch((error: unknown) => logger.warn({ path, reason: messageOf(error) }, 'A replaced sound could not be deleted.'));
  });
}

/** Has a text spoken, outside of any transaction. @throws AppError `no_speech_provider`, and as the provider does */
export async function speakText({ speech }: Pick<PromptDeps, 'speech'>, context: RequestContext, text: string, language: SpeechLanguage): Promise<Buffer> {
  const provider = (await context.inTenant((tx) => speech.of(tx))).get(language);
  if (!provider) throw conflict('no_speech_provider', 'Nothing here can speak text in this language.');
  return provider.speak(text, language);
}

/** Has text spoken as a sound. @throws AppError as `replacePrompt` and `speakText` */
export async function speakPrompt(deps: PromptDeps, context: RequestContext, name: string, text: string, language: SpeechLanguage): Promise<Prompt> {
  if (!isOwn(name) && !deps.promptNames.includes(name)) throw notFound('sound');
  return replacePrompt(deps, context, name, await speakText(deps, context, text, language));
}

/**
 * Goes back to the shipped sound; no fault when it was never replaced. One of the tenant's own is removed.
 * @throws AppError `not_found`, `prompt_in_use`
 */
export async function restorePrompt(deps: PromptDeps, context: RequestContext, name: string): Promise<void> {
  if (!isOwn(name) && !deps.promptNames.includes(name)) throw notFound('sound');
  const oldPath = await context.inTenant(async (tx) => {
    const row = await lockPrompt(tx, name);
    if (!row) {
      if (isOwn(name)) throw notFound('sound');
      return null;
    }
    if (isOwn(name) && (await flowPlays(tx, name))) throw conflict('prompt_in_use', 'A flow or a voicemail box plays this sound.');
    await deletePrompt(tx, name);
    await tx.audit({ code: 'prompt.removed', subject: { kind: 'prompt', id: row.id }, detail: { name } });
    return row.object_path;
  });
  if (oldPath === null) return;
  deps.events.emit('configChanged', { tenantId: context.session.tenantId, area: 'prompts' });
  deleteLater(deps, oldPath);
}
