import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readEssentials } from './essentials.ts';
import { LIMITS } from './limits.ts';
import { listOf } from './list-header.ts';
import { bodyText, headerOf, headersOf, type SipMessage } from './message.ts';
import { parseMessage } from './parse-message.ts';
import { SipParseError } from './parse-error.ts';
import { serialize } from './serialize.ts';

const folders = ['../../../test/fixtures/sip/', '../../../../shared/torture/rfc4475/']
  .map((path) => new URL(path, import.meta.url))
  .filter((folder) => existsSync(folder));
const files = folders.flatMap((folder) => readdirSync(folder).map((name) => new URL(name, folder)));

const REQUEST = 'OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n';

function tryParse(bytes: Buffer): SipMessage | SipParseError {
  try {
    return parseMessage(bytes);
  } catch (error) {
    if (error instanceof SipParseError) return error;
    throw error;
  }
}

function faultOf(text: string): SipParseError {
  const result = tryParse(Buffer.from(text, 'latin1'));
  if (result instanceof SipParseError) return result;
  throw new Error('was parsed');
}

describe('all fixtures', () => {
  it('are found', () => {
    expect(files.length).toBeGreaterThanOrEqual(59);
  });

  it('parse and serialize to a fixed point, with every header in its place', () => {
    let parsed = 0;
    for (const file of files) {
      const message = tryParse(readFileSync(file));
      if (message instanceof SipParseError) continue;
      parsed++;
      const once = serialize(message);
      const again = parseMessage(once);
      expect(serialize(again).equals(once), file.pathname).toBe(true);
      const plain = (from: SipMessage): string[] => from.headers.filter(({ id }) => id !== 'content-length').map(({ name, value }) => `${name}: ${value}`);
      expect(plain(again)).toEqual(plain(message));
      expect(Buffer.from(again.body).equals(Buffer.from(message.body))).toBe(true);
    }
    expect(parsed).toBeGreaterThan(40);
  });
});

describe('parseMessage', () => {
  it('reads a request', () => {
    const message = parseMessage(Buffer.from(`\r\n\r\n${REQUEST}X-A: 1\r\nl : 3\r\nx-a:\r\n  2 ,\r\n\t3\r\n\r\nabcdef`));
    expect(message).toMatchObject({ kind: 'request', method: 'OPTIONS', uri: 'sip:a@b' });
    expect(bodyText(message)).toBe('abc');
    expect(headersOf(message, 'x-a')).toEqual(['1', '2 , 3']);
    expect(listOf(message, 'x-a')).toEqual(['1', '2', '3']);
    expect(headerOf(message, 'nothing')).toBeNull();
  });

  it('reads a response; the reason may be missing, empty or UTF-8', () => {
    expect(parseMessage(Buffer.from('SIP/2.0 100\r\n\r\n'))).toMatchObject({ kind: 'response', status: 100, reason: '' });
    expect(parseMessage(Buffer.from('SIP/2.0 100 \r\n\r\n'))).toMatchObject({ reason: '' });
    expect(parseMessage(Buffer.from('SIP/2.0 200 a  b\r\n\r\n'))).toMatchObject({ reason: 'a  b' });
  });

  it.each([
    ['OPTIONS  sip:a@b SIP/2.0\r\nVia: x\r\n\r\n', 400],
    ['OPTIONS sip:a@b SIP/2.0 \r\nVia: x\r\n\r\n', 400],
    [' OPTIONS sip:a@b SIP/2.0\r\nVia: x\r\n\r\n', 400],
    ['OPTIONS sip:a@b SIP/2.1\r\nVia: x\r\n\r\n', 505],
    ['OPTIONS sip:a@b SIP/x\r\nVia: x\r\n\r\n', 400],
    [`${REQUEST}Content-Length: 1\r\nl: 1\r\n\r\nx`, 400],
    [`${REQUEST}Content-Length: +1\r\n\r\nx`, 400],
    [`${REQUEST}Content-Length: 2\r\n\r\nx`, 400],
    [`${REQUEST}Bad Name: x\r\n\r\n`, 400],
    [`${REQUEST}: x\r\n\r\n`, 400],
    [`${REQUEST}NoColon\r\n\r\n`, 400],
    [`${REQUEST}X: a\nY: b\r\n\r\n`, 400],
    [REQUEST, 400],
    [`${REQUEST}${'X: y\r\n'.repeat(LIMITS.headerLines)}\r\n`, 513],
    [`${REQUEST}Via: ${Array(LIMITS.viaValues).fill('SIP/2.0/UDP h').join(',')}\r\n\r\n`, 483],
  ])('refuses %j with %i', (text, status) => {
    expect(faultOf(text).status).toBe(status);
  });

  it('keeps what could be read of a refused request, so that the refusal finds its way', () => {
    const { request } = faultOf(`${REQUEST}Broken\r\nCall-ID: c\r\n\r\n`);
    expect(request && headerOf(request, 'call-id')).toBe('c');
    expect(faultOf('SIP/2.0 4294967301 x\r\nVia: x\r\n\r\n').request).toBeNull();
  });

  it('accepts 200 header lines and 70 Via values', () => {
    const message = parseMessage(Buffer.from(`${REQUEST}${'X: y\r\n'.repeat(LIMITS.headerLines - 1)}\r\n`));
    expect(message.headers.length).toBe(LIMITS.headerLines);
    expect(() => parseMessage(Buffer.from(`${REQUEST}Via: ${Array(LIMITS.viaValues - 1).fill('x').join(',')}\r\n\r\n`))).not.toThrow();
  });

  const CRITICAL = [['Call-ID', 'c'], ['From', '<sip:a@b>;tag=f'], ['To', '<sip:a@b>'], ['CSeq', '1 OPTIONS'], ['Contact', '<sip:a@b>'], ['Authorization', 'Digest a="b"'], ['Proxy-Authorization', 'Digest a="b"'], ['Route', '<sip:r;lr>'], ['Content-Length', '0'], ['P-Asserted-Identity', '<sip:a@b>']] as const;

  it.each(CRITICAL)('lets only space and tab stand beside the colon of %s (256 octets before and after: 5,120 cases in all)', (name, value) => {
    const id = name.toLowerCase();
    for (let octet = 0; octet < 256; octet++) {
      const char = String.fromCharCode(octet);
      const isSpace = octet === 32 || octet === 9;
      const result = tryParse(Buffer.from(`${REQUEST}${name}${char}: ${value}\r\n\r\n`, 'latin1'));
      const found = result instanceof SipParseError ? null : headerOf(result, id);
      // A token character makes another name; anything else but white space, and a second colon, is refused.
      if (isSpace) expect(found).toBe(value);
      else expect(found === null || (char === ':' && found === `: ${value}`)).toBe(true);
      const after = tryParse(Buffer.from(`${REQUEST}${name}:${char}${value}\r\n\r\n`, 'latin1'));
      if (!(after instanceof SipParseError) && !isSpace) expect(headerOf(after, id)).toBe(`${char}${value}`);
    }
  });

  it('takes time in proportion to the length', () => {
    const cost = (count: number): number => {
      const bytes = Buffer.from(`${REQUEST}X: a\r\n${' b\r\n'.repeat(count)}To: "${'\\"'.repeat(count)}" <sip:a@b>\r\n\r\n`);
      let best = Infinity;
      for (let run = 0; run < 7; run++) {
        const start = performance.now();
        const message = parseMessage(bytes);
        expect(() => readEssentials(message)).toThrow(SipParseError);
        best = Math.min(best, performance.now() - start);
      }
      return best;
    };
    cost(2000);
    expect(cost(8000) / cost(4000)).toBeLessThan(4);
  });
});
