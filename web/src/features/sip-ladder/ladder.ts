import type { SipMessageView } from '../../../../shared/api/calls.ts';

/** One arrow of the diagram. */
export interface LadderStep {
  /** Position in the list of messages. */
  index: number;
  /** Ms since the first message. */
  offsetMs: number;
  /** Columns: 0 is the first participant. */
  from: number;
  to: number;
  /** `INVITE`, `200 OK`. */
  label: string;
  /** Method of the transaction for responses, empty for requests. */
  method: string;
  kind: 'request' | 'provisional' | 'success' | 'failure';
  hasSdp: boolean;
  /** Sent before in the same direction with the same branch, CSeq and start line. */
  isRepeat: boolean;
  /** Number of the leg (SIP Call-ID), from 0. */
  leg: number;
}

export interface Ladder {
  /** Addresses of the columns; null is the product itself. */
  participants: (string | null)[];
  steps: LadderStep[];
}

const START_LINE = /^[^\r\n]*/;
const RESPONSE = /^SIP\/2\.0 (\d{3})/;

/** Value of the first header with this name (`Via|v`: or its compact form); empty when there is none. */
const header = (text: string, name: string): string => new RegExp(`^(?:${name})\\s*:\\s*([^\\r\\n]*)`, 'im').exec(text)?.[1] ?? '';

function kindOf(status: string | undefined): LadderStep['kind'] {
  if (status === undefined) return 'request';
  if (status.startsWith('1')) return 'provisional';
  return status.startsWith('2') ? 'success' : 'failure';
}

/** Arrows between the product and its peers, oldest first. The first peer stands on the left, the others on the right. */
export function ladderOf(messages: readonly SipMessageView[]): Ladder {
  const peers = [...new Set(messages.map(({ peer }) => peer))];
  const [first, ...others] = peers;
  const participants = first === undefined ? [] : [first, null, ...others];
  const own = participants.indexOf(null);
  const legs = [...new Set(messages.map(({ sipCallId }) => sipCallId))];
  const began = Date.parse(messages[0]?.at ?? '');
  const seen = new Set<string>();
  const steps = messages.map((message, index): LadderStep => {
    const { text, direction, peer, sipCallId, at } = message;
    const start = START_LINE.exec(text)?.[0] ?? '';
    const status = RESPONSE.exec(start)?.[1];
    const cseq = header(text, 'CSeq');
    const identity = [direction, start, cseq, header(text, 'Via|v').replace(/.*branch=/, ''), sipCallId].join('|');
    const isRepeat = seen.has(identity);
    seen.add(identity);
    const other = participants.indexOf(peer);
    return {
      index,
      offsetMs: Date.parse(at) - began,
      from: direction === 'in' ? other : own,
      to: direction === 'in' ? own : other,
      label: status === undefined ? (start.split(' ')[0] ?? '') : start.slice('SIP/2.0 '.length),
      method: status === undefined ? '' : (cseq.split(' ')[1] ?? ''),
      kind: kindOf(status),
      hasSdp: /^content-type\s*:\s*application\/sdp/im.test(text) || /^c\s*:\s*application\/sdp/im.test(text),
      isRepeat,
      leg: legs.indexOf(sipCallId),
    };
  });
  return { participants, steps };
}

/** All messages as one text file. */
export const ladderText = (messages: readonly SipMessageView[]): string =>
  messages
    .map(({ at, direction, transport, peer, text }) => `${at} ${direction === 'in' ? 'from' : 'to'} ${transport} ${peer}\r\n${text.trimEnd()}\r\n`)
    .join(`\r\n${'-'.repeat(72)}\r\n`);
