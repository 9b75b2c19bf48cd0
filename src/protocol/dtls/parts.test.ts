import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { agree, makeEphemeral } from './ecdh.ts';
import { DtlsError } from './errors.ts';
import { packFlight } from './flight.ts';
import { addFragment, type HandshakeFragment, type Reassembly, readFragments, takeMessage } from './handshake.ts';
import { fingerprintOf, makeIdentity } from './identity.ts';
import { prf, srtpMasters } from './key-schedule.ts';
import { GROUP } from './numbers.ts';
import { type DtlsRecord, readRecords } from './record.ts';
import { openRecord, sealRecord } from './record-cipher.ts';
import { EMPTY_WINDOW, isReplay, take } from './replay-window.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

describe('keys', () => {
  it('PRF with SHA-256: the vector that implementers share', () => {
    const made = prf(hex('9bbe436ba940f017b17652849a71db35'), 'test label', hex('a0ba9f936cda311827a6f796ffd5198c'), 100);
    expect(made).toEqual(
      hex(`e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab
        4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66`),
    );
  });

  it('X25519: RFC 7748 section 6.1', () => {
    // Neither secret has the bit in its first byte that makeEphemeral clears.
    const alice = makeEphemeral(GROUP.x25519, hex('77076d0a7318a57d3c16c17251b26645df4c2f92ebc099ac177fba51db2c2a'.padEnd(64, '0')));
    const bob = makeEphemeral(GROUP.x25519, hex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'));
    expect(bob.publicKey).toEqual(hex('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f'));
    expect(agree(alice, bob.publicKey)).toEqual(agree(bob, alice.publicKey));
  });

  it.each([
    ['no point of P-256', GROUP.p256, Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 1)])],
    ['a compressed point', GROUP.p256, Buffer.concat([Buffer.from([2]), Buffer.alloc(32, 1)])],
    ['nothing', GROUP.p256, Buffer.alloc(0)],
    ['a point of small order of X25519', GROUP.x25519, Buffer.alloc(32)],
    ['a key of X25519 that is too short', GROUP.x25519, Buffer.alloc(31, 9)],
  ])('does not agree with %s', (_name, group, key) => {
    expect(() => agree(makeEphemeral(group, Buffer.alloc(32, 5)), key)).toThrow(DtlsError);
  });

  it('takes master key and salt of each side from the block in the order of RFC 5764 section 4.2', () => {
    const randoms = { client: Buffer.alloc(32, 1), server: Buffer.alloc(32, 2) };
    const block = prf(Buffer.alloc(48, 3), 'EXTRACTOR-dtls_srtp', Buffer.concat([randoms.client, randoms.server]), 60);
    const { client, server } = srtpMasters(Buffer.alloc(48, 3), randoms, 'AES_CM_128_HMAC_SHA1_80');
    expect(client).toEqual(Buffer.concat([block.subarray(0, 16), block.subarray(32, 46)]));
    expect(server).toEqual(Buffer.concat([block.subarray(16, 32), block.subarray(46, 60)]));
  });
});

describe('makeIdentity', () => {
  it.each([Date.UTC(2026, 10, 28), Date.UTC(2049, 11, 1)])('makes a certificate that OpenSSL reads and that signs itself (%d)', (nowMs) => {
    const { certificate, fingerprint, privateKey } = makeIdentity(nowMs);
    const read = new X509Certificate(certificate);
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.checkPrivateKey(privateKey)).toBe(true);
    expect(read.fingerprint256).toBe(fingerprint);
    expect(new Date(read.validFrom).getTime()).toBeLessThan(nowMs);
    expect(new Date(read.validTo).getTime()).toBeGreaterThan(nowMs + 300 * 86_400_000);
    expect(read.subject).toBe(read.issuer);
    expect(fingerprintOf('sha1', certificate)).toBe(read.fingerprint);
  });
});

describe('records', () => {
  const keys = { key: Buffer.alloc(16, 1), salt: Buffer.alloc(4, 2) };
  const record: DtlsRecord = { type: 22, epoch: 1, sequence: 2 ** 40 + 5, fragment: Buffer.from('content') };

  it('open what they sealed, and nothing else', () => {
    const sealed = sealRecord(keys, record);
    expect(openRecord(keys, sealed)).toEqual(record);
    const changed = (change: Partial<DtlsRecord>) => openRecord(keys, { ...sealed, ...change });
    expect([changed({ type: 21 }), changed({ epoch: 2 }), changed({ sequence: 5 }), changed({ fragment: sealed.fragment.subarray(0, 20) })]).toEqual([null, null, null, null]);
    const forged = Buffer.from(sealed.fragment);
    forged.writeUInt8(forged.readUInt8(10) ^ 1, 10);
    expect(changed({ fragment: forged })).toBeNull();
    expect(openRecord({ ...keys, salt: Buffer.alloc(4, 3) }, sealed)).toBeNull();
  });

  it('end where a datagram is no DTLS any more', () => {
    const good = hex('16fefd00000000000000010003010203');
    expect(readRecords(Buffer.concat([good, good])).map(({ sequence }) => sequence)).toEqual([1, 1]);
    expect(readRecords(Buffer.concat([good, hex('16030300000000000000010003010203')]))).toHaveLength(1);
    expect(readRecords(good.subarray(0, 15))).toEqual([]);
    expect(readRecords(hex('16fefd000000000000000100000000'))).toEqual([]);
  });
});

describe('the replay window', () => {
  it('takes each of 64 once, in any order, and nothing older', () => {
    let window = EMPTY_WINDOW;
    for (const sequence of [5, 3, 100, 64, 99, 37]) {
      expect(isReplay(window, sequence)).toBe(false);
      window = take(window, sequence);
      expect(isReplay(window, sequence)).toBe(true);
    }
    expect([36, 37, 38, 98, 101].map((each) => isReplay(window, each))).toEqual([true, true, false, false, false]);
    expect(isReplay(take(window, 2 ** 47), 2 ** 47 - 64)).toBe(true);
  });
});

describe('reassembly', () => {
  const body = Buffer.from(Array.from({ length: 3000 }, (_, index) => index & 0xff));
  const fragmentsOf = (sequence: number): HandshakeFragment[] => {
    const { datagrams } = packFlight([{ kind: 'message', message: { type: 11, sequence, body }, epoch: 0 }], [0, 0], null);
    return datagrams.flatMap((datagram) => readRecords(datagram)).flatMap(({ fragment }) => readFragments(fragment, 0));
  };
  const addAll = (fragments: readonly HandshakeFragment[], due = 0): Reassembly => fragments.reduce<Reassembly>((kept, fragment) => addFragment(kept, due, fragment), new Map());

  it('cuts to 1,200 bytes and joins in any order, overlapping too', () => {
    const [first, second, third] = fragmentsOf(0) as [HandshakeFragment, HandshakeFragment, HandshakeFragment];
    const overlap = { ...first, offset: 500, bytes: body.subarray(500, 1500) };
    expect(takeMessage(addAll([third, overlap, first, second, second]), 0)?.message.body).toEqual(body);
    expect(takeMessage(addAll([third, first]), 0)).toBeNull();
  });

  it('keeps what is ahead, drops what is past, contradicts or is too much', () => {
    const [first, second, third] = fragmentsOf(2) as [HandshakeFragment, HandshakeFragment, HandshakeFragment];
    const kept = addAll([first, second, third], 1);
    expect(takeMessage(kept, 1)).toBeNull();
    expect(takeMessage(kept, 2)?.message.body).toEqual(body);
    expect(addAll([first], 3).size).toBe(0);
    expect(addAll([{ ...first, sequence: 9 }], 1).size).toBe(0);
    expect(takeMessage(addAll([first, second, { ...third, length: 3001 }, { ...third, type: 12 }, { ...third, epoch: 1 }], 2), 2)).toBeNull();
    const large = Array.from({ length: 8 }, (_, sequence) => ({ ...first, sequence, length: 16_000 }));
    expect(addAll(large).size).toBe(2);
  });

  it('does not read fragments that lie', () => {
    expect(() => readFragments(hex('0b00000a0000000005000006'), 0)).toThrow(DtlsError);
    expect(() => readFragments(hex('0bffffff0000000000000000'), 0)).toThrow(DtlsError);
    expect(() => readFragments(hex('0b0000'), 0)).toThrow(DtlsError);
  });
});
