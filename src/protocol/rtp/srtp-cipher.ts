import { type Cipheriv, createCipheriv, createDecipheriv, hash } from 'node:crypto';
import type { SrtpSessionKeys } from './srtp-profile.ts';

/** Longest packet that is protected or opened, bytes. */
export const SRTP_MAX_BYTES = 2048;

/**
 * Protects packets of one direction in place. `upper` and `lower` are the packet index: roll-over counter and sequence number
 * for RTP, the SRTCP index (high and low 16 bits) for RTCP; `trailer` is what the tag covers beyond the packet.
 */
export interface PacketCipher {
  /** Encrypts `packet[clear..length)` and writes the tag at `tagAt`. */
  seal(packet: Buffer, clear: number, length: number, ssrc: number, upper: number, lower: number, trailer: Buffer, tagAt: number): void;
  /** Checks the tag at `tagAt`, then decrypts; false = forged, and the packet is as it was. */
  open(packet: Buffer, clear: number, length: number, ssrc: number, upper: number, lower: number, trailer: Buffer, tagAt: number): boolean;
}

const BLOCK = 16;
const HMAC_BLOCK = 64;

/*
 * AES-CM with HMAC-SHA1 (RFC 3711 section 4.1.1, 4.2.1). The key stream is AES in ECB mode over counter blocks and the HMAC is
 * two one-shot hashes: making a cipher and an HMAC object for each packet costs six times as much. Everything is synchronous,
 * so all streams share the scratch space.
 */
const counters = Buffer.alloc(SRTP_MAX_BYTES + BLOCK);
const inner = Buffer.alloc(HMAC_BLOCK + SRTP_MAX_BYTES + 8);
const outer = Buffer.alloc(HMAC_BLOCK + 20);

/** AES_CM_128_HMAC_SHA1 with a tag of `tagBytes`. */
export class CounterModeCipher implements PacketCipher {
  readonly #blocks: Cipheriv;
  readonly #salt: Buffer;
  readonly #tagBytes: number;
  readonly #innerPad: Buffer;
  readonly #outerPad: Buffer;

  constructor(keys: SrtpSessionKeys, tagBytes: number) {
    // Counter blocks are never repeated under one key: this is counter mode spelled out, not ECB of data.
    this.#blocks = createCipheriv('aes-128-ecb', keys.cipherKey, null);
    this.#blocks.setAutoPadding(false);
    this.#salt = keys.salt;
    this.#tagBytes = tagBytes;
    this.#innerPad = Buffer.alloc(HMAC_BLOCK, 0x36).map((byte, index) => byte ^ (keys.authKey[index] ?? 0)) as Buffer;
    this.#outerPad = Buffer.alloc(HMAC_BLOCK, 0x5c).map((byte, index) => byte ^ (keys.authKey[index] ?? 0)) as Buffer;
  }

  seal(packet: Buffer, clear: number, length: number, ssrc: number, upper: number, lower: number, trailer: Buffer, tagAt: number): void {
    this.#crypt(packet, clear, length, ssrc, upper, lower);
    this.#tag(packet, length, trailer).copy(packet, tagAt, 0, this.#tagBytes);
  }

  open(packet: Buffer, clear: number, length: number, ssrc: number, upper: number, lower: number, trailer: Buffer, tagAt: number): boolean {
    const tag = this.#tag(packet, length, trailer);
    let difference = 0;
    for (let index = 0; index < this.#tagBytes; index++) difference |= (tag[index] ?? 0) ^ (packet[tagAt + index] ?? 0);
    if (difference !== 0) return false;
    this.#crypt(packet, clear, length, ssrc, upper, lower);
    return true;
  }

  #tag(packet: Buffer, length: number, trailer: Buffer): Buffer {
    this.#innerPad.copy(inner);
    packet.copy(inner, HMAC_BLOCK, 0, length);
    trailer.copy(inner, HMAC_BLOCK + length);
    const digest = hash('sha1', inner.subarray(0, HMAC_BLOCK + length + trailer.length), 'buffer');
    this.#outerPad.copy(outer);
    digest.copy(outer, HMAC_BLOCK);
    return hash('sha1', outer, 'buffer');
  }

  #crypt(packet: Buffer, clear: number, length: number, ssrc: number, upper: number, lower: number): void {
    const bytes = length - clear;
    if (bytes <= 0) return;
    const blocks = Math.ceil(bytes / BLOCK);
    const salt = this.#salt;
    // IV = salt * 2^16 xor SSRC * 2^64 xor index * 2^16; its last two bytes count blocks.
    salt.copy(counters, 0);
    counters.writeUInt32BE((salt.readUInt32BE(4) ^ ssrc) >>> 0, 4);
    counters.writeUInt32BE((salt.readUInt32BE(8) ^ upper) >>> 0, 8);
    counters.writeUInt16BE(salt.readUInt16BE(12) ^ lower, 12);
    counters.writeUInt16BE(0, 14);
    for (let block = 1; block < blocks; block++) {
      counters.copy(counters, block * BLOCK, 0, 14);
      counters.writeUInt16BE(block, block * BLOCK + 14);
    }
    const stream = this.#blocks.update(counters.subarray(0, blocks * BLOCK));
    for (let index = 0; index < bytes; index++) packet[clear + index] = (packet[clear + index] ?? 0) ^ (stream[index] ?? 0);
  }
}

const GCM_TAG = 16;
const nonce = Buffer.alloc(12);

/** AEAD_AES_128_GCM (RFC 7714 sections 8 and 9); what is clear, and the trailer of RTCP, is associated data. */
export class GcmCipher implements PacketCipher {
  readonly #keys: SrtpSessionKeys;
  readonly #isRtcp: boolean;

  constructor(keys: SrtpSessionKeys, isRtcp: boolean) {
    this.#keys = keys;
    this.#isRtcp = isRtcp;
  }

  seal(packet: Buffer, clear: number, length: number, ssrc: number, upper: number, lower: number, trailer: Buffer, tagAt: number): void {
    const cipher = createCipheriv('aes-128-gcm', this.#keys.cipherKey, this.#nonce(ssrc, upper, lower), { authTagLength: GCM_TAG });
    cipher.setAAD(this.#associated(packet, clear, trailer));
    cipher.update(packet.subarray(clear, length)).copy(packet, clear);
    cipher.final();
    cipher.getAuthTag().copy(packet, tagAt);
  }

  open(packet: Buffer, clear: number, length: number, ssrc: number, upper: number, lower: number, trailer: Buffer, tagAt: number): boolean {
    const decipher = createDecipheriv('aes-128-gcm', this.#keys.cipherKey, this.#nonce(ssrc, upper, lower), { authTagLength: GCM_TAG });
    decipher.setAAD(this.#associated(packet, clear, trailer));
    decipher.setAuthTag(packet.subarray(tagAt, tagAt + GCM_TAG));
    const plain = decipher.update(packet.subarray(clear, length));
    try {
      decipher.final();
    } catch {
      return false;
    }
    plain.copy(packet, clear);
    return true;
  }

  #associated(packet: Buffer, clear: number, trailer: Buffer): Buffer {
    const header = packet.subarray(0, clear);
    return this.#isRtcp ? Buffer.concat([header, trailer]) : header;
  }

  /** 16 zero bits, SSRC, 48-bit index, xor salt; the SRTCP index is 31 bits at the right end. */
  #nonce(ssrc: number, upper: number, lower: number): Buffer {
    const { salt } = this.#keys;
    nonce[0] = salt.readUInt8(0);
    nonce[1] = salt.readUInt8(1);
    nonce.writeUInt32BE((salt.readUInt32BE(2) ^ ssrc) >>> 0, 2);
    nonce.writeUInt32BE((salt.readUInt32BE(6) ^ upper) >>> 0, 6);
    nonce.writeUInt16BE(salt.readUInt16BE(10) ^ lower, 10);
    return nonce;
  }
}
