import { describe, expect, it } from 'vitest';
import { SipParseError } from './parse-error.ts';
import { escapeUser, formatUri, parseUri, sameUri, uriParam, userOf } from './uri.ts';

describe('parseUri', () => {
  it('takes a SIP URI apart', () => {
    expect(parseUri('sip:+81312340001:secret@sip.example.jp:5070;transport=tcp;lr?Subject=a&X=b')).toEqual({
      scheme: 'sip',
      user: '+81312340001',
      password: 'secret',
      host: 'sip.example.jp',
      port: 5070,
      params: [
        { name: 'transport', value: 'tcp' },
        { name: 'lr', value: null },
      ],
      headers: 'Subject=a&X=b',
      opaque: '',
    });
  });

  it.each([
    'sip:127.0.0.1',
    'sip:alice@127.0.0.1:5060',
    'sips:alice@[2001:db8::10]:5070;transport=tcp',
    'sip:desk;x=y%40z.test@pbx.test',
    "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com",
    'tel:+81-3-1234-0001;phone-context=example.jp',
    'tel:110',
    'urn:service:sos',
    'soap.beep://192.0.2.103:3002',
  ])('writes %s as it was', (text) => {
    expect(formatUri(parseUri(text))).toBe(text);
  });

  it('reads the port outside the brackets of IPv6 only', () => {
    expect(parseUri('sip:[2001:db8::10:5070]')).toMatchObject({ host: '[2001:db8::10:5070]', port: null });
    expect(parseUri('sip:[2001:db8::10]:5070')).toMatchObject({ host: '[2001:db8::10]', port: 5070 });
  });

  it.each([
    ['', 0],
    ['sip', 0],
    [':x', 0],
    ['sip:', 4],
    ['sip:@host', 4],
    ['sip:a b@host', 5],
    ['sip:user@', 9],
    ['sip:user@host:', 14],
    ['sip:user@host:99999', 14],
    ['sip:user@host:5o60', 15],
    ['sip:%4@host', 4],
    ['sip:%zz@host', 4],
    ['sip:user@host?', 13],
    ['sip:user@host;', 13],
    ['sip:user@host;=x', 13],
    ['sip:a@b@c', 7],
    ['sip:user@2001:db8::5', 14],
    ['sip:user@[2001', 9],
    ['<sip:user@host>', 0],
    ['tel:', 4],
    ['tel:+81x', 7],
    ['isbn:', 5],
  ])('refuses %j at %i', (text, offset) => {
    const read = (): unknown => parseUri(text);
    expect(read).toThrow(SipParseError);
    expect(read).toThrow(`at ${offset}`);
  });
});

describe('users', () => {
  it('are read with their escapes undone, and nothing is cut at NUL', () => {
    expect(userOf(parseUri('sip:sips%3Auser%40example.com@example.net'))).toBe('sips:user@example.com');
    expect(userOf(parseUri('sip:null-%00-null@example.com'))).toBe('null-\0-null');
    expect(userOf(parseUri('sip:%E9%9B%BB@h'))).toBe('電');
  });

  it.each(['alice', 'a b', '電話', 'x@y', 'a%b', '*69#'])('%j survives escaping', (user) => {
    expect(userOf(parseUri(`sip:${escapeUser(user)}@host`))).toBe(user);
  });
});

/** The examples of RFC 3261 section 19.1.4. */
describe('sameUri', () => {
  it.each([
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
    ['sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com', 'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com'],
  ])('%s is %s', (a, b) => {
    expect(sameUri(parseUri(a), parseUri(b))).toBe(true);
  });

  it.each([
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;user=phone'],
    ['sip:%00@host', 'sip:%00%00@host'],
  ])('%s is not %s', (a, b) => {
    expect(sameUri(parseUri(a), parseUri(b))).toBe(false);
  });

  it('gives parameters without a value as null', () => {
    expect(uriParam(parseUri('sip:h;lr'), 'lr')).toBeNull();
    expect(uriParam(parseUri('sip:h'), 'lr')).toBeUndefined();
  });
});
