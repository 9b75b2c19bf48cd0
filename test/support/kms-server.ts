/**
 * A key service at the edge of the network: AWS KMS's JSON protocol over HTTP for the actions that the product uses, with keys of its own
 * that never leave it, AES-256-GCM, encryption contexts, aliases, states, policies, and signatures (Signature Version 4) that are verified.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const REGION = 'ap-northeast-1';
const ACCOUNT = '111122223333';
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const ID_BYTES = 36;

type Context = Record<string, string>;

interface Fault {
  type: string;
  message: string;
}

class KmsFault extends Error {
  readonly fault: Fault;

  constructor(type: string, message: string) {
    super(message);
    this.fault = { type, message };
  }
}

/** One key: its material by version, the newest last. KMS keeps the older ones when it rotates a key. */
interface ServerKey {
  id: string;
  arn: string;
  materials: Buffer[];
  state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  deletionAt: number | null;
}

export interface KmsRequest {
  action: string;
  keyId: string | undefined;
  context: Context | undefined;
}

const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text, 'utf8').digest();
const sha256 = (text: Buffer | string): string => createHash('sha256').update(text).digest('hex');

/** Additional authenticated data: order does not count in an encryption context. */
const bound = (id: string, context: Context = {}): Buffer => Buffer.from(JSON.stringify([id, Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1))]));

export class KmsServer {
  /** Who may ask. */
  readonly credentials = { accessKeyId: 'AKIATESTOFTHEPRODUCT', secretAccessKey: randomBytes(20).toString('hex') };
  readonly region = REGION;
  /** What was asked and answered with success or failure, oldest first. */
  readonly requests: KmsRequest[] = [];
  /** Actions that the policy denies. */
  readonly denied = new Set<string>();
  /** What every request is answered with; null = as it should be. */
  outage: { status: number; type: string } | 'hangs' | null = null;
  /** Requests that met an outage. */
  unanswered = 0;
  /** Damages what is decrypted, as no real service does. */
  lies = false;
  readonly #keys = new Map<string, ServerKey>();
  readonly #aliases = new Map<string, string>();
  #server: Server | null = null;
  #port = 0;

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What a process needs in its environment to be let in. */
  get environment(): Record<string, string> {
    const { accessKeyId, secretAccessKey } = this.credentials;
    return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: REGION, SCC_KMS_ENDPOINT: this.endpoint };
  }

  /** Listens; the second time on the port of the first. */
  async listen(): Promise<void> {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    await new Promise<void>((resolve) => this.#server?.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Gone, with every connection. */
  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise<void>((resolve) => (this.#server ? this.#server.close(() => resolve()) : resolve()));
    this.#server = null;
  }

  /** @returns the ARN */
  addKey(alias?: string, id: string = randomUUID()): string {
    const arn = `arn:aws:kms:${REGION}:${ACCOUNT}:key/${id}`;
    this.#keys.set(id, { id, arn, materials: [randomBytes(32)], state: 'Enabled', deletionAt: null });
    if (alias !== undefined) this.pointAlias(alias, arn);
    return arn;
  }

  pointAlias(alias: string, arn: string): void {
    this.#aliases.set(`alias/${alias}`, this.#find(arn).id);
  }

  setState(arn: string, state: ServerKey['state']): void {
    Object.assign(this.#find(arn), { state, deletionAt: state === 'PendingDeletion' ? Date.now() + 7 * 86_400_000 : null });
  }

  /** New material: what it encrypts from now on; what was encrypted before still opens. */
  rotate(arn: string): void {
    this.#find(arn).materials.push(randomBytes(32));
  }

  /** What happens when the waiting time of a deletion is over. */
  forget(arn: string): void {
    this.#keys.delete(this.#find(arn).id);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    if (this.outage) this.unanswered += 1;
    if (this.outage === 'hangs') return;
    const answer = (status: number, value: object): void => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() });
      response.end(JSON.stringify(value));
    };
    try {
      if (this.outage) return answer(this.outage.status, { __type: this.outage.type, message: 'Rate exceeded or internal failure.' });
      this.#demandSignature(request, body);
      answer(200, this.#act(String(request.headers['x-amz-target']), JSON.parse(body.toString('utf8')) as Record<string, unknown>));
    } catch (error) {
      if (!(error instanceof KmsFault)) return answer(500, { __type: 'KMSInternalException', message: String(error) });
      answer(400, { __type: error.fault.type, message: error.fault.message });
    }
  }

  /** Signature Version 4 (AWS documentation, "Create a signed request"): made anew from what came in, and compared. */
  #demandSignature(request: IncomingMessage, body: Buffer): void {
    const { accessKeyId, secretAccessKey } = this.credentials;
    const match = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/kms\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(request.headers.authorization ?? '');
    if (!match) throw new KmsFault('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
    const [, id = '', day = '', region = '', names = '', given = ''] = match;
    if (id !== accessKeyId) throw new KmsFault('UnrecognizedClientException', 'The security token included in the request is invalid.');
    if (region !== REGION) throw new KmsFault('InvalidSignatureException', `Credential should be scoped to a valid region, not '${region}'.`);
    for (const needed of ['host', 'x-amz-date', 'x-amz-target']) if (!names.split(';').includes(needed)) throw new KmsFault('IncompleteSignature', `'${needed}' must be signed.`);
    const at = String(request.headers['x-amz-date']);
    const time = Date.parse(at.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
    if (!(Math.abs(Date.now() - time) < 300_000) || !at.startsWith(day)) throw new KmsFault('InvalidSignatureException', 'Signature expired.');
    const headers = names.split(';').map((name) => `${name}:${String(request.headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}\n`).join('');
    const canonical = [request.method, '/', '', headers, names, sha256(body)].join('\n');
    const scope = `${day}/${region}/kms/aws4_request`;
    const key = ['kms', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${secretAccessKey}`, day), region));
    const expected = hmac(key, ['AWS4-HMAC-SHA256', at, scope, sha256(canonical)].join('\n'));
    if (!timingSafeEqual(expected, Buffer.from(given, 'hex'))) throw new KmsFault('InvalidSignatureException', 'The request signature we calculated does not match the signature you provided.');
  }

  #act(target: string, input: Record<string, unknown>): object {
    const action = target.replace('TrentService.', '');
    const keyId = (input['KeyId'] ?? input['DestinationKeyId']) as string | undefined;
    const context = (input['EncryptionContext'] ?? input['SourceEncryptionContext']) as Context | undefined;
    this.requests.push({ action, keyId, context });
    if (this.denied.has(action)) {
      throw new KmsFault('AccessDeniedException', `User: arn:aws:iam::${ACCOUNT}:user/scc is not authorized to perform: kms:${action} because no identity-based policy allows the kms:${action} action`);
    }
    const blob = (name: string): Buffer => Buffer.from(String(input[name]), 'base64');
    switch (action) {
      case 'DescribeKey': {
        const key = this.#find(keyId);
        return { KeyMetadata: { Arn: key.arn, KeyId: key.id, KeyState: key.state, KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT', ...(key.deletionAt === null ? {} : { DeletionDate: key.deletionAt / 1000 }) } };
      }
      case 'Encrypt':
        return this.#encrypt(this.#usable(keyId), blob('Plaintext'), context);
      case 'Decrypt': {
        const { key, plain } = this.#decrypt(blob('CiphertextBlob'), keyId, context);
        if (this.lies) plain[0] = (plain[0] ?? 0) ^ 1;
        return { KeyId: key.arn, Plaintext: plain.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
      }
      case 'ReEncrypt': {
        const { key, plain } = this.#decrypt(blob('CiphertextBlob'), input['SourceKeyId'] as string | undefined, context);
        return { ...this.#encrypt(this.#usable(keyId), plain, input['DestinationEncryptionContext'] as Context | undefined), SourceKeyId: key.arn };
      }
      default:
        throw new KmsFault('UnknownOperationException', action);
    }
  }

  /** By ARN of a key or an alias, `alias/NAME`, or id. */
  #find(name: string | undefined): ServerKey {
    const last = name?.startsWith('arn:') ? (name.split(':')[5] ?? '') : (name ?? '');
    const key = this.#keys.get(this.#aliases.get(last) ?? last.replace('key/', ''));
    if (!key) throw new KmsFault('NotFoundException', `Key '${name}' does not exist`);
    return key;
  }

  #usable(name: string | undefined): ServerKey {
    const key = this.#find(name);
    if (key.state === 'Disabled') throw new KmsFault('DisabledException', `${key.arn} is disabled.`);
    if (key.state === 'PendingDeletion') throw new KmsFault('KMSInvalidStateException', `${key.arn} is pending deletion.`);
    return key;
  }

  #encrypt(key: ServerKey, plain: Buffer, context: Context | undefined): object {
    const nonce = randomBytes(NONCE_BYTES);
    const version = key.materials.length - 1;
    const cipher = createCipheriv('aes-256-gcm', key.materials[version] ?? '', nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(bound(key.id, context));
    const body = Buffer.concat([cipher.update(plain), cipher.final()]);
    const blob = Buffer.concat([Buffer.from(key.id), Buffer.from([version]), nonce, cipher.getAuthTag(), body]);
    return { KeyId: key.arn, CiphertextBlob: blob.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
  }

  #decrypt(blob: Buffer, name: string | undefined, context: Context | undefined): { key: ServerKey; plain: Buffer } {
    const named = name === undefined ? undefined : this.#find(name);
    const key = this.#keys.get(blob.subarray(0, ID_BYTES).toString('latin1'));
    if (!key) throw new KmsFault('InvalidCiphertextException', '');
    if (named && named.id !== key.id) throw new KmsFault('IncorrectKeyException', 'The key ID in the request does not identify a CMK that can perform this operation.');
    this.#usable(key.arn);
    const nonceAt = ID_BYTES + 1;
    const bodyAt = nonceAt + NONCE_BYTES + TAG_BYTES;
    try {
      const decipher = createDecipheriv('aes-256-gcm', key.materials[blob[ID_BYTES] ?? 0] ?? '', blob.subarray(nonceAt, nonceAt + NONCE_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(bound(key.id, context));
      decipher.setAuthTag(blob.subarray(nonceAt + NONCE_BYTES, bodyAt));
      return { key, plain: Buffer.concat([decipher.update(blob.subarray(bodyAt)), decipher.final()]) };
    } catch {
      throw new KmsFault('InvalidCiphertextException', '');
    }
  }
}

/** A key service that listens. */
export async function startKms(): Promise<KmsServer> {
  const server = new KmsServer();
  await server.listen();
  return server;
}
