/** What an agent can do in a call with somebody who treats them badly. */
import { CONDUCT_SOUNDS } from '../ivr/prompts.ts';
import { endCall } from './end.ts';
import type { CallRun } from './run.ts';

const NOTHING_YET = { sos: false, warned: false, announcing: null } as const;

/** The agent asked for help: it stands in the history of the call. */
export function markSos(run: CallRun): void {
  const { state } = run;
  state.conduct = { ...(state.conduct ?? NOTHING_YET), sos: true };
  run.step('call.sos', {}, 'call.sos');
}

/**
 * Caller and agent hear the announcement instead of each other. The ending follows a warning only; when it is over, so is
 * the call. On hold nobody would hear it.
 */
export function announce(run: CallRun, kind: 'warning' | 'ending'): void {
  const { state } = run;
  const before = state.conduct ?? NOTHING_YET;
  if (state.phase !== 'talking' || (kind === 'ending' && !before.warned)) return;
  const sounds = [CONDUCT_SOUNDS[kind]];
  const playback = `${state.id}:p${run.nextPart()}`;
  run.effects.push({ type: 'play', endpoint: state.far.endpoint, playback, sounds, loop: false });
  const ear = state.agent?.endpoint;
  if (ear) run.effects.push({ type: 'play', endpoint: ear, playback: `${state.id}:p${run.nextPart()}`, sounds, loop: false });
  state.conduct = { ...before, announcing: { playback, kind }, warned: true };
  const code = kind === 'warning' ? 'call.warning_played' : 'call.ending_announced';
  run.step(code, {}, code);
}

/** Something that was played is over. */
export function onAnnounced(run: CallRun, playback: string): void {
  const { conduct } = run.state;
  if (conduct?.announcing?.playback !== playback) return;
  const { kind } = conduct.announcing;
  run.state.conduct = { ...conduct, announcing: null };
  if (kind === 'ending') endCall(run, { outcome: 'answered', by: 'agent', reason: 'conduct' });
}
