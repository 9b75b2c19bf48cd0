import { createHash, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '../lib/canonical-json.ts';
import { messageOf } from '../lib/errors.ts';
import type { WrapContext, WrappedKey } from './key-service.ts';
import { MASTER_KEY_BYTES, MasterKey, MasterKeyError } from './master-key.ts';

const FORMAT = 'scc-wrapped-master-key/1';

/** The master key as a key service wrapped it. Nothing in it is secret, but without it the service opens nothing. */
const wrappedSchema = z.strictObject({
  format: z.literal(FORMAT),
  service: z.literal('aws-kms'),
  keyId: z.string().min(1),
  context: z.record(z.string(), z.string()),
  wrapped: z.base64().min(1),
  // Tells damage from what the service refuses: it is no protection, which is the service's part.
  sha256: z.hex(),
});

/** What a master key file holds: the key itself, or what a key service made of it. */
export type MasterKeyContent = { kind: 'plain' } | { kind: 'wrapped'; wrapped: WrappedKey; context: WrapContext };

const sumOf = (rest: object): string => createHash('sha256').update(canonicalJson(rest)).digest('hex');

/** The text of a file with a wrapped master key. */
export function wrappedFileText({ keyId, ciphertext }: WrappedKey, context: WrapContext): string {
  const rest = { format: FORMAT, service: 'aws-kms', keyId, context, wrapped: ciphertext.toString('base64') };
  return `${JSON.stringify({ ...rest, sha256: sumOf(rest) }, null, 2)}\n`;
}

/** Who may read the file. */
function accessFault(path: string): string | null {
  const { mode, uid } = statSync(path);
  const us = process.getuid?.();
  if (us !== undefined && us !== 0 && uid !== us) return `The master key file ${path} belongs to another user.`;
  if ((mode & 0o077) !== 0) return `The master key file ${path} can be read by others (mode ${(mode & 0o777).toString(8)}); run: chmod 600 ${path}`;
  return null;
}

function parseWrapped(text: string): MasterKeyContent | null {
  try {
    const { sha256, ...rest } = wrappedSchema.parse(JSON.parse(text));
    if (sumOf(rest) !== sha256) return null;
    return { kind: 'wrapped', wrapped: { keyId: rest.keyId, ciphertext: Buffer.from(rest.wrapped, 'base64') }, context: rest.context };
  } catch {
    return null;
  }
}

/**
 * Looks at an existing master key file, and opens nothing.
 * @throws MasterKeyError with one clear sentence
 */
export function readMasterKeyFile(path: string): MasterKeyContent {
  const fault = accessFault(path);
  if (fault) throw new MasterKeyError(fault);
  const bytes = readFileSync(path);
  // A key may begin with a brace, but not like this; a file that was cut does, whatever its length.
  const start = bytes.subarray(0, 5).toString('latin1');
  if (start === '{\n  "' || (start.startsWith('{') && bytes.length !== MASTER_KEY_BYTES)) {
    const content = parseWrapped(bytes.toString('utf8'));
    if (content) return content;
    throw new MasterKeyError(`The master key file ${path} holds a wrapped key that is damaged; put the right file back from your safe copy.`);
  }
  if (bytes.length !== MASTER_KEY_BYTES) {
    throw new MasterKeyError(`The master key file ${path} has ${bytes.length} bytes instead of ${MASTER_KEY_BYTES}; put the right file back from your safe copy.`);
  }
  return { kind: 'plain' };
}

/** What is wrong with an existing master key file, or null. */
export function masterKeyFault(path: string): string | null {
  try {
    readMasterKeyFile(path);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

export function syncFolderOf(path: string): void {
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/** A new file beside `path`, whole and on the disk. @returns its path */
function writeBeside(path: string, content: Buffer | string): string {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.new`;
  rmSync(temporary, { force: true });
  const file = openSync(temporary, 'wx', 0o600);
  try {
    const bytes = Buffer.from(content);
    writeSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return temporary;
}

/** Puts a new master key file there whole or not at all; when two starters race, the first one's stays. */
export function createMasterKeyFile(path: string, content: Buffer | string): void {
  const temporary = writeBeside(path, content);
  try {
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  syncFolderOf(path);
}

/** Puts a master key file in the place of another: who looks sees one or the other, also after a crash. */
export function replaceMasterKeyFile(path: string, content: Buffer | string): void {
  renameSync(writeBeside(path, content), path);
  syncFolderOf(path);
}

/** Where the next master key waits while the old one's place is taken (see db/master-rotation.ts). */
export const nextMasterKeyFile = (path: string): string => `${path}.next`;

/** @throws MasterKeyError always */
export function missingMasterKey(path: string): never {
  throw new MasterKeyError(`The master key file ${path} is missing, but there is data sealed with it; put the file back from your safe copy.`);
}

/**
 * Reads a master key file that holds the key itself, making it first when `create` is set.
 * @param create only for an installation without data: a new key does not open old data
 * @throws MasterKeyError with one clear sentence
 */
export function loadMasterKey(path: string, create: boolean): MasterKey {
  if (!existsSync(path)) {
    if (!create) missingMasterKey(path);
    createMasterKeyFile(path, randomBytes(MASTER_KEY_BYTES));
  }
  if (readMasterKeyFile(path).kind !== 'plain') throw new MasterKeyError(`The master key file ${path} is wrapped by a key service.`);
  return new MasterKey(readFileSync(path));
}
