import { describe, expect, it } from 'vitest';
import { MessageTrace } from './message-trace.ts';
import { redactSip } from './redact.ts';

const SOURCE = { transport: 'udp', host: '192.0.2.7', port: 5062 } as const;

const invite = (callId: string): Buffer =>
  Buffer.from(
    [
      'INVITE sip:0312340001@example.com SIP/2.0',
      'Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK1',
      'From: <sip:a@example.com>;tag=1',
      'To: <sip:b@example.com>',
      `Call-ID: ${callId}`,
      'CSeq: 1 INVITE',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  );

describe('the trace of SIP messages', () => {
  it('gives the messages of all legs of a call in the order of time', () => {
    const trace = new MessageTrace((leg) => leg.slice(0, leg.indexOf(':')));
    trace.received('one', invite('one'), SOURCE, 10);
    trace.claim('one', 'call:in');
    trace.sent('two', invite('two'), { ...SOURCE, port: 5070 }, 30);
    trace.claim('two', 'call:out');
    trace.sent('one', invite('one'), SOURCE, 20);
    const seen = trace.messagesOf('call');
    expect(seen.map(({ at, direction, peer, sipCallId }) => [at, direction, peer, sipCallId])).toEqual([
      [10, 'in', '192.0.2.7:5062', 'one'],
      [20, 'out', '192.0.2.7:5062', 'one'],
      [30, 'out', '192.0.2.7:5070', 'two'],
    ]);
    expect(seen[0]?.text).toContain('INVITE sip:0312340001@example.com SIP/2.0\r\n');
    expect(trace.messagesOf('another call')).toEqual([]);
  });

  it('forgets the oldest dialogs and keeps so many messages of one', () => {
    const trace = new MessageTrace((leg) => leg, { dialogs: 2, messages: 3, bytes: 100_000 });
    for (const id of ['one', 'two', 'three']) {
      trace.claim(id, `call ${id}`);
      for (let n = 0; n < 5; n++) trace.sent(id, invite(id), SOURCE, n);
    }
    expect(trace.size).toBe(2);
    expect(trace.messagesOf('call one')).toEqual([]);
    expect(trace.messagesOf('call three')).toHaveLength(3);
    trace.drop('call three');
    expect(trace.messagesOf('call three')).toEqual([]);
  });

  it('keeps the messages of calls longer than those of none', () => {
    const trace = new MessageTrace((leg) => leg, { dialogs: 3, messages: 3, bytes: 100_000 });
    trace.received('call', invite('call'), SOURCE, 1);
    trace.claim('call', 'long');
    for (let n = 0; n < 10; n++) trace.received(`options ${n}`, invite(`options ${n}`), SOURCE, n);
    expect([trace.size, trace.messagesOf('long').length]).toEqual([3, 1]);
  });

  it('has a dialog between two of our own legs for both, until one is forgotten', () => {
    const trace = new MessageTrace((leg) => leg);
    trace.sent('one', invite('one'), SOURCE, 1);
    trace.claim('one', 'caller');
    trace.claim('one', 'called');
    expect([trace.messagesOf('caller').length, trace.messagesOf('called').length]).toEqual([1, 1]);
    trace.drop('caller');
    expect([trace.size, trace.owners, trace.messagesOf('called')]).toEqual([0, 0, []]);
  });

  it('gives what is left of a call when newer messages took the place of its first', () => {
    const trace = new MessageTrace((leg) => leg, { dialogs: 10, messages: 200, bytes: 10 * invite('one').length });
    trace.claim('one', 'call');
    for (let at = 0; at < 50; at++) trace.sent('one', invite('one'), SOURCE, at);
    const times = trace.messagesOf('call').map(({ at }) => at);
    expect(times.length).toBeGreaterThan(5);
    expect(times).toEqual(Array.from({ length: times.length }, (_, index) => 50 - times.length + index));
  });
});

describe('redactSip', () => {
  it('blanks digest responses, SRTP keys and ICE passwords only', () => {
    const text = [
      'Authorization: Digest username="a", realm="demo", response="0123456789abcdef", qop=auth',
      'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0|2^20',
      'a=ice-pwd:secret',
      'a=rtpmap:0 PCMU/8000',
    ].join('\r\n');
    const shown = redactSip(text);
    expect(shown).not.toMatch(/0123456789abcdef|c2VjcmV0|secret/);
    expect(shown).toContain('username="a"');
    expect(shown).toContain('a=rtpmap:0 PCMU/8000');
  });
});
