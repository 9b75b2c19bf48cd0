/**
 * Twice the length may take twice the time of every parser that strangers can reach, and no more: else a few large messages
 * would stop the process. Counted is the CPU time of this thread, which others on the machine do not change.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../protocol/sip/address.ts';
import { parseChallenge, parseCredentials } from '../protocol/sip/digest.ts';
import { parseCSeq, readEssentials } from '../protocol/sip/essentials.ts';
import { parseRAck, parseReason, parseReferTo, parseReplaces, parseRSeq, parseSessionExpires, sipfragStatus } from '../protocol/sip/extensions.ts';
import { parseMessage } from '../protocol/sip/parse-message.ts';
import { fromWire, parseParams, splitList, toWire, unquote } from '../protocol/sip/scan.ts';
import { parseUri, unescapeUri } from '../protocol/sip/uri.ts';
import { parseVia } from '../protocol/sip/via.ts';
import { answerFor, isHold, ptimeOf, remoteFromAnswer, securityOfOffer } from '../protocol/sdp/negotiate.ts';
import { callerIdOf, callPathOf } from '../sip/caller-id.ts';
import { redactSip } from '../sip/redact.ts';
import { screenRequest } from '../sip/uas-core.ts';
import { readDialled } from './dialing/number-class.ts';
import { callerName, callerNumber } from './party-text.ts';

const LONG = 64 * 1024;
/** By so much shorter is the other text: two doublings, so that the noise of one is halved. */
const TIMES = 4;

const HEAD = 'INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=f\r\nTo: <sip:c@d>\r\nCall-ID: i\r\nCSeq: 1 INVITE\r\n';
const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

/** A whole INVITE with this as one header, looked at as far as the user agent does. */
function asHeader(name: string): (text: string) => void {
  return (text) => {
    const request = parseMessage(Buffer.from(`${HEAD}${name}: ${text}\r\n\r\n`, 'latin1'));
    if (request.kind !== 'request') return;
    const essentials = readEssentials(request);
    screenRequest(request, essentials);
    callerIdOf(request, essentials, true);
    callPathOf(request, essentials);
  };
}

/** Lines of a description. */
function asSdp(line: string): (text: string) => void {
  return (text) => {
    const sdp = `${SDP}${line}${text}\r\n`;
    const local = { host: '127.0.0.1', port: 4002 };
    for (const read of [() => answerFor(sdp, local, 'sendrecv'), () => remoteFromAnswer(sdp), () => securityOfOffer(sdp), () => isHold(sdp), () => ptimeOf(sdp)]) attempt(read);
  };
}

const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  parseUri, unescapeUri, parseAddress, parseVia, parseChallenge, parseCredentials, parseCSeq, parseReplaces, parseReferTo, parseReason, parseSessionExpires, parseRAck, parseRSeq,
  sipfragStatus, splitList, unquote, fromWire, toWire, readDialled, callerName, callerNumber,
  redactSip,
  parseParams: (text) => parseParams(text, 0),
  parseMessage: (text) => parseMessage(Buffer.from(text, 'latin1')),
  ...Object.fromEntries(
    ['X-Any', 'Via', 'From', 'To', 'Contact', 'Route', 'Record-Route', 'Require', 'Accept', 'P-Asserted-Identity', 'Privacy', 'Diversion', 'History-Info', 'Referred-By', 'Date', 'Max-Forwards', 'Content-Length', 'Subject'].map((name) => [name, asHeader(name)]),
  ),
  ...Object.fromEntries(['', 'a=', 'a=rtpmap:', 'a=fmtp:101 ', 'a=crypto:1 ', 'a=candidate:', 'm=audio 4000 RTP/AVP ', 'c=IN IP4 ', 'o=- '].map((line) => [`SDP ${line}`, asSdp(line)])),
};

/** What comes again and again, after a beginning that makes the parser go on. */
const PIECES = ['a', '0', ' ', '\t', '\r\n ', '"', '\\"', '\\', '<', '>', '<sip:', ';', ';a', ';a=b', ';a="', ',', ', ', 'a,', ':', '[', '[::', '.', 'a.', '-', '@', '%41', '%', '?a=b&', '/', '=', 'a=b ', '\xe3\x81\x82', '\0', '\r\n', 'a=x\r\n', '1|', '+'];
const BEGINNINGS = ['', 'sip:a@b', '"', '<sip:a@b', 'Digest realm="', 'Digest ', 'SIP/2.0/UDP h;branch=', 'INVITE sip:a@b SIP/2.0\r\nX: '];

function attempt(run: () => unknown): void {
  try {
    run();
  } catch {
    // Refused is as good as taken: only the time counts here.
  }
}

/** Below this nobody is harmed, ms. */
const HARMLESS_MS = 1.5;
/** So long is measured at least, as the kernel counts CPU time in pieces of up to 4 ms. */
const MEASURED_MS = 40;

function wallMs(parse: (text: string) => unknown, text: string): number {
  const start = performance.now();
  attempt(() => parse(text));
  return performance.now() - start;
}

/** CPU time of this thread for one run, ms. */
function cost(parse: (text: string) => unknown, text: string): number {
  const runs = Math.ceil(MEASURED_MS / Math.max(0.01, Math.min(wallMs(parse, text), wallMs(parse, text))));
  const before = process.threadCpuUsage();
  for (let run = 0; run < runs; run++) attempt(() => parse(text));
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000 / runs;
}

/** How many times as long twice the length takes; measured again when it looks bad, as collecting garbage counts too. */
function growth(parse: (text: string) => unknown, beginning: string, piece: string): number {
  const [short, long] = [LONG / TIMES, LONG].map((length) => beginning + piece.repeat(Math.ceil(length / piece.length))) as [string, string];
  if (wallMs(parse, long) < HARMLESS_MS || wallMs(parse, long) < HARMLESS_MS) return 1;
  let least = Infinity;
  for (let turn = 0; turn < 4 && least > 2.3; turn++) least = Math.min(least, Math.sqrt(cost(parse, long) / cost(parse, short)));
  return least;
}

describe('time in proportion to the length, up to 64 KiB', () => {
  it.each(Object.keys(PARSERS))('%s', { timeout: 60_000 }, (name) => {
    const parse = PARSERS[name] ?? (() => undefined);
    const bad = BEGINNINGS.flatMap((beginning) => PIECES.flatMap((piece) => {
      const ratio = growth(parse, beginning, piece);
      return ratio > 2.3 ? [`${JSON.stringify(beginning + piece)}: ${ratio.toFixed(1)}`] : [];
    }));
    expect(bad).toEqual([]);
  });

  it('control: a nested quantifier, and a text that is cut again and again, are seen', () => {
    const quadratic = (text: string): boolean => /(a+)\s*$/.test(`${text.slice(0, text.length / 8)}!`);
    expect(growth(quadratic, '', 'a')).toBeGreaterThan(3);
    const cut = (text: string): number => {
      let found = 0;
      for (let rest = text.slice(0, text.length / 2); rest !== ''; rest = rest.slice(1)) found += rest.includes('!') ? 1 : 0;
      return found;
    };
    expect(growth(cut, '', 'a')).toBeGreaterThan(3);
  });
});

describe('patterns in code that reads packets', () => {
  const roots = ['protocol', 'sip', 'media'].map((folder) => join(import.meta.dirname, '..', folder));
  const sources = roots.flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')).map((file) => join(root, file)));

  /**
   * A group that repeats something without end and is repeated without end itself: the number of ways to match doubles with each
   * character. One that begins with a separator of its own has only one way.
   */
  const isNested = (source: string): boolean =>
    [...source.matchAll(/\((?:\?:)?((?:[^()\\]|\\.)*(?:[^\\(][+*]|\{\d+,\})(?:[^()\\]|\\.)*)\)(?:[+*]|\{\d+,\})/g)].some(([, body = '']) => !/^(?:\[[-_/,; ]+\]|[-_/,; ])(?![+*?{])/.test(body));

  it('have no quantifier within a quantifier', () => {
    const found = sources.flatMap((file) => readFileSync(file, 'utf8').split('\n').flatMap((line) => [...line.matchAll(/(?:^|[=(,:!&|? ])\/((?:[^/\\\n[]|\\.|\[(?:[^\]\\]|\\.)*\])+)\/[a-z]*(?=[.,;)\s])/g)].map(([, pattern = '']) => pattern)));
    expect(found.length).toBeGreaterThan(10);
    expect(found.filter(isNested)).toEqual([]);
  });

  it.each(['(a+)+', '(?:a*b?)*', '([^"]+,?)+', '(x{1,}y)*'])('control: %s would be found', (pattern) => expect(isNested(pattern)).toBe(true));
});
