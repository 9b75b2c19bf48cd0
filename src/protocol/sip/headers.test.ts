import { describe, expect, it } from 'vitest';
import { displayName, formatAddress, parseAddress, tagOf, wireDisplay } from './address.ts';
import { parseCSeq } from './essentials.ts';
import { headerId } from './header.ts';
import { SipParseError } from './parse-error.ts';
import { fromWire, splitList, toWire, unquote } from './scan.ts';
import { branchOf, formatVia, parseVia } from './via.ts';

describe('Via', () => {
  it.each([
    ['SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa;rport', 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa;rport'],
    ['SIP  /   2.0 /UDP 192.0.2.2;branch=390skdjuw', 'SIP/2.0/UDP 192.0.2.2;branch=390skdjuw'],
    ['sip / 2.0  / TCP     spindle.example.com : 5070  ;  branch  =   z9 ;x="a;b"', 'SIP/2.0/TCP spindle.example.com:5070;branch=z9;x="a;b"'],
    ['SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=b', 'SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=b'],
    ['SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=b', 'SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=b'],
  ])('%j is read', (text, written) => {
    expect(formatVia(parseVia(text))).toBe(written);
  });

  it('gives the branch in any case of its name', () => {
    expect(branchOf(parseVia('SIP/2.0/UDP h;BRANCH=x'))).toBe('x');
    expect(branchOf(parseVia('SIP/2.0/UDP h'))).toBe('');
  });

  it.each(['', 'SIP/2.0', 'SIP/2.0/', 'SIP/2.0/UDP', 'SIP/2.0/UDP ', 'SIP/3.0/UDP h', 'HTTP/2.0/UDP h', 'SIP/2.0/UDP h;;', 'SIP/2.0/UDP h;,', 'SIP/2.0/UDP h;a=', 'SIP/2.0/UDP h:99999', 'SIP/2.0/UDPh', 'SIP/2.0/UDP h x'])(
    '%j is refused',
    (text) => {
      expect(() => parseVia(text)).toThrow(SipParseError);
    },
  );
});

describe('addresses', () => {
  it.each([
    ['sip:a@h;tag=1', '<sip:a@h>;tag=1', '', '1'],
    ['<sip:a@h;x=y>;tag=1', '<sip:a@h;x=y>;tag=1', '', '1'],
    ['caller<sip:caller@example.com>;tag=323', 'caller <sip:caller@example.com>;tag=323', 'caller', '323'],
    ['"Quoted \\"x\\" <y>, z" <sip:a@h> ; tag = 9', '"Quoted \\"x\\" <y>, z" <sip:a@h>;tag=9', 'Quoted "x" <y>, z', '9'],
    ['A. Bell <sip:a@h>', 'A. Bell <sip:a@h>', 'A. Bell', ''],
    ['<http://www.example.com>;tag=3', '<http://www.example.com>;tag=3', '', '3'],
    [toWire('"電話 太郎" <sip:a@h>'), toWire('"電話 太郎" <sip:a@h>'), '電話 太郎', ''],
  ])('%j', (text, written, name, tag) => {
    const address = parseAddress(text);
    expect(formatAddress(address)).toBe(written);
    expect(displayName(address)).toBe(name);
    expect(tagOf(address)).toBe(tag);
  });

  it.each(['', '<', '<sip:a@h', '"x <sip:a@h>', '"x" sip:a@h', 'Bell, A <sip:a@h>', '< sip:a@h >', '<sip:a@h>;', '<sip:a@h>x', 'sip:a@h?x=y', 'sip:a@h,sip:b@h', '<>'])(
    '%j is refused',
    (text) => {
      expect(() => parseAddress(text)).toThrow(SipParseError);
    },
  );

  it('a display name cannot break out of its quotes', () => {
    const wire = wireDisplay('x" <sip:evil@h>\r\nVia: y\\');
    expect(wire).not.toContain('\n');
    expect(displayName(parseAddress(`${wire} <sip:a@h>`))).toBe('x" <sip:evil@h>  Via: y\\');
  });
});

describe('small parts', () => {
  it('header names have one id for every spelling', () => {
    expect(['Via', 'v', 'V', 'VIA', 'vIa'].map(headerId)).toEqual(Array(5).fill('via'));
    expect([headerId('m'), headerId('L'), headerId('k'), headerId('X-Mine'), headerId('C%6Fntact')]).toEqual(['contact', 'content-length', 'supported', 'x-mine', 'c%6fntact']);
  });

  it('lists are cut at commas outside quotes and brackets', () => {
    expect(splitList('"a,b" <sip:x,y@h>, sip:c@h ,,d')).toEqual(['"a,b" <sip:x,y@h>', 'sip:c@h', '', 'd']);
    expect(() => splitList('"a, b')).toThrow(SipParseError);
  });

  it('quotes are undone', () => {
    expect(unquote('"a\\"b\\\\"')).toBe('a"b\\');
    expect(unquote('plain')).toBe('plain');
  });

  it('text goes to the wire and back', () => {
    expect(fromWire(toWire('受付可 ok'))).toBe('受付可 ok');
    expect(toWire('é').length).toBe(2);
  });

  it.each(['', '1', 'INVITE', '1INVITE', '2147483648 INVITE', '-1 INVITE', '1 IN VITE', '0x1 INVITE'])('CSeq %j is refused', (text) => {
    expect(() => parseCSeq(text)).toThrow(SipParseError);
  });

  it('CSeq is a number and a method', () => {
    expect(parseCSeq('0009   INVITE')).toEqual({ cseq: 9, cseqMethod: 'INVITE' });
    expect(parseCSeq('2147483647 X')).toEqual({ cseq: 2 ** 31 - 1, cseqMethod: 'X' });
  });
});
