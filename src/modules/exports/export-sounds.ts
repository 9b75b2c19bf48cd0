import type { Actor, WithTenant } from '../../db/types.ts';
import { notFound } from '../../lib/errors.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { openSealedStream } from '../../vault/stream.ts';
import { wavOf, type VirtualFile } from '../../vault/wav.ts';
import { promptBinding } from '../prompts/prompt-place.ts';
import { recordingBinding, recordingKey } from '../recordings/recording-place.ts';
import { openSound, sourceOf } from '../recordings/recording-sound.ts';
import { isDamage } from './export-damage.ts';
import type { Sound } from './export-target.ts';

/** Recordings whose keys are in memory at a time. */
const PAGE = 50;

type Store = Pick<ObjectStore, 'info' | 'read'>;

export interface SoundDeps {
  withTenant: WithTenant;
  store: Store;
}

const KEPT = ['complete', 'interrupted'] as const;

/** One damaged key does not keep the other sounds from going out. */
function keyOrNull(unwrap: () => Buffer): Buffer | null {
  try {
    return unwrap();
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}

/** Recordings and messages by id, up to a moment; those after `lastId`. */
export async function* recordingSounds({ withTenant, store }: SoundDeps, tenantId: string, actor: Actor, lastId: string | null, until: Date): AsyncGenerator<Sound> {
  let last = lastId;
  for (;;) {
    const page = await withTenant(tenantId, actor, async (tx) => {
      let query = tx.db.selectFrom('recordings').select(['id', 'kind', 'status', 'created_at', 'object_path', 'wrapped_key', 'key_version']);
      query = query.where('status', 'in', KEPT).where('created_at', '<=', until).orderBy('id').limit(PAGE);
      const rows = await (last === null ? query : query.where('id', '>', last)).execute();
      return rows.map((row) => ({ row, key: keyOrNull(() => recordingKey(tx, row)) }));
    });
    for (const { row, key } of page) {
      const month = row.created_at.toISOString().slice(0, 7);
      yield {
        path: `${row.kind === 'voicemail' ? 'voicemails' : 'recordings'}/${month}/${row.id}.wav`,
        source: 'recording',
        storePath: row.object_path,
        key,
        boundTo: recordingBinding(tenantId, row.id),
        open: (path) => (key ? openSound(store, tenantId, { ...row, object_path: path }, key) : Promise.reject(notFound('key'))),
      };
    }
    if (page.length < PAGE) return;
    last = page.at(-1)?.row.id ?? null;
  }
}

/** What a tenant has uploaded or had spoken: sealed as the WAV file that it was. */
export async function promptSounds({ withTenant, store }: SoundDeps, tenantId: string, actor: Actor): Promise<Sound[]> {
  const rows = await withTenant(tenantId, actor, async (tx) => {
    const found = await tx.db.selectFrom('prompts').select(['id', 'object_path', 'wrapped_key', 'key_version']).orderBy('id').execute();
    return found.map((row) => ({ id: row.id, storePath: row.object_path, key: keyOrNull(() => tx.vault.unwrapObjectKey(row.object_path, row.wrapped_key, row.key_version)) }));
  });
  return rows.map(({ id, storePath, key }) => {
    const boundTo = promptBinding(storePath);
    return { path: `prompts/${id}.wav`, source: 'prompt', storePath, key, boundTo, open: (path) => (key ? openWhole(store, path, key, boundTo) : Promise.reject(notFound('key'))) };
  });
}

/** A sealed stream whose content is the file itself. @throws SealedStreamError, AppError `not_found` */
export async function openWhole(store: Store, storePath: string, key: Buffer, boundTo: string): Promise<VirtualFile> {
  return openSealedStream({ source: await sourceOf(store, storePath), key, associatedData: Buffer.from(boundTo, 'utf8'), requireComplete: true });
}

/** A sound in an export, whose recording may be gone meanwhile. @throws SealedStreamError, AppError `not_found` */
export async function openKeptSound(store: Store, sound: { source: string; storePath: string; key: Buffer; boundTo: string }): Promise<VirtualFile> {
  if (sound.source === 'prompt') return openWhole(store, sound.storePath, sound.key, sound.boundTo);
  return wavOf(await openSealedStream({ source: await sourceOf(store, sound.storePath), key: sound.key, associatedData: Buffer.from(sound.boundTo, 'utf8') }));
}
