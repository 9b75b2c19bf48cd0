import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEMO_FLOWS } from './demo-flows.ts';
import { leaveFlow, newFlowState, reduceIvr } from './interpreter.ts';
import type { IvrEffect, IvrEvent, IvrState, IvrTimer } from './types.ts';

const times = { at: 0, wall: 0 };

const event: fc.Arbitrary<IvrEvent> = fc.oneof(
  fc.constant<IvrEvent>({ type: 'playFinished', ...times }),
  fc.constantFrom('0', '1', '2', '3', '4', '9', '*', '#').map((digit): IvrEvent => ({ type: 'digit', digit, ...times })),
  fc
    .constantFrom<IvrTimer>('menuInput', 'announce', 'maxWait', 'voicemailMax')
    .map((timer): IvrEvent => ({ type: 'timer', timer, ...times })),
  fc.nat(30).map((position): IvrEvent => ({ type: 'position', position, ...times })),
  fc.constant<IvrEvent>({ type: 'voicemailDone', ...times }),
  fc.constant<IvrEvent>({ type: 'unroutable', ...times }),
  fc.constantFrom('answered', 'busy', 'failed', 'refused').map((outcome): IvrEvent => ({ type: 'dialDone', outcome, ...times })),
);

/** What the outside knows of one flow: kept from effects alone. */
class Outside {
  readonly timers = new Set<IvrTimer>();
  playing = false;
  queued = false;
  recording = false;
  ended = false;

  foresee(happened: IvrEvent): void {
    if (happened.type === 'playFinished') this.playing = false;
    if (happened.type === 'timer') this.timers.delete(happened.timer);
    if (happened.type === 'voicemailDone') this.recording = false;
    if (happened.type === 'unroutable') this.queued = false;
  }

  hear(effect: IvrEffect): void {
    expect(this.ended).toBe(false);
    if (effect.type === 'setTimer') {
      expect(this.timers.has(effect.timer)).toBe(false);
      this.timers.add(effect.timer);
    }
    if (effect.type === 'clearTimer') expect(this.timers.delete(effect.timer)).toBe(true);
    if (effect.type === 'play') this.playing = true;
    if (effect.type === 'stopPlay') {
      expect(this.playing).toBe(true);
      this.playing = false;
    }
    if (effect.type === 'enqueue') {
      expect(this.queued).toBe(false);
      this.queued = true;
    }
    if (effect.type === 'dequeue') {
      expect(this.queued).toBe(true);
      this.queued = false;
    }
    if (effect.type === 'startVoicemail') this.recording = true;
    if (effect.type === 'stopVoicemail') {
      expect(this.recording).toBe(true);
      this.recording = false;
    }
    if (effect.type === 'hangup') this.ended = true;
  }

  /** A caller never waits in a silence from which nothing can come. */
  alive(state: IvrState): boolean {
    return this.playing || this.timers.size > 0 || this.recording || state.node === 'echo' || state.node === 'dial';
  }
}

describe('whatever a caller does', () => {
  it('nothing is set twice or left behind, and the line never goes dead', () => {
    fc.assert(
      fc.property(fc.constantFrom(...DEMO_FLOWS), fc.array(event, { maxLength: 60 }), fc.boolean(), ({ flow }, events, leaves) => {
        const outside = new Outside();
        let state = newFlowState(flow);
        const send = (happened: IvrEvent): void => {
          // The shell tells the end of what plays, runs or records only while it does.
          if (happened.type === 'playFinished' && !outside.playing) return;
          if (happened.type === 'voicemailDone' && !outside.recording) return;
          if (happened.type === 'dialDone' && state.node !== 'dial') return;
          if (happened.type === 'unroutable' && !outside.queued) return;
          outside.foresee(happened);
          const result = reduceIvr(flow, state, happened);
          state = result.state;
          for (const effect of result.effects) outside.hear(effect);
          expect(new Set(state.timers)).toEqual(outside.timers);
          expect(outside.ended).toBe(state.done);
          if (!state.done) expect(outside.alive(state)).toBe(true);
        };
        send({ type: 'start', ...times });
        for (const happened of events) send(happened);
        if (leaves) for (const effect of leaveFlow(flow, state).effects) outside.hear(effect);
        if (leaves || state.done) {
          expect([...outside.timers]).toEqual([]);
          expect([outside.playing, outside.recording]).toEqual([false, false]);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
