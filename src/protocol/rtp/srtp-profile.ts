import { createCipheriv } from 'node:crypto';

/** Protection profiles by their SDES names (RFC 4568 section 6.2, RFC 7714 section 14.2). */
export type SrtpProfile = 'AES_CM_128_HMAC_SHA1_80' | 'AES_CM_128_HMAC_SHA1_32' | 'AEAD_AES_128_GCM';

/** Sizes in bytes. */
export interface SrtpSizes {
  key: number;
  salt: number;
  rtpTag: number;
  rtcpTag: number;
}

/** The short tag of `_32` is for RTP only; SRTCP keeps 80 bits (RFC 4568 section 6.2.2). */
export const SRTP_SIZES: Readonly<Record<SrtpProfile, SrtpSizes>> = {
  AES_CM_128_HMAC_SHA1_80: { key: 16, salt: 14, rtpTag: 10, rtcpTag: 10 },
  AES_CM_128_HMAC_SHA1_32: { key: 16, salt: 14, rtpTag: 4, rtcpTag: 10 },
  AEAD_AES_128_GCM: { key: 16, salt: 12, rtpTag: 16, rtcpTag: 16 },
};

/** Master key and master salt one after the other, as SDES writes them (`inline:`). */
export const srtpKeyBytes = (profile: SrtpProfile): number => SRTP_SIZES[profile].key + SRTP_SIZES[profile].salt;

/** Keys of one direction for RTP or for RTCP. */
export interface SrtpSessionKeys {
  cipherKey: Buffer;
  /** HMAC-SHA1 key, 20 bytes; unused by AEAD. */
  authKey: Buffer;
  salt: Buffer;
}

/** RFC 3711 section 4.3.2: labels of the six session keys. */
const LABELS = { rtp: { cipher: 0, auth: 1, salt: 2 }, rtcp: { cipher: 3, auth: 4, salt: 5 } } as const;

/**
 * AES in counter mode as the pseudo-random function of RFC 3711 section 4.3.3, key derivation rate 0. A shorter salt stands
 * at the left (RFC 7714 section 11).
 */
export function deriveSrtpKey(masterKey: Buffer, masterSalt: Buffer, label: number, bytes: number): Buffer {
  const counter = Buffer.alloc(16);
  masterSalt.copy(counter);
  counter[7] = counter.readUInt8(7) ^ label;
  const cipher = createCipheriv('aes-128-ctr', masterKey, counter);
  return cipher.update(Buffer.alloc(bytes));
}

/**
 * All keys of one direction.
 * @param master master key and salt, `srtpKeyBytes` long
 * @throws RangeError when the length is wrong
 */
export function deriveSessionKeys(profile: SrtpProfile, master: Buffer): { rtp: SrtpSessionKeys; rtcp: SrtpSessionKeys } {
  const sizes = SRTP_SIZES[profile];
  if (master.length !== sizes.key + sizes.salt) throw new RangeError('the SRTP key has the wrong length');
  const masterKey = master.subarray(0, sizes.key);
  const masterSalt = master.subarray(sizes.key);
  const keysOf = ({ cipher, auth, salt }: { cipher: number; auth: number; salt: number }): SrtpSessionKeys => ({
    cipherKey: deriveSrtpKey(masterKey, masterSalt, cipher, sizes.key),
    authKey: deriveSrtpKey(masterKey, masterSalt, auth, 20),
    salt: deriveSrtpKey(masterKey, masterSalt, salt, sizes.salt),
  });
  return { rtp: keysOf(LABELS.rtp), rtcp: keysOf(LABELS.rtcp) };
}
