import { timingSafeEqual } from 'node:crypto';
import { existsSync, linkSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { shredFile } from '../lib/shred.ts';
import { isSameServiceKey, type KeyService, type WrapContext, type WrappedKey } from './key-service.ts';
import { nextMasterKeyFile, readMasterKeyFile, replaceMasterKeyFile, syncFolderOf, wrappedFileText } from './master-key-file.ts';
import { MASTER_KEY_BYTES, MasterKeyError } from './master-key.ts';
import { contextOf, demandService, openMasterBytes, wrapMasterKey, type MasterKeyPlace } from './open-master-key.ts';

/** Steps of a move, in order; told so that a test can end the process behind each of them. */
export type MoveStep = 'wrapped' | 'kept' | 'placed' | 'opened' | 'shredded';

export interface Moved {
  /** What was done: nothing, wrapped for the first time, or put from one key of the service under another. */
  done: 'nothing' | 'wrapped' | 'rewrapped';
  /** The service's key that it is under now. */
  keyId: string;
  /** A copy that was not wrapped was overwritten and removed. */
  shredded: boolean;
}

/** The key as it was, until the wrapped one has been opened in its place. */
export const plainCopyOf = (path: string): string => `${path}.plain`;

/** What killed processes were writing: never in use, and a key where one was on its way into a file. */
function unfinishedOf(path: string): string[] {
  const isUnfinished = (name: string): boolean => name.startsWith(`${basename(path)}.`) && /^\.\d+\.new$/.test(name.slice(basename(path).length));
  return readdirSync(dirname(path)).filter(isUnfinished).map((name) => join(dirname(path), name));
}

/** Copies of the key beside a wrapped one that are not wrapped: the next move removes them. */
export const plainCopiesBeside = (path: string): string[] =>
  [plainCopyOf(path), ...unfinishedOf(path)].filter((copy) => existsSync(copy) && statSync(copy).size === MASTER_KEY_BYTES);

/** Before a ceremony, which nobody else is at (see db/master-lock.ts). @throws MasterKeyError */
async function prepare(path: string): Promise<void> {
  if (existsSync(nextMasterKeyFile(path))) throw new MasterKeyError('A change of the master key was interrupted. Finish it with: npm run scc -- keys rotate-master');
  for (const file of unfinishedOf(path)) await shredFile(file);
}

/** @throws MasterKeyError when what the service opens is not this key */
async function demandOpens(service: KeyService, wrapped: WrappedKey, context: WrapContext, key: Buffer): Promise<void> {
  const opened = await service.unwrap(wrapped, context);
  const isSame = opened.length === key.length && timingSafeEqual(opened, key);
  opened.fill(0);
  if (!isSame) throw new MasterKeyError(`The key service opens another key than it was given under ${wrapped.keyId}; nothing was changed.`);
}

/** Wraps the key of a plain file and puts the wrapped one in its place. Both are there, and both open, until the caller removes the copy. */
async function wrapInPlace(path: string, service: KeyService, at: (step: MoveStep) => void): Promise<void> {
  const copy = plainCopyOf(path);
  const key = readFileSync(path);
  try {
    const context = contextOf(path);
    const wrapped = await service.wrap(key, context);
    await demandOpens(service, wrapped, context, key);
    at('wrapped');
    if (existsSync(copy) && !readFileSync(copy).equals(key)) throw new MasterKeyError(`${copy} holds another key. Set it aside first.`);
    rmSync(copy, { force: true });
    linkSync(path, copy);
    at('kept');
    replaceMasterKeyFile(path, wrappedFileText(wrapped, context));
    at('placed');
  } finally {
    key.fill(0);
  }
}

async function rewrapInPlace(path: string, service: KeyService, wrapped: WrappedKey, context: WrapContext): Promise<void> {
  const [key, moved] = [await service.unwrap(wrapped, context), await service.rewrap(wrapped, context)];
  try {
    await demandOpens(service, moved, context, key);
  } finally {
    key.fill(0);
  }
  replaceMasterKeyFile(path, wrappedFileText(moved, context));
}

/** Removes the copy that is not wrapped, after the wrapped one has been opened where it is now. */
async function shredCopy(path: string, service: KeyService, at: (step: MoveStep) => void): Promise<boolean> {
  const copy = plainCopyOf(path);
  const content = readMasterKeyFile(path);
  if (content.kind !== 'wrapped' || !existsSync(copy)) return false;
  const key = readFileSync(copy);
  await demandOpens(service, content.wrapped, content.context, key).finally(() => key.fill(0));
  at('opened');
  await shredFile(copy);
  at('shredded');
  return true;
}

/**
 * Puts the master key under the configured key of a service: from a plain file, or from another key of the service. Whatever interrupts
 * it, the file in place opens, and the next run finishes.
 * @throws MasterKeyError, KeyServiceError; nothing was changed then, or the next run goes on
 */
export async function moveToService(place: MasterKeyPlace, at: (step: MoveStep) => void = () => undefined): Promise<Moved> {
  const { masterKeyFile: path } = place;
  if (!place.kms) throw new MasterKeyError('Set SCC_KMS_KEY_ID first: the key of the service that the master key is to be wrapped under.');
  await prepare(path);
  const service = demandService(place);
  const content = readMasterKeyFile(path);
  let done: Moved['done'] = 'nothing';
  if (content.kind === 'plain') {
    await wrapInPlace(path, service, at);
    done = 'wrapped';
  } else if (!isSameServiceKey((await service.describe()).keyId, content.wrapped.keyId)) {
    await rewrapInPlace(path, service, content.wrapped, content.context);
    done = 'rewrapped';
  }
  const shredded = await shredCopy(path, service, at);
  const now = readMasterKeyFile(path);
  return { done, keyId: now.kind === 'wrapped' ? now.wrapped.keyId : '', shredded };
}

/**
 * Puts the master key back into a plain file. One rename: an interruption leaves one or the other, and both open.
 * @returns false when it lay there already
 * @throws MasterKeyError, KeyServiceError
 */
export async function moveToFile(place: MasterKeyPlace): Promise<boolean> {
  const { masterKeyFile: path } = place;
  await prepare(path);
  if (readMasterKeyFile(path).kind === 'plain') return false;
  const key = await openMasterBytes(place);
  try {
    replaceMasterKeyFile(path, key);
  } finally {
    key.fill(0);
  }
  await shredFile(plainCopyOf(path));
  return true;
}

/**
 * Puts a master key from a safe copy in its place, wrapped where a service is configured. What was there is kept beside it.
 * @param now for the old file's name
 * @returns where the old file is; null when there was none
 * @throws MasterKeyError, KeyServiceError
 */
export async function putMasterKey(place: MasterKeyPlace, key: Buffer, now: Date): Promise<string | null> {
  const { masterKeyFile: path } = place;
  if (key.length !== MASTER_KEY_BYTES) throw new MasterKeyError(`A master key has ${MASTER_KEY_BYTES} bytes, this one has ${key.length}.`);
  await prepare(path);
  const content = place.kms ? await wrapMasterKey(demandService(place), key, contextOf(path)) : key;
  const old = existsSync(path) ? oldMasterKeyFile(path, now) : null;
  if (old !== null && !existsSync(old)) linkSync(path, old);
  replaceMasterKeyFile(path, content);
  return old;
}

/** Where a master key file goes when another takes its place. */
export const oldMasterKeyFile = (path: string, now: Date): string => `${path}.old-${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;

/** The next master key takes the place of the old one, which is kept. @returns where */
export function takePlace(path: string, now: Date): string {
  const old = oldMasterKeyFile(path, now);
  if (!existsSync(old)) linkSync(path, old);
  renameSync(nextMasterKeyFile(path), path);
  syncFolderOf(path);
  return old;
}
