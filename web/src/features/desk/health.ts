import type { SoftphoneSnapshot } from '../../softphone/state.ts';

export type HealthLevel = 'ok' | 'wait' | 'problem';

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
  | 'noMedia';

export interface HealthPart {
  part: 'microphone' | 'network' | 'media';
  level: HealthLevel;
  cause: HealthCause;
}

/** From here on people talk over each other or lose words; the server judges by figures of its own. */
export const SLOW_ROUND_TRIP_MS = 400;
export const LOSSY_PERCENT = 5;

/** States of the microphone in which no sound can be sent. */
const HOLDS_SOUND_BACK: ReadonlySet<SoftphoneSnapshot['microphone']> = new Set(['asking', 'refused', 'missing', 'insecure']);

/** The three parts of a healthy desk. What the server says counts even where this page sees nothing wrong. */
export function healthOf(snapshot: SoftphoneSnapshot): readonly [HealthPart, HealthPart, HealthPart] {
  return [microphone(snapshot), network(snapshot), media(snapshot)];
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
  if ((health?.lossPercent ?? 0) >= LOSSY_PERCENT) return { part, level: 'problem', cause: 'lossy' };
  if ((health?.roundTripMs ?? 0) >= SLOW_ROUND_TRIP_MS) return { part, level: 'problem', cause: 'slow' };
  if (agent?.problems.includes('network')) return { part, level: 'problem', cause: 'lossy' };
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
