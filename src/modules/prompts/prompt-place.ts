import type { TenantVault } from '../../db/types.ts';
import { SEALED_CHUNK_BYTES, SealedStreamWriter } from '../../vault/stream.ts';

/** Folder of the uploaded sounds in the object store, one folder a tenant below it. */
export const PROMPTS_FOLDER = 'prompts';

/** Bound into every chunk of a sound's file, so that nothing of it opens at another path. */
export const promptBinding = (objectPath: string): string => `prompt/${objectPath}`;

/** What a media process needs to play a sealed sound. */
export interface SealedPrompt {
  /** Path in the object store. */
  objectPath: string;
  /** 32 bytes, base64. Never logged, never written. */
  key: string;
  associatedData: string;
}

/** Seals a WAV file for the store. The file lives at a path of its own, so its path names its key too. */
export function sealPrompt(vault: TenantVault, tenantId: string, fileId: string, wav: Buffer) {
  const objectPath = `${PROMPTS_FOLDER}/${tenantId}/${fileId}.sccr`;
  const { key, wrapped, keyVersion } = vault.newObjectKey(objectPath);
  // The header tells of recordings; a sound's own format is in the WAV file inside.
  const format = { sampleRate: 8000, channels: 1, codec: 'PCMU' } as const;
  const writer = new SealedStreamWriter(key, Buffer.from(promptBinding(objectPath), 'utf8'), format);
  const parts = [writer.header];
  for (let at = 0; at < wav.length; at += SEALED_CHUNK_BYTES) {
    parts.push(writer.seal(wav.subarray(at, at + SEALED_CHUNK_BYTES), at + SEALED_CHUNK_BYTES >= wav.length));
  }
  return { objectPath, sealed: Buffer.concat(parts), keyVersion, wrappedKey: wrapped };
}

/** Opens the key of a stored sound. @throws AppError `sealed_content_damaged` */
export function openPrompt(vault: TenantVault, row: { object_path: string; key_version: number; wrapped_key: Buffer }): SealedPrompt {
  const key = vault.unwrapObjectKey(row.object_path, row.wrapped_key, row.key_version);
  return { objectPath: row.object_path, key: key.toString('base64'), associatedData: promptBinding(row.object_path) };
}
