import { digitOfEvent, type TelephoneEvent } from '../protocol/rtp/telephone-event.ts';

/** A key that is or was held down. */
export interface DtmfState {
  /** RTP timestamp of the event: the same in all its packets. */
  timestamp: number;
  event: number;
  /** Longest duration seen, timestamp units. */
  duration: number;
  lastAtMs: number;
  /** The press was already told. */
  told: boolean;
}

/** A finished key press. */
export interface DtmfPress {
  digit: string;
  durationMs: number;
}

/** An event whose end packets were all lost counts as ended after this long without a packet. */
const LOST_END_MS = 150;

/**
 * Turns telephone-event packets into key presses: one press per event timestamp (RFC 4733 section 2.5.1.2), told at its end
 * packet; retransmitted end packets and late packets of an older event change nothing.
 */
export function receiveEvent(
  state: DtmfState | null,
  packet: TelephoneEvent,
  timestamp: number,
  nowMs: number,
): { state: DtmfState | null; presses: DtmfPress[] } {
  const presses: DtmfPress[] = [];
  let current = state;
  if (!current || current.timestamp !== timestamp) {
    const older = current !== null && ((timestamp - current.timestamp) >>> 0) > 0x7fff_ffff;
    if (older) return { state, presses };
    if (current && !current.told) presses.push(...pressOf(current));
    current = { timestamp, event: packet.event, duration: 0, lastAtMs: nowMs, told: false };
  }
  const next: DtmfState = {
    ...current,
    duration: Math.max(current.duration, packet.duration),
    lastAtMs: nowMs,
    told: current.told || packet.end,
  };
  if (packet.end && !current.told) presses.push(...pressOf(next));
  return { state: next, presses };
}

/** Tells a press whose end never came; call it now and then. */
export function expireEvent(state: DtmfState | null, nowMs: number): { state: DtmfState | null; presses: DtmfPress[] } {
  if (!state || state.told || nowMs - state.lastAtMs < LOST_END_MS) return { state, presses: [] };
  return { state: { ...state, told: true }, presses: pressOf(state) };
}

function pressOf(state: DtmfState): DtmfPress[] {
  const digit = digitOfEvent(state.event);
  return digit === undefined ? [] : [{ digit, durationMs: Math.round(state.duration / 8) }];
}
