import { createHash, createSign, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import type { NewPasskey, PasskeyAnswer } from '../../shared/api/passkeys.ts';

/** The parts of WebAuthn's options that an authenticator and its browser look at. */
export interface AskedKey {
  challenge: string;
  user?: { id: string };
  rp?: { id?: string };
  rpId?: string;
}

/** What a bad browser or authenticator does otherwise. */
export interface Deviation {
  origin?: string;
  rpId?: string;
  challenge?: string;
  type?: string;
  /** User presence and verification bits. */
  flags?: number;
  userHandle?: string | null;
  counter?: number;
}

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const HAS_KEY = 0x40;

const sha256 = (bytes: string | Buffer): Buffer => createHash('sha256').update(bytes).digest();
const uint = (value: number, bytes: number): Buffer => {
  const out = Buffer.alloc(bytes);
  out.writeUIntBE(value, 0, bytes);
  return out;
};

/** CBOR head of a byte string of less than 64 KiB (RFC 8949 section 3). */
const cborBytes = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0x59]), uint(bytes.length, 2), bytes]);

/** One key in software, with the browser around it: real ES256 signatures over real WebAuthn data, and every way to be wrong. */
export class SoftwareAuthenticator {
  readonly #key: KeyObject;
  readonly #publicKey: { x: Buffer; y: Buffer };
  readonly #origin: string;
  readonly credentialId = randomBytes(32);
  counter = 0;
  #userHandle = '';

  constructor(origin: string) {
    this.#origin = origin;
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.#key = privateKey;
    this.#publicKey = { x: Buffer.from(x, 'base64url'), y: Buffer.from(y, 'base64url') };
  }

  /** Makes the key known: `navigator.credentials.create` (WebAuthn section 6.3.2), attestation `none`. */
  create(asked: AskedKey, bad: Deviation = {}): NewPasskey {
    this.#userHandle = asked.user?.id ?? '';
    const cose = Buffer.concat([Buffer.from('a5010203262001215820', 'hex'), this.#publicKey.x, Buffer.from('225820', 'hex'), this.#publicKey.y]);
    const attested = Buffer.concat([Buffer.alloc(16), uint(this.credentialId.length, 2), this.credentialId, cose]);
    const authData = this.#authData(asked.rp?.id ?? '', bad, (bad.flags ?? (USER_PRESENT | USER_VERIFIED)) | HAS_KEY, attested);
    // {"fmt": "none", "attStmt": {}, "authData": bytes}
    const attestation = Buffer.concat([Buffer.from('a363666d74646e6f6e656761747453746d74a0686175746844617461', 'hex'), cborBytes(authData)]);
    const id = this.credentialId.toString('base64url');
    const response = { clientDataJSON: this.#clientData('webauthn.create', asked, bad).toString('base64url'), attestationObject: attestation.toString('base64url'), transports: ['internal'] };
    return { id, rawId: id, type: 'public-key', authenticatorAttachment: 'platform', response };
  }

  /** Signs a challenge: `navigator.credentials.get` (WebAuthn section 6.3.3). */
  sign(asked: AskedKey, bad: Deviation = {}): PasskeyAnswer {
    this.counter = bad.counter ?? this.counter + 1;
    const authData = this.#authData(asked.rpId ?? '', bad, bad.flags ?? (USER_PRESENT | USER_VERIFIED), Buffer.alloc(0));
    const clientData = this.#clientData('webauthn.get', asked, bad);
    const signature = createSign('sha256').update(Buffer.concat([authData, sha256(clientData)])).sign(this.#key);
    const id = this.credentialId.toString('base64url');
    const userHandle = bad.userHandle === undefined ? this.#userHandle : bad.userHandle;
    const response = { clientDataJSON: clientData.toString('base64url'), authenticatorData: authData.toString('base64url'), signature: signature.toString('base64url'), userHandle };
    return { id, rawId: id, type: 'public-key', response };
  }

  #clientData(type: string, asked: AskedKey, bad: Deviation): Buffer {
    return Buffer.from(JSON.stringify({ type: bad.type ?? type, challenge: bad.challenge ?? asked.challenge, origin: bad.origin ?? this.#origin, crossOrigin: false }));
  }

  #authData(rpId: string, bad: Deviation, flags: number, attested: Buffer): Buffer {
    return Buffer.concat([sha256(bad.rpId ?? rpId), Buffer.from([flags]), uint(this.counter, 4), attested]);
  }
}
