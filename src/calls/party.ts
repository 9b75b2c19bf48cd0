/** The people in a call beside its two: who is consulted, in a conference with them, called for them, or listens. Plain data. */
import type { MixScope } from '../media/protocol.ts';
import type { CodecName } from '../protocol/rtp/codecs.ts';
import type { SrtpPolicy } from '../protocol/sdp/security.ts';
import type { OutboundTarget } from '../sip/types.ts';
import type { SipLegState } from './leg-state.ts';

/** Whom to bring into a call. */
export type PartyTarget =
  | { kind: 'agent'; agentId: string }
  /** A telephone number, or the name of a registered telephone. */
  | { kind: 'number'; number: string }
  /** A number outside that a flow calls under this number of the tenant. */
  | { kind: 'dial'; number: string; callerId: string | null }
  /** What a telephone's REFER names. */
  | { kind: 'refer'; number: string }
  /** Whom that leg speaks with (attended transfer). */
  | { kind: 'replaces'; legId: string; replaces: string }
  /** The URIs of a 3xx answer, best first. */
  | { kind: 'redirect'; contacts: readonly string[] };

/** Where a blind transfer may lead beside these. */
export type TransferTarget = PartyTarget | { kind: 'queue'; code: string };

/** Whom a REFER can mean. */
export type ReferTarget = TransferTarget | { kind: 'park'; slot: number };

/** What is set for the line that a leg is on. */
export interface Line {
  /** Not given: protected where the peer asks for it, and never offered. */
  srtp?: SrtpPolicy;
  /** What is offered, best first; not given: G.711 is offered, and others are taken where the peer has nothing else. */
  codecs?: readonly CodecName[];
  /** Keys come as tones in the sound. */
  inbandDtmf?: boolean;
  /** Trunk that the leg holds a channel of; the plan is empty for calls in. */
  trunk?: { trunkId: string; planId: string } | null;
}

/** One telephone to ring. */
export type Attempt = Omit<OutboundTarget, 'sdp'> & Line;

/** Where a party can be reached; all of a stage ring at once, the next stage follows when nobody answers. */
export interface Located {
  /** Null for somebody who is no agent. */
  agentId: string | null;
  name: string;
  /** For people; empty for an agent. */
  number: string;
  /** The agent's browser is rung, too. */
  browser: boolean;
  stages: readonly (readonly Attempt[])[];
}

/** A telephone of a party that is being rung. */
export interface Fork {
  /** Also the begin of its leg's id. */
  endpoint: string;
  sip: SipLegState | null;
  /** Null once it was invited. */
  target: Attempt | null;
  /** Its network sends sound before the answer: a tone or an announcement. */
  early?: boolean;
  /** A telephone of the tenant. */
  inside?: boolean;
}

/**
 * - consult: the agent speaks with them alone while the caller waits
 * - member: in a conference with caller and agent
 * - transfer: rung for a far party that nobody else speaks with
 * - supervisor: hears the agent's conversation
 * - device: telephones of the agent who is offered the call, rung beside the browser
 */
export type PartyRole = 'consult' | 'member' | 'transfer' | 'supervisor' | 'device';

/** monitor: hears all, heard by nobody; whisper: heard by the agent only; barge: heard by everybody. */
export type SuperviseMode = 'monitor' | 'whisper' | 'barge';

export interface PartyPart {
  /** Unique among all calls. */
  id: string;
  role: PartyRole;
  agentId: string | null;
  name: string;
  number: string;
  stage: 'locating' | 'ringing' | 'connected';
  /** Devices: the offer beside which they ring. */
  forOffer?: string;
  /** The agent's browser is rung with this id; null when it is not. */
  offerId: string | null;
  expiresWall: number;
  /** A browser's line, or the endpoint of the telephone that answered. */
  endpoint: string | null;
  /** A telephone of the tenant, not of the outside. */
  inside?: boolean;
  /** Dialog of the telephone that answered; null for a browser. */
  sip: SipLegState | null;
  forks: readonly Fork[];
  /** Still to be tried. */
  stages: readonly (readonly Attempt[])[];
  /** How many telephones were rung so far, for ids. */
  rung: number;
  redirects: number;
  /** Status of the last refusal. */
  refusal: number;
  mode: SuperviseMode;
}

/** How the endpoints of a call hear each other at the moment. */
export interface Wiring {
  bridge: { id: string; a: string; b: string } | null;
  mix: { id: string; members: Readonly<Record<string, { hears: MixScope; heardBy: MixScope }>> } | null;
}

export const UNWIRED: Wiring = { bridge: null, mix: null };
