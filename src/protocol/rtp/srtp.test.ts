import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { serializeRtp } from './packet.ts';
import { CounterModeCipher, GcmCipher } from './srtp-cipher.ts';
import { deriveSessionKeys, deriveSrtpKey, srtpKeyBytes, type SrtpProfile } from './srtp-profile.ts';
import { SRTP_OVERHEAD_BYTES, SrtpReceiver, SrtpSender } from './srtp.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const PROFILES: readonly SrtpProfile[] = ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32', 'AEAD_AES_128_GCM'];

const rtp = (sequence: number, payload: Buffer = Buffer.alloc(160, 0x55), ssrc = 0xcafe): Buffer =>
  serializeRtp({ marker: false, payloadType: 0, sequence, timestamp: sequence * 160, ssrc, csrcs: [], extension: null, payload, padding: 0 });

function protect(sender: SrtpSender, packet: Buffer): Buffer {
  const into = Buffer.alloc(packet.length + SRTP_OVERHEAD_BYTES);
  return into.subarray(0, sender.rtp(packet, 0, packet.length, into));
}

function pair(profile: SrtpProfile): { master: Buffer; sender: SrtpSender; receiver: SrtpReceiver } {
  const master = randomBytes(srtpKeyBytes(profile));
  return { master, sender: new SrtpSender(profile, master), receiver: new SrtpReceiver(profile, master) };
}

describe('RFC 3711 appendix B', () => {
  it('B.2: the key stream of AES in counter mode', () => {
    const cipher = new CounterModeCipher({ cipherKey: hex('2B7E151628AED2A6ABF7158809CF4F3C'), authKey: Buffer.alloc(20), salt: hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD') }, 10);
    const packet = Buffer.alloc(48 + 10);
    cipher.seal(packet, 0, 48, 0, 0, 0, Buffer.alloc(0), 48);
    expect(packet.subarray(0, 48)).toEqual(hex('E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0'));
  });

  it('B.3: key derivation', () => {
    const master = hex('E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6');
    const { rtp: keys } = deriveSessionKeys('AES_CM_128_HMAC_SHA1_80', master);
    expect(keys.cipherKey).toEqual(hex('C61E7A93744F39EE10734AFE3FF7A087'));
    expect(keys.salt).toEqual(hex('30CBBC08863D8C85D49DB34A9AE1'));
    expect(keys.authKey).toEqual(hex('CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4'));
    expect(deriveSrtpKey(master.subarray(0, 16), master.subarray(16), 1, 94)).toEqual(
      hex('CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCEE049646C43D9327AD175578EF72270986371C10C9A369AC2F94A8C5FBCDDDC256D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2'),
    );
  });

  it('a whole packet under these keys', () => {
    const master = hex('E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6');
    const plain = hex(`800f1234decafbadcafebabe${'ab'.repeat(16)}`);
    expect(protect(new SrtpSender('AES_CM_128_HMAC_SHA1_80', master), plain)).toEqual(
      hex('800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb'),
    );
  });
});

describe('RFC 7714', () => {
  const keys = { cipherKey: hex('000102030405060708090a0b0c0d0e0f'), authKey: Buffer.alloc(0), salt: hex('517569642070726f2071756f') };

  it('16.1: SRTP', () => {
    const plain = hex('8040f17b8041f8d35501a0b2 47616c6c696120657374206f6d6e697320646976697361 20696e207061727465732074726573');
    const packet = Buffer.concat([plain, Buffer.alloc(16)]);
    new GcmCipher(keys, false).seal(packet, 12, plain.length, 0x5501a0b2, 0, 0xf17b, Buffer.alloc(0), plain.length);
    expect(packet).toEqual(hex('8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce'));
  });

  it('17.1: SRTCP', () => {
    const plain = hex('81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef');
    const packet = Buffer.concat([plain, Buffer.alloc(16)]);
    new GcmCipher(keys, true).seal(packet, 8, plain.length, 0x4d617273, 0, 0x5d4, hex('800005d4'), plain.length);
    expect(packet).toEqual(hex('81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade'));
  });
});

/** For a long run, 1,000,000 say; null = a short one. */
const PACKETS = process.env['SCC_SRTP_PACKETS'] === undefined ? null : Number(process.env['SCC_SRTP_PACKETS']);
const LONG_MS = 600_000;

describe.each(PROFILES)('%s', (profile) => {
  it('opens what it sealed, over the wrap of the sequence number, and packets that overtake each other', () => {
    const { sender, receiver } = pair(profile);
    const order: number[] = [];
    for (let index = 65_400; index < 65_400 + (PACKETS ?? 65_736); index += 1) order.push(index & 0xffff);
    let opened = 0;
    for (let at = 0; at < order.length; at += 2) {
      const two = [order[at] ?? 0, order[at + 1] ?? 0].map((sequence) => protect(sender, rtp(sequence)));
      // The second of each two arrives first.
      for (const packet of two.toReversed()) if (receiver.rtp(packet)) opened += 1;
    }
    expect(opened).toBe(order.length);
    expect(receiver.refused).toBe(0);
  }, LONG_MS);

  it('hides the payload and keeps the header with CSRCs and extension', () => {
    const { sender, receiver } = pair(profile);
    const packet = serializeRtp({ marker: true, payloadType: 0, sequence: 7, timestamp: 1, ssrc: 5, csrcs: [9, 8], extension: { profile: 0xbede, data: Buffer.alloc(8, 1) }, payload: Buffer.alloc(80, 0x33), padding: 4 });
    const wire = protect(sender, packet);
    expect(wire.subarray(0, 12 + 8 + 12)).toEqual(packet.subarray(0, 12 + 8 + 12));
    expect(wire.includes(Buffer.alloc(8, 0x33))).toBe(false);
    expect(receiver.rtp(wire)).toEqual(packet);
  });

  it('takes each packet once, and nothing older than its window', () => {
    const { sender, receiver } = pair(profile);
    const wires = Array.from({ length: 300 }, (_, index) => protect(sender, rtp(index)));
    const kept = wires.map((wire) => Buffer.from(wire));
    // Packet 100 comes late, but is never seen before the end.
    for (const [index, wire] of wires.entries()) if (index !== 100 && index !== 299 - 64) expect(receiver.rtp(wire)).not.toBeNull();
    expect(kept.filter((_, index) => index !== 299 - 64).every((wire) => receiver.rtp(Buffer.from(wire)) === null)).toBe(true);
    expect(receiver.rtp(Buffer.from(kept[299 - 64] ?? ''))).not.toBeNull();
  });

  it('refuses every changed bit', () => {
    const { sender, receiver } = pair(profile);
    const wire = protect(sender, rtp(1, Buffer.alloc(20, 1)));
    for (let bit = 0; bit < wire.length * 8; bit += 1) {
      const forged = Buffer.from(wire);
      forged[bit >> 3] = forged.readUInt8(bit >> 3) ^ (1 << (bit & 7));
      expect(receiver.rtp(forged)).toBeNull();
    }
    expect(receiver.rtp(wire)).not.toBeNull();
  });

  it('never protects two packets with one index', () => {
    const { sender } = pair(profile);
    expect(protect(sender, rtp(5))).not.toHaveLength(0);
    expect(protect(sender, rtp(5, Buffer.alloc(160, 1)))).toHaveLength(0);
  });

  it('protects RTCP, once each', () => {
    const { sender, receiver } = pair(profile);
    const report = hex('80c9000112345678 81ca000212345678 0100000000000000'.slice(0, 51));
    const wires = [sender.rtcp(report), sender.rtcp(report)];
    expect(wires[0]).not.toEqual(wires[1]);
    for (const wire of wires) {
      expect(receiver.rtcp(Buffer.from(wire))).toEqual(report);
      expect(receiver.rtcp(Buffer.from(wire))).toBeNull();
    }
    const plainFlag = Buffer.from(sender.rtcp(report));
    const wordAt = profile === 'AEAD_AES_128_GCM' ? plainFlag.length - 4 : plainFlag.length - 14;
    plainFlag[wordAt] = 0;
    expect(receiver.rtcp(plainFlag)).toBeNull();
  });

  it('refuses packets that are cut off at any byte', () => {
    const { sender, receiver } = pair(profile);
    const wire = protect(sender, rtp(1, Buffer.alloc(20, 1)));
    const report = sender.rtcp(hex('80c9000112345678'));
    for (let bytes = 0; bytes < wire.length; bytes += 1) expect(receiver.rtp(Buffer.from(wire.subarray(0, bytes)))).toBeNull();
    for (let bytes = 0; bytes < report.length; bytes += 1) expect(receiver.rtcp(Buffer.from(report.subarray(0, bytes)))).toBeNull();
  });
});

describe('attack', () => {
  it('decodes none of 100,000 or more forged and replayed packets, and all of the legal ones between them', () => {
    const { master, sender, receiver } = pair('AES_CM_128_HMAC_SHA1_80');
    const foreign = randomBytes(30);
    const stranger = new SrtpSender('AES_CM_128_HMAC_SHA1_80', foreign);
    const seen: Buffer[] = [];
    let [decoded, legal] = [0, 0];
    const rounds = (PACKETS ?? 100_000) / 100;
    for (let round = 0; round < rounds; round += 1) {
      const wire = protect(sender, rtp(round & 0xffff));
      seen.push(Buffer.from(wire));
      if (receiver.rtp(wire)) legal += 1;
      for (let index = 0; index < 50; index += 1) {
        const replayed = Buffer.from(seen[(round * 31 + index * 7) % seen.length] ?? '');
        if (receiver.rtp(replayed)) decoded += 1;
        const forged = index % 2 === 0 ? randomBytes(182) : Buffer.from(protect(stranger, rtp((round * 50 + index) & 0xffff)));
        forged[0] = 0x80;
        if (receiver.rtp(forged)) decoded += 1;
      }
    }
    expect({ decoded, legal, refused: receiver.refused }).toEqual({ decoded: 0, legal: rounds, refused: rounds * 100 });
    // Control: a receiver with the keys but no memory is fooled by a replay, one with the stranger's key by its packets.
    expect(new SrtpReceiver('AES_CM_128_HMAC_SHA1_80', master).rtp(Buffer.from(seen[0] ?? ''))).not.toBeNull();
    expect(new SrtpReceiver('AES_CM_128_HMAC_SHA1_80', foreign).rtp(protect(stranger, rtp(60_000)))).not.toBeNull();
  }, LONG_MS);
});
