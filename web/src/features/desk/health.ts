import type { SoftphoneSnapshot } from '../../softphone/state.ts';

/** warn: calls come, but may sound bad; problem: none are offered. */
export type HealthLevel = 'ok' | 'wait' | 'warn' | 'problem';

/** Why a part is not well; chooses the advice on screen. */
export type HealthCause =
  | 'fine'
  | 'asking'
  | 'refused'
  | 'missing'
  | 'muted'
  | 'afterMicrophone'
  | 'insecure'
  | 'connecting'
  | 'offline'
  | 'slow'
  | 'lossy'
  | 'noMedia'
  | 'asleep';

export interface HealthPart {
  part: 'microphone' | 'network' | 'media' | 'tab';
  level: HealthLevel;
  cause: HealthCause;
}

/** From here on people talk over each other or lose words; the server stops offering calls at worse figures of its own. */
export const SLOW_ROUND_TRIP_MS = 400;
export const LOSSY_PERCENT = 5;

/** States of the microphone in which no sound can be sent. */
const HOLDS_SOUND_BACK: ReadonlySet<SoftphoneSnapshot['microphone']> = new Set(['asking', 'refused', 'missing', 'insecure']);

/** The four parts of a healthy desk. What the server says counts even where this page sees nothing wrong. */
export function healthOf(snapshot: SoftphoneSnapshot): readonly [HealthPart, HealthPart, HealthPart, HealthPart] {
  return [microphone(snapshot), network(snapshot), media(snapshot), tab(snapshot)];
}

function microphone({ microphone: state, agent }: SoftphoneSnapshot): HealthPart {
  const part = 'microphone';
  if (state === 'ok') {
    return agent?.problems.includes('microphone') ? { part, level: 'wait', cause: 'connecting' } : { part, level: 'ok', cause: 'fine' };
  }
  if (state === 'asking') return { part, level: 'wait', cause: 'asking' };
  if (state === 'off') return { part, level: 'wait', cause: 'connecting' };
  return { part, level: 'problem', cause: state };
}

function network({ connection, agent, health }: SoftphoneSnapshot): HealthPart {
  const part = 'network';
  if (connection === 'waiting' || connection === 'closed') return { part, level: 'problem', cause: 'offline' };
  if (connection === 'connecting') return { part, level: 'wait', cause: 'connecting' };
  const stops = agent?.problems.includes('network') ?? false;
  const level = stops ? 'problem' : 'warn';
  if ((health?.lossPercent ?? 0) >= LOSSY_PERCENT) return { part, level, cause: 'lossy' };
  if ((health?.roundTripMs ?? 0) >= SLOW_ROUND_TRIP_MS) return { part, level, cause: 'slow' };
  if (stops) return { part, level, cause: 'lossy' };
  return { part, level: 'ok', cause: 'fine' };
}

function media({ microphone: state, line, agent, desk }: SoftphoneSnapshot): HealthPart {
  const part = 'media';
  // Browsers hold back both sound and network addresses of a page without microphone: the network is not to blame.
  if (HOLDS_SOUND_BACK.has(state)) return { part, level: 'wait', cause: 'afterMicrophone' };
  if (line === 'broken') return { part, level: 'problem', cause: 'noMedia' };
  if (line !== 'connected' || desk !== 'open') return { part, level: 'wait', cause: 'connecting' };
  if (agent?.problems.includes('media') || agent?.problems.includes('disconnected')) return { part, level: 'problem', cause: 'noMedia' };
  return { part, level: 'ok', cause: 'fine' };
}

/** A page that can read this is awake; the server may not have heard so yet. */
function tab({ agent }: SoftphoneSnapshot): HealthPart {
  const part = 'tab';
  return agent?.problems.includes('tab') ? { part, level: 'problem', cause: 'asleep' } : { part, level: 'ok', cause: 'fine' };
}
