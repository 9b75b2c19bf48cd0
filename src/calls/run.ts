import type { AcdEvent } from '../acd/types.ts';
import type { AuditCode } from '../../shared/audit-codes.ts';
import type { Actor } from '../db/types.ts';
import { RINGBACK } from '../ivr/prompts.ts';
import type { MediaCommandName, MediaCommands } from '../media/protocol.ts';
import type { JournalEntry } from './journal.ts';
import type { CallEffect, CallPhase, CallState, CallTimer, MediaCommandEffect, Moment, SipEffect } from './types.ts';

/** An AcdEvent without the time, which the run adds. */
type AcdEventWithoutTime = AcdEvent extends infer Event ? (Event extends AcdEvent ? Omit<Event, 'at'> : never) : never;

const SYSTEM: Actor = { kind: 'system', id: 'calls', ip: '' };

/** One event being worked on: a private copy of the state, and the effects so far. The only place that changes a phase. */
export class CallRun {
  readonly state: CallState;
  readonly effects: CallEffect[] = [];
  readonly moment: Moment;
  actor: Actor = SYSTEM;

  constructor(state: CallState, moment: Moment) {
    this.state = { ...state, timers: { ...state.timers }, spent: { ...state.spent } };
    this.moment = moment;
  }

  /** Moves to another phase and books the time spent in the one before. */
  setPhase(phase: CallPhase): void {
    const { state, moment } = this;
    if (state.phase === phase) return;
    if (state.phase === 'held') this.endAside();
    const before = state.spent[state.phase] ?? 0;
    state.spent[state.phase] = before + Math.max(0, moment.at - state.since);
    state.phase = phase;
    state.since = moment.at;
  }

  /** The hold is no longer for another call of the agent. */
  endAside(): void {
    const { state, moment } = this;
    if (!state.aside || state.aside.since === null) return;
    state.aside = { since: null, ms: state.aside.ms + Math.max(0, moment.at - state.aside.since) };
  }

  /** A number unique in this call, for ids of its parts. */
  nextPart(): number {
    return this.state.nextPart++;
  }

  media<Name extends MediaCommandName>(command: Name, args: MediaCommands[Name]['in']): void {
    this.effects.push({ type: 'media', command, args } as MediaCommandEffect);
  }

  sip(effect: SipEffect): void {
    this.effects.push(effect);
  }

  acd(event: AcdEventWithoutTime): void {
    this.effects.push({ type: 'acd', event: { ...event, at: this.moment.at } as AcdEvent });
  }

  setTimer(timer: CallTimer, afterMs: number): void {
    this.state.timers[timer] = this.moment.wall + afterMs;
    this.effects.push({ type: 'setTimer', timer, afterMs });
  }

  /** Does nothing when the timer does not run. */
  clearTimer(timer: CallTimer): void {
    if (this.state.timers[timer] === undefined) return;
    delete this.state.timers[timer];
    this.effects.push({ type: 'clearTimer', timer });
  }

  journal(entry: JournalEntry): void {
    this.effects.push({ type: 'journal', actor: this.actor, entry });
  }

  /** A line of the call's history, audited when it has a code. */
  step(type: string, detail: Record<string, unknown> = {}, audit: AuditCode | null = null): void {
    const { state, moment } = this;
    const seq = state.nextSeq++;
    this.journal({ kind: 'step', callId: state.id, seq, atWall: moment.wall, type, detail, audit });
  }

  /** Plays at the far party; replaces what plays there. */
  play(sounds: readonly string[], loop: boolean, purpose: 'flow' | 'music'): void {
    const { state } = this;
    this.stopPlay();
    const playback = `${state.id}:p${this.nextPart()}`;
    state.playing = { id: playback, for: purpose };
    this.effects.push({ type: 'play', endpoint: state.far.endpoint, playback, sounds, loop });
  }

  stopPlay(): void {
    const { state } = this;
    if (!state.playing) return;
    this.media('stopPlay', { endpoint: state.far.endpoint, playback: state.playing.id });
    state.playing = null;
  }
  /** The tone of a ringing telephone on the line of the agent who dials; goes on where it is there already. */
  startRingback(endpoint: string): void {
    const { state } = this;
    if (state.ringback?.endpoint === endpoint) return;
    this.stopRingback();
    const playback = `${state.id}:p${this.nextPart()}`;
    state.ringback = { id: playback, endpoint };
    this.effects.push({ type: 'play', endpoint, playback, sounds: [RINGBACK], loop: true });
  }

  stopRingback(): void {
    const { state } = this;
    if (!state.ringback) return;
    this.media('stopPlay', { endpoint: state.ringback.endpoint, playback: state.ringback.id });
    state.ringback = null;
  }
}
