import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { systemClock, type Clock } from '../lib/clock.ts';
import type { Config } from '../lib/config.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { AwsKeyService } from './aws-key-service.ts';
import { handedMasterKey } from './handed-key.ts';
import { KeyServiceError, type KeyService, type WrapContext } from './key-service.ts';
import { createMasterKeyFile, missingMasterKey, readMasterKeyFile, wrappedFileText } from './master-key-file.ts';
import { MASTER_KEY_BYTES, MasterKey, MasterKeyError } from './master-key.ts';

/** Where the master key is: in its file, as it is or wrapped by a key service. */
export type MasterKeyPlace = Pick<Config, 'masterKeyFile'> & Partial<Pick<Config, 'kms'>>;

/** How a process came to the master key. */
export type MasterKeyWay = 'file' | 'kms' | 'parent';

export interface OpenKeyOptions {
  /** Makes it where it is missing; only for an installation without data: a new key does not open old data. */
  create?: boolean;
  /** What a new key is bound to; a new installation's when left out. */
  context?: WrapContext;
  /** How long a key service that does not answer is asked again, ms. */
  patienceMs?: number;
  clock?: Clock;
  logger?: Logger;
}

/** Commands ask again for so long. */
const PATIENCE_MS = 10_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/** What the key is bound to: this use, and an installation, whose name a policy in the key service may demand. */
const newContext = (): WrapContext => ({ application: 'smart-contact-center', purpose: 'master-key', installation: randomUUID() });

/** The context of the file that is there; a new one where there is none, or it is not wrapped, or damaged. */
export function contextOf(masterKeyFile: string): WrapContext {
  try {
    const content = readMasterKeyFile(masterKeyFile);
    return content.kind === 'wrapped' ? content.context : newContext();
  } catch {
    return newContext();
  }
}

/** The configured key service. @throws MasterKeyError when a file needs one and none is configured */
export function demandService({ masterKeyFile, kms }: MasterKeyPlace): KeyService {
  if (!kms) throw new MasterKeyError(`The master key file ${masterKeyFile} is wrapped by a key service: set SCC_KMS_KEY_ID to the key that it names.`);
  return new AwsKeyService(kms);
}

/** The text of a file that holds `key` under the configured key of a service. @throws KeyServiceError */
export async function wrapMasterKey(service: KeyService, key: Buffer, context: WrapContext): Promise<string> {
  return wrappedFileText(await service.wrap(key, context), context);
}

/** Asks a service that does not answer again, with longer and longer pauses. @throws KeyServiceError */
async function patiently<T>(ask: () => Promise<T>, { patienceMs = PATIENCE_MS, clock = systemClock, logger }: OpenKeyOptions): Promise<T> {
  const end = clock.monotonic() + patienceMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof KeyServiceError) || !error.passes || clock.monotonic() + pauseMs > end) throw error;
      logger?.warn({ pauseMs, error: messageOf(error) }, 'the key service does not answer; it is asked again');
    }
    await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
  }
}

/**
 * The 32 bytes of the master key. Whoever asks for them overwrites them as soon as they are used.
 * @throws MasterKeyError, KeyServiceError
 */
export async function openMasterBytes(place: MasterKeyPlace, options: OpenKeyOptions = {}): Promise<Buffer> {
  const { masterKeyFile } = place;
  if (!existsSync(masterKeyFile)) missingMasterKey(masterKeyFile);
  const content = readMasterKeyFile(masterKeyFile);
  if (content.kind === 'plain') return readFileSync(masterKeyFile);
  const service = demandService(place);
  const key = await patiently(() => service.unwrap(content.wrapped, content.context), options);
  if (key.length === MASTER_KEY_BYTES) return key;
  throw new MasterKeyError(`The master key file ${masterKeyFile} holds ${key.length} bytes under ${content.wrapped.keyId} instead of ${MASTER_KEY_BYTES}.`);
}

async function createMasterKey({ masterKeyFile, kms }: MasterKeyPlace, options: OpenKeyOptions): Promise<void> {
  const key = randomBytes(MASTER_KEY_BYTES);
  try {
    createMasterKeyFile(masterKeyFile, kms ? await patiently(() => wrapMasterKey(new AwsKeyService(kms), key, options.context ?? newContext()), options) : key);
  } finally {
    key.fill(0);
  }
}

/**
 * Opens the master key: the one way to it for all processes and commands.
 * @throws MasterKeyError, KeyServiceError with one clear sentence and what helps
 */
export async function openMasterKey(place: MasterKeyPlace, options: OpenKeyOptions = {}): Promise<MasterKey> {
  const handed = handedMasterKey();
  if (handed) return handed;
  if (!existsSync(place.masterKeyFile) && options.create) await createMasterKey(place, options);
  const bytes = await openMasterBytes(place, options);
  try {
    return new MasterKey(bytes);
  } finally {
    bytes.fill(0);
  }
}

/** How this process comes to the key, and under which key of a service it is. */
export function masterKeyWay({ masterKeyFile }: MasterKeyPlace): { way: MasterKeyWay; keyId: string } {
  if (handedMasterKey()) return { way: 'parent', keyId: '' };
  const content = readMasterKeyFile(masterKeyFile);
  return content.kind === 'plain' ? { way: 'file', keyId: '' } : { way: 'kms', keyId: content.wrapped.keyId };
}

/**
 * The product does not start with a key on the disk where a key service is configured.
 * @throws MasterKeyError
 */
export function demandPlaceAsConfigured({ masterKeyFile, kms }: MasterKeyPlace): void {
  if (!kms || !existsSync(masterKeyFile) || readMasterKeyFile(masterKeyFile).kind === 'wrapped') return;
  throw new MasterKeyError(`SCC_KMS_KEY_ID is set, but the master key lies in ${masterKeyFile} as it is. Move it: npm run scc -- keys to-kms`);
}
