/**
 * ICE of a server with an address of its own (RFC 8445 "lite"): one host candidate, one component. The peer makes the checks;
 * we answer those that know our password, and send where the one with USE-CANDIDATE came from. Pure: time comes in events.
 *
 *     waiting --authentic check--> checked --nominated--> selected --no check for 30 s--> lapsed --check--> selected
 */
import { isSameAddress, type TransportAddress } from './address.ts';
import { ATTRIBUTE, attributeOf, BINDING, errorCode, isAuthentic, parseStun, type ReceivedStun, serializeStun, type StunAttribute, xorMappedAddress } from './message.ts';
import { StunParseError } from './errors.ts';

export interface IceCredentials {
  fragment: string;
  password: string;
}

/** The address that the peer nominated. */
interface Selected {
  address: TransportAddress;
  /** PRIORITY of the check. */
  priority: number;
  /** Of its last nominated check. */
  atMs: number;
}

export interface IceState {
  local: IceCredentials;
  /** The peer's fragment; null = its description has not come yet. */
  remoteFragment: string | null;
  /** Where authentic checks came from, newest first. */
  checked: readonly TransportAddress[];
  selected: Selected | null;
  /** Of the last authentic check; the consent to send to the peer (RFC 7675) hangs on it. */
  lastCheckMs: number;
  hasConsent: boolean;
}

export type IceEvent =
  | { type: 'datagram'; bytes: Buffer; from: TransportAddress; nowMs: number }
  /** At least once a second. */
  | { type: 'tick'; nowMs: number }
  /** The peer's description came. */
  | { type: 'remote'; fragment: string };

export type IceEffect =
  | { type: 'send'; bytes: Buffer; to: TransportAddress }
  /** The first authentic check. */
  | { type: 'checked' }
  | { type: 'selected'; address: TransportAddress }
  /** False: nothing may be sent to the peer any more. */
  | { type: 'consent'; given: boolean };

export interface IceStep {
  state: IceState;
  effects: IceEffect[];
}

/** Life of a consent (RFC 7675 section 5.1); peers check every few seconds. */
const CONSENT_MS = 30_000;
/** A pair of lower priority takes over when the better one was not nominated again for this long. */
const NOMINATION_MS = 1_000;
const MOST_CHECKED = 8;
/** Attributes below 0x8000 that we understand; others are refused with 420 (RFC 8489 section 6.3.1). */
const UNDERSTOOD: ReadonlySet<number> = new Set([ATTRIBUTE.username, ATTRIBUTE.messageIntegrity, ATTRIBUTE.priority, ATTRIBUTE.useCandidate]);

/** @param local fragment of 4 to 256, password of 22 to 256 ice-chars */
export const newIce = (local: IceCredentials, remoteFragment: string | null): IceState => ({
  local,
  remoteFragment,
  checked: [],
  selected: null,
  lastCheckMs: Number.NEGATIVE_INFINITY,
  hasConsent: false,
});

/** A restart (RFC 8445 section 9): new credentials on both sides; what was selected stays so until something else is. */
export const restartIce = (state: IceState, local: IceCredentials, remoteFragment: string | null): IceState => ({ ...state, local, remoteFragment, checked: [] });

/** True when an authentic check came from here: what else comes from there may be looked at. */
export const isChecked = (state: IceState, from: TransportAddress): boolean => isSameAddress(state.selected?.address ?? null, from) || state.checked.some((each) => isSameAddress(each, from));

export function iceStep(state: IceState, event: IceEvent): IceStep {
  switch (event.type) {
    case 'datagram':
      return onDatagram(state, event);
    case 'remote':
      return { state: { ...state, remoteFragment: event.fragment }, effects: [] };
    case 'tick': {
      if (!state.hasConsent || event.nowMs - state.lastCheckMs <= CONSENT_MS) return { state, effects: [] };
      return { state: { ...state, hasConsent: false }, effects: [{ type: 'consent', given: false }] };
    }
  }
}

type Datagram = Extract<IceEvent, { type: 'datagram' }>;

function onDatagram(state: IceState, event: Datagram): IceStep {
  const check = authenticCheck(state, event.bytes);
  // Who does not know the password gets no answer at all: nothing can be reflected, and nothing learned.
  if (!check) return { state, effects: [] };
  const unknown = check.attributes.filter(({ type }) => type < 0x8000 && !UNDERSTOOD.has(type));
  if (unknown.length > 0) return { state, effects: [refusal(state, check, event.from, errorCode(420, 'Unknown Attribute'), [unknownTypes(unknown)])] };
  // We are the controlled one, always (section 7.3.1.1).
  if (attributeOf(check, ATTRIBUTE.iceControlled)) return { state, effects: [refusal(state, check, event.from, errorCode(487, 'Role Conflict'))] };
  return admit(state, check, event);
}

function authenticCheck({ local, remoteFragment }: IceState, bytes: Buffer): ReceivedStun | null {
  try {
    const message = parseStun(bytes);
    if (message.class !== 'request' || message.method !== BINDING || message.fingerprintAt < 0) return null;
    const [ours, theirs] = (attributeOf(message, ATTRIBUTE.username)?.toString() ?? '').split(':');
    if (ours !== local.fragment || theirs === undefined || (remoteFragment !== null && theirs !== remoteFragment)) return null;
    return isAuthentic(message, local.password) ? message : null;
  } catch (error) {
    if (error instanceof StunParseError) return null;
    throw error;
  }
}

function admit(state: IceState, check: ReceivedStun, { from, nowMs }: Datagram): IceStep {
  const success = { class: 'success', method: BINDING, transactionId: check.transactionId, attributes: [xorMappedAddress(from, check.transactionId)] } as const;
  const effects: IceEffect[] = [{ type: 'send', bytes: serializeStun(success, state.local.password), to: from }];
  if (state.checked.length === 0 && !state.selected) effects.push({ type: 'checked' });
  const others = state.checked.filter((each) => !isSameAddress(each, from));
  let next: IceState = { ...state, checked: [from, ...others].slice(0, MOST_CHECKED) };
  const priority = attributeOf(check, ATTRIBUTE.priority);
  if (attributeOf(check, ATTRIBUTE.useCandidate)) next = nominate(next, from, priority?.length === 4 ? priority.readUInt32BE(0) : 0, nowMs, effects);
  if (!isSameAddress(next.selected?.address ?? null, from)) return { state: next, effects };
  if (!next.hasConsent) effects.push({ type: 'consent', given: true });
  return { state: { ...next, lastCheckMs: nowMs, hasConsent: true }, effects };
}

function nominate(state: IceState, from: TransportAddress, priority: number, nowMs: number, effects: IceEffect[]): IceState {
  const { selected } = state;
  const isSame = isSameAddress(selected?.address ?? null, from);
  // Peers that nominate every pair that works (RFC 5245) mean the best of them.
  if (selected && !isSame && priority < selected.priority && nowMs - selected.atMs < NOMINATION_MS) return state;
  if (!isSame) effects.push({ type: 'selected', address: from });
  return { ...state, selected: { address: from, priority, atMs: nowMs } };
}

function refusal(state: IceState, { transactionId }: ReceivedStun, to: TransportAddress, error: StunAttribute, more: StunAttribute[] = []): IceEffect {
  return { type: 'send', bytes: serializeStun({ class: 'error', method: BINDING, transactionId, attributes: [error, ...more] }, state.local.password), to };
}

function unknownTypes(unknown: readonly StunAttribute[]): StunAttribute {
  const value = Buffer.alloc(unknown.length * 2);
  unknown.forEach(({ type }, index) => value.writeUInt16BE(type, index * 2));
  return { type: ATTRIBUTE.unknownAttributes, value };
}
