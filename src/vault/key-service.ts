import { messageOf } from '../lib/errors.ts';

/** Names of an installation and a purpose, which a service binds to what it wraps: with others it does not open (additional authenticated data). */
export type WrapContext = Readonly<Record<string, string>>;

/** A key as a service wrapped it. */
export interface WrappedKey {
  /** The service's key, by its whole name (ARN). */
  keyId: string;
  ciphertext: Buffer;
}

/** What a service says of one of its keys. */
export interface ServiceKey {
  /** Its whole name (ARN), whatever it was asked by. */
  keyId: string;
  /** In the service's words: `Enabled`, `Disabled`, `PendingDeletion` and others. */
  state: string;
  /** When it will be deleted; null = that is not planned. */
  deletionAt: Date | null;
}

/** Whether two names (ARN) are of one key; replicas of a multi-Region key are, in whatever region. */
export const isSameServiceKey = (a: string, b: string): boolean => a === b || (a.includes(':key/mrk-') && a.split('/').at(-1) === b.split('/').at(-1));

/** Keeps keys that never leave it, and wraps ours under one of them. Every method throws KeyServiceError. */
export interface KeyService {
  /** Where its keys are. */
  readonly region: string;
  /** The key that new keys are wrapped under, as it was configured. */
  readonly keyId: string;
  wrap(plain: Buffer, context: WrapContext): Promise<WrappedKey>;
  unwrap(wrapped: WrappedKey, context: WrapContext): Promise<Buffer>;
  /** Puts it under the configured key; within a region the plain key does not leave the service. */
  rewrap(wrapped: WrappedKey, context: WrapContext): Promise<WrappedKey>;
  /** @param keyId the configured key when left out */
  describe(keyId?: string): Promise<ServiceKey>;
}

/** What can go wrong, and what helps. */
const REMEDIES = {
  unreachable: 'The product starts again once it answers. Look at the network (docs/operations.md, "A key service").',
  credentials: 'Give this machine valid credentials: a role of the machine or container, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; look at its clock.',
  denied: 'Allow it in the IAM policy of this machine and in the policy of the key (docs/operations.md, "A key service").',
  disabled: 'Enable the key again in the key service.',
  pending_deletion: 'CANCEL THE DELETION of the key now, then enable it; once it is deleted, only a safe copy (keys import-master) helps.',
  not_found: 'Look at SCC_KMS_KEY_ID and the region. A key that was deleted does not come back: keys import-master with the safe copy.',
  wrong_key: 'The file was made under another key: put the right master key file back, or keys import-master with the safe copy.',
  wrong_context: 'The file belongs to another installation or was changed: put the right master key file back, or keys import-master with the safe copy.',
  unusable: 'A symmetric key for encryption (SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT) is needed, and it must be in a state to be used.',
  failed: 'See what the service said.',
} as const;

export type KeyServiceFault = keyof typeof REMEDIES;

export interface FaultPlace {
  /** What was asked, for example `kms:Decrypt`. */
  action: string;
  keyId: string;
  region: string;
}

const MOST_WORDS = 300;

/** A key service did not do what it was asked. The message names the key and the region and says what helps; there is no secret in it. */
export class KeyServiceError extends Error {
  readonly kind: KeyServiceFault;

  /** @param cause what the library threw; only its words are kept, because it knows the request, which may hold a key */
  constructor(kind: KeyServiceFault, { action, keyId, region }: FaultPlace, cause: unknown) {
    const words = messageOf(cause).slice(0, MOST_WORDS).replaceAll(/[\r\n]+/g, ' ').trim();
    super(`Key service, ${action} with ${keyId} in ${region}: ${SUMMARIES[kind]}${words === '' ? '' : ` (${words.replace(/\.$/, '')})`}. ${REMEDIES[kind]}`);
    this.name = 'KeyServiceError';
    this.kind = kind;
  }

  /** Whether the same question may be answered later without anybody doing anything. */
  get passes(): boolean {
    return this.kind === 'unreachable';
  }
}

const SUMMARIES: Readonly<Record<KeyServiceFault, string>> = {
  unreachable: 'it does not answer',
  credentials: 'it does not know who we are',
  denied: 'we are not allowed to',
  disabled: 'the key is disabled',
  pending_deletion: 'the key is waiting to be deleted',
  not_found: 'there is no such key',
  wrong_key: 'the wrapped master key is not of this key',
  wrong_context: 'the wrapped master key and its encryption context do not belong together',
  unusable: 'the key cannot be used for this',
  failed: 'it failed',
};
