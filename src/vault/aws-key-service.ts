import type * as Sdk from '@aws-sdk/client-kms';
import type { KmsConfig } from '../lib/config.ts';
import { isLoopbackHost } from '../lib/public-address.ts';
import { KeyServiceError, type FaultPlace, type KeyService, type KeyServiceFault, type ServiceKey, type WrapContext, type WrappedKey } from './key-service.ts';

/** One answer takes some ten milliseconds; a start must not hang on one that never comes, ms. */
const ANSWER_LIMIT_MS = 8_000;

/** Codes of the service (AWS KMS API Reference, "Common Errors" and the errors of each action). */
const FAULTS: Readonly<Record<string, KeyServiceFault>> = {
  AccessDeniedException: 'denied',
  OptInRequired: 'denied',
  CredentialsProviderError: 'credentials',
  TokenProviderError: 'credentials',
  ExpiredTokenException: 'credentials',
  IncompleteSignature: 'credentials',
  InvalidClientTokenId: 'credentials',
  InvalidSignatureException: 'credentials',
  MissingAuthenticationTokenException: 'credentials',
  NotAuthorized: 'credentials',
  UnrecognizedClientException: 'credentials',
  DisabledException: 'disabled',
  NotFoundException: 'not_found',
  IncorrectKeyException: 'wrong_key',
  InsecureEndpointError: 'failed',
  InvalidCiphertextException: 'wrong_context',
  InvalidKeyUsageException: 'unusable',
  KMSInvalidStateException: 'unusable',
  DependencyTimeoutException: 'unreachable',
  KeyUnavailableException: 'unreachable',
  KMSInternalException: 'unreachable',
  LimitExceededException: 'unreachable',
  RequestExpired: 'credentials',
  ServiceUnavailable: 'unreachable',
  ThrottlingException: 'unreachable',
};

/** A request carries the plain key. */
class InsecureEndpointError extends Error {
  constructor(host: string) {
    super(`${host} is not asked without TLS.`);
    this.name = 'InsecureEndpointError';
  }
}

function faultOf(error: unknown): KeyServiceFault {
  const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  // Without a status nothing came back at all: refused, not found, cut off or too late.
  return FAULTS[name] ?? (status === undefined || status >= 500 ? 'unreachable' : 'failed');
}

/** Region and last part (`key/ID`, `alias/NAME`) of an ARN; null for a name that is none. */
function arnParts(keyId: string): { region: string; resource: string } | null {
  const [arn, , service, region = '', , resource = ''] = keyId.split(':');
  return arn === 'arn' && service === 'kms' ? { region, resource } : null;
}

/** One line for every request, for counters. */
export type OnRequest = (action: string, outcome: 'ok' | KeyServiceFault) => void;

/** AWS KMS, and services that speak its protocol. The library is loaded with the first request. */
export class AwsKeyService implements KeyService {
  readonly region: string;
  readonly keyId: string;
  readonly #endpoint: string | null;
  readonly #onRequest: OnRequest;
  readonly #limitMs: number;
  readonly #clients = new Map<string, Sdk.KMSClient>();

  /** @param limitMs how long one answer may take */
  constructor({ keyId, region, endpoint }: KmsConfig, onRequest: OnRequest = () => undefined, limitMs = ANSWER_LIMIT_MS) {
    this.region = region;
    this.keyId = keyId;
    this.#endpoint = endpoint;
    this.#onRequest = onRequest;
    this.#limitMs = limitMs;
  }

  async wrap(plain: Buffer, context: WrapContext): Promise<WrappedKey> {
    return this.#ask('Encrypt', this.keyId, async (sdk, client, limit) => {
      const { CiphertextBlob: blob, KeyId: keyId } = await client.send(new sdk.EncryptCommand({ KeyId: this.keyId, Plaintext: plain, EncryptionContext: { ...context } }), limit);
      return wrappedOf(blob, keyId);
    });
  }

  async unwrap(wrapped: WrappedKey, context: WrapContext): Promise<Buffer> {
    const keyId = this.#nearest(wrapped.keyId);
    return this.#ask('Decrypt', keyId, async (sdk, client, limit) => {
      const { Plaintext: plain } = await client.send(new sdk.DecryptCommand({ KeyId: keyId, CiphertextBlob: wrapped.ciphertext, EncryptionContext: { ...context } }), limit);
      if (!plain) throw new Error('The answer holds no key.');
      return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
    });
  }

  async rewrap(wrapped: WrappedKey, context: WrapContext): Promise<WrappedKey> {
    const from = this.#nearest(wrapped.keyId);
    if (this.#regionOf(from) !== this.region) {
      // No service re-encrypts across regions.
      const plain = await this.unwrap(wrapped, context);
      return this.wrap(plain, context).finally(() => plain.fill(0));
    }
    return this.#ask('ReEncrypt', this.keyId, async (sdk, client, limit) => {
      const keys = { CiphertextBlob: wrapped.ciphertext, SourceKeyId: from, DestinationKeyId: this.keyId };
      const bound = { SourceEncryptionContext: { ...context }, DestinationEncryptionContext: { ...context } };
      const { CiphertextBlob: blob, KeyId: keyId } = await client.send(new sdk.ReEncryptCommand({ ...keys, ...bound }), limit);
      return wrappedOf(blob, keyId);
    });
  }

  async describe(given?: string): Promise<ServiceKey> {
    const asked = given === undefined ? this.keyId : this.#nearest(given);
    return this.#ask('DescribeKey', asked, async (sdk, client, limit) => {
      const { KeyMetadata: key } = await client.send(new sdk.DescribeKeyCommand({ KeyId: asked }), limit);
      return { keyId: key?.Arn ?? asked, state: key?.KeyState ?? 'unknown', deletionAt: key?.DeletionDate ?? null };
    });
  }

  /** A multi-Region key opens with each of its replicas: the configured one is taken in the place of the one that wrapped. */
  #nearest(keyId: string): string {
    const resource = arnParts(keyId)?.resource;
    return resource?.startsWith('key/mrk-') && arnParts(this.keyId)?.resource === resource ? this.keyId : keyId;
  }

  #regionOf(keyId: string): string {
    return arnParts(keyId)?.region ?? this.region;
  }

  async #ask<T>(action: string, keyId: string, ask: (sdk: typeof Sdk, client: Sdk.KMSClient, limit: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    const region = this.#regionOf(keyId);
    const sdk = await import('@aws-sdk/client-kms');
    try {
      const answer = await ask(sdk, this.#client(sdk, region), { abortSignal: AbortSignal.timeout(this.#limitMs) });
      this.#onRequest(action, 'ok');
      return answer;
    } catch (error) {
      const place = { action: `kms:${action}`, keyId, region };
      const kind = await this.#kindOf(error, action, place);
      this.#onRequest(action, kind);
      throw new KeyServiceError(kind, place, error);
    }
  }

  /** A key that waits for its deletion gives the same code as one in other wrong states: asked for its state, where that is allowed. */
  async #kindOf(error: unknown, action: string, { keyId }: FaultPlace): Promise<KeyServiceFault> {
    if ((error as Error).name !== 'KMSInvalidStateException') return faultOf(error);
    if (action === 'DescribeKey') return 'unusable';
    const state = await this.describe(keyId).then(
      (key) => key.state,
      () => ((error as Error).message.includes('pending deletion') ? 'PendingDeletion' : ''),
    );
    return state.startsWith('Pending') && state.endsWith('Deletion') ? 'pending_deletion' : 'unusable';
  }

  #client(sdk: typeof Sdk, region: string): Sdk.KMSClient {
    const known = this.#clients.get(region);
    if (known) return known;
    // Tries are repeated by who asks, who knows how long is worth waiting.
    const client = new sdk.KMSClient({ region, maxAttempts: 1, ...(this.#endpoint === null ? {} : { endpoint: this.#endpoint }) });
    client.middlewareStack.add(
      (next) => (args) => {
        const { protocol, hostname } = args.request as { protocol: string; hostname: string };
        // Also what a variable or profile of the AWS library names as the endpoint.
        if (protocol !== 'https:' && !isLoopbackHost(hostname)) throw new InsecureEndpointError(hostname);
        return next(args);
      },
      { step: 'finalizeRequest', name: 'demandTls' },
    );
    this.#clients.set(region, client);
    return client;
  }
}

function wrappedOf(blob: Uint8Array | undefined, keyId: string | undefined): WrappedKey {
  if (!blob || keyId === undefined) throw new Error('The answer holds no wrapped key.');
  return { keyId, ciphertext: Buffer.from(blob) };
}
