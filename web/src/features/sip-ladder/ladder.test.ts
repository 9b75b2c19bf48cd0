import { describe, expect, it } from 'vitest';
import type { SipMessageView } from '../../../../shared/api/calls.ts';
import { ladderOf, ladderText } from './ladder.ts';

const message = (ms: number, direction: 'in' | 'out', peer: string, start: string, cseq: string, more = ''): SipMessageView => ({
  at: new Date(Date.UTC(2026, 10, 25) + ms).toISOString(),
  direction,
  transport: 'udp',
  peer,
  sipCallId: peer === 'caller' ? 'a' : 'b',
  text: `${start}\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK${cseq.replace(' ', '')}\r\nCSeq: ${cseq}\r\n${more}\r\n`,
});

const CALL = [
  message(0, 'in', 'caller', 'INVITE sip:1@x SIP/2.0', '1 INVITE', 'Content-Type: application/sdp\r\n'),
  message(3, 'out', 'caller', 'SIP/2.0 100 Trying', '1 INVITE'),
  message(10, 'out', 'station', 'INVITE sip:2@y SIP/2.0', '1 INVITE'),
  message(510, 'out', 'station', 'INVITE sip:2@y SIP/2.0', '1 INVITE'),
  message(600, 'in', 'station', 'SIP/2.0 486 Busy Here', '1 INVITE'),
  message(620, 'out', 'caller', 'SIP/2.0 200 OK', '1 INVITE'),
];

describe('ladderOf', () => {
  it('puts the first peer left of us and the others right', () => {
    const { participants, steps } = ladderOf(CALL);
    expect(participants).toEqual(['caller', null, 'station']);
    expect(steps.map(({ from, to }) => [from, to])).toEqual([[0, 1], [1, 0], [1, 2], [1, 2], [2, 1], [1, 0]]);
    expect(steps.map(({ leg }) => leg)).toEqual([0, 0, 1, 1, 1, 0]);
  });

  it('names the messages and marks what was sent again', () => {
    const { steps } = ladderOf(CALL);
    expect(steps.map(({ label, method, kind }) => [label, method, kind])).toEqual([
      ['INVITE', '', 'request'],
      ['100 Trying', 'INVITE', 'provisional'],
      ['INVITE', '', 'request'],
      ['INVITE', '', 'request'],
      ['486 Busy Here', 'INVITE', 'failure'],
      ['200 OK', 'INVITE', 'success'],
    ]);
    expect(steps.map(({ isRepeat }) => isRepeat)).toEqual([false, false, false, true, false, false]);
    expect(steps.map(({ hasSdp }) => hasSdp)).toEqual([true, false, false, false, false, false]);
    expect(steps[5]?.offsetMs).toBe(620);
  });

  it('has nothing to show for a call without messages', () => {
    expect(ladderOf([])).toEqual({ participants: [], steps: [] });
  });
});

describe('ladderText', () => {
  it('holds every message with time and peer', () => {
    const text = ladderText(CALL);
    expect(text).toContain('2026-11-25T00:00:00.000Z from udp caller\r\nINVITE sip:1@x SIP/2.0');
    expect(text.match(/SIP\/2\.0 \d{3}/g)).toEqual(['SIP/2.0 100', 'SIP/2.0 486', 'SIP/2.0 200']);
  });
});
