/**
 * Seeded mutants of all fixtures: whatever arrives, the parsers answer or throw their own error. Counts per run:
 * `SCC_MUTANTS` (100,000 when not set). A failing seed is printed with its bytes.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
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

const COUNT = Number(process.env.SCC_MUTANTS ?? 100_000);

const messages = ['../../../test/fixtures/sip/', '../../../../shared/torture/rfc4475/']
  .map((path) => new URL(path, import.meta.url))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => readFileSync(new URL(name, folder))));

/** Pieces that parsers stumble over. */
const NASTY = ['\r\n', '\r\n ', '\r\n\r\n', '\0', '"', '\\', '<', '>', ';', ',', ':', '@', '=', '%', '%0', '[', ']', '::', '-1', '99999999999999999999', 'é', '\xff', ' ', '\t', '%n%s', 'SIP/2.0', 'Via:', '\u001b[31m', '()', '*', '?', 'sip:', 'a'.repeat(300)].map((text) => Buffer.from(text, 'latin1'));

/** Mulberry32: the same mutants on every machine. */
function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** One to six changes: flip, insert, delete, repeat, cut, or splice with another seed. */
function mutate(bytes: Buffer, others: readonly Buffer[], random: (below: number) => number): Buffer {
  let out = Buffer.from(bytes);
  for (let change = 1 + random(6); change > 0; change--) {
    const at = random(out.length + 1);
    const end = Math.min(out.length, at + random(40));
    const kinds = [
      () => Buffer.concat([out.subarray(0, at), Buffer.from([random(256)]), out.subarray(at + 1)]),
      () => Buffer.concat([out.subarray(0, at), NASTY[random(NASTY.length)] ?? out, out.subarray(at)]),
      () => Buffer.concat([out.subarray(0, at), out.subarray(end)]),
      () => Buffer.concat([out.subarray(0, end), out.subarray(at, end), out.subarray(end)]),
      () => out.subarray(0, at),
      () => {
        const other = others[random(others.length)] ?? out;
        return Buffer.concat([out.subarray(0, at), other.subarray(random(other.length + 1))]);
      },
    ];
    out = (kinds[random(kinds.length)]?.() ?? out).subarray(0, 20_000);
  }
  return out;
}

interface Tally {
  accepted: number;
  refused: number;
  slowestMs: number;
}

/** No mutant may take this long, ms. */
const SLOW_MS = 50;

/** The machine may have been busy with something else: only the best of several runs counts. */
function fastestOf(runs: number, attempt: () => void): number {
  let best = Infinity;
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    try {
      attempt();
    } catch {
      // What it throws was looked at before.
    }
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** Runs `attempt` on mutants; anything but the parsers' own errors fails the test with the mutant at hand. */
function storm(seeds: readonly Buffer[], count: number, attempt: (bytes: Buffer) => void): Tally {
  const tally: Tally = { accepted: 0, refused: 0, slowestMs: 0 };
  for (let seed = 0; seed < count; seed++) {
    const random = seeded(seed);
    const bytes = mutate(seeds[seed % seeds.length] ?? Buffer.alloc(0), seeds, random);
    const start = performance.now();
    try {
      attempt(bytes);
      tally.accepted++;
    } catch (error) {
      if (!(error instanceof SipParseError) && !(error instanceof SdpError)) {
        throw new Error(`seed ${seed}: ${JSON.stringify(bytes.toString('latin1'))}`, { cause: error });
      }
      if (error.reason === '' || !(error.offset >= 0)) throw new Error(`seed ${seed}: an error without reason or offset`, { cause: error });
      tally.refused++;
    }
    const elapsed = performance.now() - start;
    if (elapsed > tally.slowestMs) tally.slowestMs = Math.max(tally.slowestMs, elapsed > SLOW_MS ? fastestOf(5, () => attempt(bytes)) : elapsed);
  }
  return tally;
}

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

const TIMEOUT = 30_000 + COUNT;

describe('mutants', () => {
  it(`${COUNT} messages as datagrams; what is accepted serializes to a fixed point`, { timeout: TIMEOUT }, () => {
    const tally = storm(messages, COUNT, (bytes) => {
      const message = parseMessage(bytes);
      const once = serialize(message);
      if (!serialize(parseMessage(once)).equals(once)) throw new Error('no fixed point');
      readEssentials(message);
    });
    check(tally);
  });

  it(`${Math.ceil(COUNT / 5)} messages as streams in two pieces`, { timeout: TIMEOUT }, () => {
    let errors = 0;
    storm(messages, Math.ceil(COUNT / 5), (bytes) => {
      const reader = new StreamReader();
      const cut = bytes.length >> 1;
      for (const item of [...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))]) if (item.type === 'error') errors++;
    });
    expect(errors).toBeGreaterThan(0);
  });

  const VALUES = Math.ceil(COUNT / 2);
  const uris = ['sip:a@b:5060;transport=tcp?X=y', 'tel:+8131234;phone-context=x', 'sips:[2001:db8::1]:5061', 'urn:x:y', ...values(['contact', 'from', 'to']).map((text) => text.replace(/^.*<|>.*$/g, ''))];

  it(`${VALUES} URIs`, { timeout: TIMEOUT }, () => {
    check(storm(texts(uris), VALUES, (bytes) => {
      const once = formatUri(parseUri(bytes.toString('latin1')));
      if (formatUri(parseUri(once)) !== once) throw new Error('no fixed point');
    }));
  });

  it(`${VALUES} Vias`, { timeout: TIMEOUT }, () => {
    check(storm(texts(values(['via'])), VALUES, (bytes) => {
      const once = formatVia(parseVia(bytes.toString('latin1')));
      if (formatVia(parseVia(once)) !== once) throw new Error('no fixed point');
    }));
  });

  it(`${VALUES} addresses`, { timeout: TIMEOUT }, () => {
    check(storm(texts(values(['from', 'to', 'contact', 'record-route'])), VALUES, (bytes) => {
      const once = formatAddress(parseAddress(bytes.toString('latin1')));
      if (formatAddress(parseAddress(once)) !== once) throw new Error('no fixed point');
    }));
  });

  it(`${VALUES} digest headers`, { timeout: TIMEOUT }, () => {
    const seeds = texts([
      'Digest username="a", realm="b", nonce="c", uri="sip:d", response="0123", algorithm=MD5, qop=auth, nc=00000001, cnonce="e"',
      'Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth,auth-int", stale=TRUE, opaque="o"',
    ]);
    check(storm(seeds, VALUES, (bytes) => {
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
  ] as const)(`${VALUES} of %s`, { timeout: TIMEOUT }, (_name, seeds, parse) => {
    check(storm(texts(seeds), VALUES, (bytes) => {
      sipfragStatus(bytes.toString('latin1'));
      parse(bytes.toString('latin1'));
    }));
  });

  it(`${VALUES} session descriptions`, { timeout: TIMEOUT }, () => {
    const bodies = messages.map((bytes) => bytes.subarray(bytes.indexOf('v=0'))).filter((bytes) => bytes.length > 20 && bytes[0] === 118);
    check(storm(bodies, VALUES, (bytes) => {
      const once = formatSdp(parseSdp(bytes.toString('utf8')));
      if (formatSdp(parseSdp(once)) !== once) throw new Error('no fixed point');
      parseSdp(answerFor(once, { host: '192.0.2.1', port: 4000 }, 'sendrecv').answerSdp);
      remoteFromAnswer(once);
    }));
  });
});
