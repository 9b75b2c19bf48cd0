/** Ephemeral keys from bytes of the caller's (RFC 8422): X25519 and P-256. */
import { createECDH, createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import { ALERT, DtlsError } from './errors.ts';
import { GROUP } from './numbers.ts';

export interface Ephemeral {
  group: number;
  /** 32 bytes. */
  secret: Buffer;
  publicKey: Buffer;
}

/** Groups that we can, best first. */
export const GROUPS: readonly number[] = [GROUP.x25519, GROUP.p256];

/** DER around the 32 bytes of an X25519 key (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex');
const SPKI = Buffer.from('302a300506032b656e032100', 'hex');

const x25519Private = (secret: Buffer): KeyObject => createPrivateKey({ key: Buffer.concat([PKCS8, secret]), format: 'der', type: 'pkcs8' });

/** @param random 32 bytes that nobody can guess @throws DtlsError for an unknown group */
export function makeEphemeral(group: number, random: Buffer): Ephemeral {
  const secret = Buffer.from(random);
  // Below the order of P-256; X25519 sets bits of its own.
  secret.writeUInt8(secret.readUInt8(0) & 0x7f, 0);
  if (group === GROUP.x25519) {
    const publicKey = createPublicKey(x25519Private(secret)).export({ format: 'der', type: 'spki' }).subarray(SPKI.length);
    return { group, secret, publicKey };
  }
  if (group !== GROUP.p256) throw new DtlsError(ALERT.illegalParameter, 'a group we do not know');
  const ecdh = createECDH('prime256v1');
  return guarded(() => {
    ecdh.setPrivateKey(secret);
    return { group, secret, publicKey: ecdh.getPublicKey() };
  });
}

/** The shared secret. @throws DtlsError when the peer's key is no point of the curve, or of small order */
export function agree({ group, secret }: Ephemeral, peerKey: Buffer): Buffer {
  if (group === GROUP.x25519) {
    if (peerKey.length !== 32) throw badKey();
    const publicKey = createPublicKey({ key: Buffer.concat([SPKI, peerKey]), format: 'der', type: 'spki' });
    return guarded(() => diffieHellman({ privateKey: x25519Private(secret), publicKey }));
  }
  // Uncompressed points only (RFC 8422 section 5.4.1).
  if (peerKey.length !== 65 || peerKey[0] !== 4) throw badKey();
  const ecdh = createECDH('prime256v1');
  return guarded(() => {
    ecdh.setPrivateKey(secret);
    return ecdh.computeSecret(peerKey);
  });
}

const badKey = (): DtlsError => new DtlsError(ALERT.illegalParameter, 'the key of the key exchange is bad');

function guarded<Made>(make: () => Made): Made {
  try {
    return make();
  } catch {
    throw badKey();
  }
}
