/**
 * Seeded mutants of all fixtures: whatever arrives, the parsers answer or throw their own error, in time.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MUTANTS, MUTANTS_TIMEOUT_MS as TIMEOUT, SLOW_MS, storm as stormOf, type Tally } from '../../../test/support/mutants.ts';
import { answerFor, remoteFromAnswer } from '../sdp/negotiate.ts';
import { formatSdp, parseSdp, SdpError } from '../sdp/sdp.ts';
import { formatAddress, parseAddress } from './address.ts';
import { parseChallenge, parseCredentials } from './digest.ts';
import { readEssentials } from './essentials.ts';
import { formatReplaces, parseRAck, parseReason, parseReferTo, parseReplaces, parseSessionExpires, sipfragStatus } from './extensions.ts';
import { listOf } from './list-header.ts';
import { parseMessage } from './parse-message.ts';
import { SipParseError } from './parse-error.ts';
import { serialize } from './serialize.ts';
import { StreamReader } from './stream-reader.ts';
import { formatUri, parseUri } from './uri.ts';
import { formatVia, parseVia } from './via.ts';

const messages = ['../../../test/fixtures/sip/', '../../../../shared/torture/rfc4475/']
  .map((path) => new URL(path, import.meta.url))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => readFileSync(new URL(name, folder))));

const texts = (list: readonly string[]): Buffer[] => list.map((text) => Buffer.from(text, 'latin1'));
const values = (ids: readonly string[]): string[] =>
  messages.flatMap((bytes) => {
    try {
      const message = parseMessage(bytes);
      return ids.flatMap((id) => listOf(message, id));
    } catch {
      return [];
    }
  });

function check(tally: Tally): void {
  expect(tally.accepted).toBeGreaterThan(0);
  expect(tally.refused).toBeGreaterThan(0);
  expect(tally.slowestMs).toBeLessThan(SLOW_MS);
}

/** Its reason and offset say what is wrong. */
function isOwnError(error: unknown): boolean {
  return (error instanceof SipParseError || error instanceof SdpError) && error.reason !== '' && error.offset >= 0;
}

const storm = (seeds: readonly Buffer[], count: number, attempt: (bytes: Buffer) => void): Tally => stormOf(seeds, count, isOwnError, attempt);

/** Headers of extensions, and the same messages by another way in, take fewer. */
const SOME = Math.ceil(MUTANTS / 5);

describe('mutants', () => {
  it(`${MUTANTS} messages as datagrams; what is accepted serializes to a fixed point`, { timeout: TIMEOUT }, () => {
    const tally = storm(messages, MUTANTS, (bytes) => {
      const message = parseMessage(bytes);
      const once = serialize(message);
      if (!serialize(parseMessage(once)).equals(once)) throw new Error('no fixed point');
      readEssentials(message);
    });
    check(tally);
  });

  it(`${SOME} messages as streams in two pieces`, { timeout: TIMEOUT }, () => {
    let errors = 0;
    storm(messages, SOME, (bytes) => {
      const reader = new StreamReader();
      const cut = bytes.length >> 1;
      for (const item of [...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))]) if (item.type === 'error') errors++;
    });
    expect(errors).toBeGreaterThan(0);
  });

  const uris = ['sip:a@b:5060;transport=tcp?X=y', 'tel:+8131234;phone-context=x', 'sips:[2001:db8::1]:5061', 'urn:x:y', ...values(['contact', 'from', 'to']).map((text) => text.replace(/^.*<|>.*$/g, ''))];

  it(`${MUTANTS} URIs`, { timeout: TIMEOUT }, () => {
    check(storm(texts(uris), MUTANTS, (bytes) => {
      const once = formatUri(parseUri(bytes.toString('latin1')));
      if (formatUri(parseUri(once)) !== once) throw new Error('no fixed point');
    }));
  });

  it(`${MUTANTS} Vias`, { timeout: TIMEOUT }, () => {
    check(storm(texts(values(['via'])), MUTANTS, (bytes) => {
      const once = formatVia(parseVia(bytes.toString('latin1')));
      if (formatVia(parseVia(once)) !== once) throw new Error('no fixed point');
    }));
  });

  it(`${MUTANTS} addresses`, { timeout: TIMEOUT }, () => {
    check(storm(texts(values(['from', 'to', 'contact', 'record-route'])), MUTANTS, (bytes) => {
      const once = formatAddress(parseAddress(bytes.toString('latin1')));
      if (formatAddress(parseAddress(once)) !== once) throw new Error('no fixed point');
    }));
  });

  it(`${MUTANTS} digest headers`, { timeout: TIMEOUT }, () => {
    const seeds = texts([
      'Digest username="a", realm="b", nonce="c", uri="sip:d", response="0123", algorithm=MD5, qop=auth, nc=00000001, cnonce="e"',
      'Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth,auth-int", stale=TRUE, opaque="o"',
    ]);
    check(storm(seeds, MUTANTS, (bytes) => {
      parseCredentials(bytes.toString('latin1'));
      parseChallenge(bytes.toString('latin1'));
    }));
  });

  it.each([
    ['Replaces', ['a@b;to-tag=1;from-tag=2;early-only', 'x;from-tag=a;to-tag=b'], (text: string) => parseReplaces(formatReplaces(parseReplaces(text)))],
    ['Refer-To', ['<sip:a@b?Replaces=c%3Bto-tag%3D1%3Bfrom-tag%3D2>', 'tel:+8131234', '<sip:a@b;method=INVITE>;x=y'], parseReferTo],
    ['Reason', ['SIP;cause=200;text="Call completed elsewhere"', 'Q.850;cause=16'], parseReason],
    ['Session-Expires', ['1800;refresher=uac', '90'], parseSessionExpires],
    ['RAck', ['776656 1 INVITE', '4294967295 2147483646 INVITE'], parseRAck],
  ] as const)(`${SOME} of %s`, { timeout: TIMEOUT }, (_name, seeds, parse) => {
    check(storm(texts(seeds), SOME, (bytes) => {
      sipfragStatus(bytes.toString('latin1'));
      parse(bytes.toString('latin1'));
    }));
  });

  it(`${MUTANTS} session descriptions`, { timeout: TIMEOUT }, () => {
    const bodies = messages.map((bytes) => bytes.subarray(bytes.indexOf('v=0'))).filter((bytes) => bytes.length > 20 && bytes[0] === 118);
    check(storm(bodies, MUTANTS, (bytes) => {
      const once = formatSdp(parseSdp(bytes.toString('utf8')));
      if (formatSdp(parseSdp(once)) !== once) throw new Error('no fixed point');
      parseSdp(answerFor(once, { host: '192.0.2.1', port: 4000 }, 'sendrecv').answerSdp);
      remoteFromAnswer(once);
    }));
  });
});

describe('the check itself', () => {
  it('fails for a parser that throws something else, or takes too long', () => {
    const seeds = texts(['a']);
    expect(() => storm(seeds, 10, () => Buffer.alloc(0).readUInt8(5))).toThrow(/seed 0/);
    const slow = storm(seeds, 2, () => {
      const end = performance.now() + SLOW_MS + 5;
      while (performance.now() < end) parseUri('sip:a@b');
    });
    expect(() => check({ ...slow, refused: 1 })).toThrow(/50/);
  });
});
