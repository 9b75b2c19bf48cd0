import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { DEMO_FLOWS } from './demo-flows.ts';
import { newFlowState, reduceIvr } from './interpreter.ts';
import { HOLD_MUSIC, positionPrompts, QUEUE_ENTER, QUEUE_WAIT } from './prompts.ts';
import type { Flow, IvrEffect, IvrEvent, IvrState, IvrTimer } from './types.ts';

const PROMPT_MS = 2000;

/** A caller in simulated time: every prompt lasts two seconds, music until stopped; keys are pressed as planned. */
class Caller {
  readonly clock = new FakeClock();
  /** What the caller lived through, with the second it happened in. */
  readonly story: string[] = [];
  #state: IvrState;
  #endPlay: (() => void) | null = null;
  readonly #timers = new Map<IvrTimer, () => void>();
  readonly #flow: Flow;

  constructor(number: string) {
    const demo = DEMO_FLOWS.find((entry) => entry.number === number);
    if (!demo) throw new Error(`no flow for ${number}`);
    this.#flow = demo.flow;
    this.#state = newFlowState(demo.flow);
  }

  call(keys: Record<number, string> = {}, seconds = 3600): string[] {
    for (const [second, digit] of Object.entries(keys)) {
      this.clock.after(Number(second) * 1000, () => this.#send({ type: 'digit', digit, ...this.#times() }));
    }
    this.#send({ type: 'start', ...this.#times() });
    this.clock.advance(seconds * 1000);
    return this.story;
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  #times(): { at: number; wall: number } {
    return { at: this.clock.monotonic(), wall: this.clock.wall() };
  }

  #send(event: IvrEvent): void {
    const { state, effects } = reduceIvr(this.#flow, this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#run(effect);
  }

  #run(effect: IvrEffect): void {
    const second = Math.round((this.clock.monotonic() - Date.UTC(2026, 0, 5)) / 1000);
    switch (effect.type) {
      case 'trace':
      case 'answer':
      case 'consent':
      case 'lookUp':
      case 'callback':
      case 'discardVoicemail':
        return;
      case 'dial':
        this.story.push(`${second} dials ${effect.number}`);
        return;
      case 'play':
        this.#endPlay?.();
        this.#endPlay = effect.loop
          ? null
          : this.clock.after(effect.prompts.length * PROMPT_MS, () => this.#send({ type: 'playFinished', ...this.#times() }));
        this.story.push(`${second} ${effect.prompts.join('+')}`);
        return;
      case 'stopPlay':
        this.#endPlay?.();
        this.#endPlay = null;
        return;
      case 'setTimer':
        expect(this.#timers.has(effect.timer)).toBe(false);
        this.#timers.set(
          effect.timer,
          this.clock.after(effect.afterMs, () => {
            this.#timers.delete(effect.timer);
            this.#send({ type: 'timer', timer: effect.timer, ...this.#times() });
          }),
        );
        return;
      case 'clearTimer':
        this.#timers.get(effect.timer)?.();
        expect(this.#timers.delete(effect.timer)).toBe(true);
        return;
      case 'enqueue':
        this.story.push(`${second} enqueue ${effect.queue}`);
        this.#send({ type: 'position', position: 2, ...this.#times() });
        return;
      case 'noticePlayed':
      case 'dequeue':
      case 'startVoicemail':
      case 'stopVoicemail':
      case 'echo':
      case 'hangup':
        this.story.push(`${second} ${effect.type}`);
    }
  }
}

const POSITION_2 = 'ja/queue-position-intro+ja/number-2+ja/queue-position-unit';

describe('demo flows in simulated time', () => {
  it('0312340001: notice, menu, support by key 1, announcements, overflow to voicemail after half an hour', () => {
    const caller = new Caller('0312340001');
    const story = caller.call({ 3: '1', 1850: '#' });
    expect(story.slice(0, 9)).toEqual([
      '0 ja/recording-notice',
      '2 noticePlayed',
      '2 ja/menu-main',
      '3 enqueue support',
      '3 ja/queue-enter',
      `5 ${POSITION_2}`,
      '11 music/hold',
      `41 ${POSITION_2}+ja/queue-wait`,
      '49 music/hold',
    ]);
    expect(story.slice(-6)).toEqual([
      '1803 dequeue',
      '1803 ja/voicemail-greeting+ja/beep',
      '1807 startVoicemail',
      '1850 stopVoicemail',
      '1850 ja/voicemail-thanks',
      '1852 hangup',
    ]);
    expect(caller.pendingTimers).toBe(0);
    expect(caller.clock.pending).toBe(0);
  });

  it('0312340001: key 3 plays the hours and comes back, key 2 is sales', () => {
    const story = new Caller('0312340001').call({ 5: '3', 9: '2' }, 10);
    expect(story).toEqual([
      '0 ja/recording-notice',
      '2 noticePlayed',
      '2 ja/menu-main',
      '5 ja/open-hours',
      '7 ja/menu-main',
      '9 enqueue sales',
      '9 ja/queue-enter',
    ]);
  });

  it('0312340001: a wrong key, then silence, then support', () => {
    const story = new Caller('0312340001').call({ 3: '9' }, 40);
    expect(story.slice(2, 7)).toEqual([
      '2 ja/menu-main',
      '3 ja/menu-invalid+ja/menu-main',
      '14 ja/menu-timeout+ja/menu-main',
      '25 enqueue support',
      '25 ja/queue-enter',
    ]);
  });

  it('0312340001: key 0 leaves a message of at most two minutes', () => {
    expect(new Caller('0312340001').call({ 2.5: '0' }).slice(3)).toEqual([
      '3 ja/voicemail-greeting+ja/beep',
      '7 startVoicemail',
      '127 stopVoicemail',
      '127 ja/voicemail-thanks',
      '129 hangup',
    ]);
  });

  it('0312340002 and 0312340005 are in the queue at once', () => {
    expect(new Caller('0312340002').call({}, 1)).toEqual(['0 enqueue support', '0 ja/queue-enter']);
    expect(new Caller('0312340005').call({}, 1)).toEqual(['0 enqueue stations', '0 ja/queue-enter']);
  });

  it('0312340003 announces and hangs up', () => {
    expect(new Caller('0312340003').call()).toEqual(['0 ja/announcement+ja/goodbye', '4 hangup']);
  });

  it('0312340004 echoes', () => {
    expect(new Caller('0312340004').call()).toEqual(['0 echo']);
  });
});

describe('sounds', () => {
  it('exist for every prompt of the demo flows and for what verbs say by themselves', () => {
    const inFlows = DEMO_FLOWS.flatMap(({ flow }) =>
      Object.values(flow.nodes).flatMap((node) => {
        if (node.verb === 'menu') return [...node.prompts, ...node.invalidPrompts, ...node.timeoutPrompts];
        return node.verb === 'play' || node.verb === 'voicemail' ? node.prompts : [];
      }),
    );
    const positions = Array.from({ length: 99 }, (_, index) => positionPrompts(index + 1, 'entering')).flat();
    const names = new Set([...inFlows, ...positions, HOLD_MUSIC, QUEUE_ENTER, QUEUE_WAIT]);
    const sounds = new URL('../../assets/sounds/', import.meta.url);
    expect([...names].filter((name) => !existsSync(new URL(`${name}.wav`, sounds)))).toEqual([]);
    expect(names.size).toBeGreaterThan(110);
  });
});
