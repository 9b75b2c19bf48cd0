import { describe, expect, it } from 'vitest';
import { newFlowState, reduceIvr } from '../interpreter.ts';
import { NO_FACTS, type Flow, type IvrEffect, type IvrEvent, type IvrState, type LookupResult } from '../types.ts';

const FLOW: Flow = { start: 'box', nodes: { box: { verb: 'mailbox', language: 'ja', next: 'end' }, end: { verb: 'hangup' } } };
const AT = Date.UTC(2026, 4, 1, 3, 5);
const MESSAGES = [{ id: 'new', at: AT }, { id: 'old', at: AT - 60_000 }];

type Input = IvrEvent extends infer Event ? (Event extends IvrEvent ? Omit<Event, 'at' | 'wall'> : never) : never;

/** Somebody at a telephone. */
class Listener {
  state: IvrState = newFlowState(FLOW);
  effects: IvrEffect[] = [];

  constructor() {
    this.send({ type: 'start' });
  }

  send(input: Input): IvrEffect[] {
    const { state, effects } = reduceIvr(FLOW, this.state, { ...input, at: 0, wall: AT } as IvrEvent, { ...NO_FACTS, callerNumber: '7001' });
    this.state = state;
    this.effects = effects;
    return effects;
  }

  type(keys: string): void {
    for (const digit of keys) this.send({ type: 'digit', digit });
  }

  answer(result: LookupResult): void {
    this.send({ type: 'lookedUp', request: this.state.request ?? 0, result });
  }

  get asked(): unknown {
    return this.effects.find(({ type }) => type === 'lookUp');
  }

  get heard(): readonly string[] {
    return this.effects.flatMap((effect) => (effect.type === 'play' ? effect.prompts : []));
  }
}

/** Through the door, with these messages in the box. */
function inside(messages = MESSAGES): Listener {
  const listener = new Listener();
  listener.answer({ kind: 'mailboxOf', number: '8001' });
  listener.type('4071#');
  listener.answer({ kind: 'openMailbox', outcome: 'open', box: 'b', messages });
  return listener;
}

/** At the first message. */
function atFirst(): Listener {
  const listener = inside();
  listener.send({ type: 'playFinished' });
  listener.answer({ kind: 'mailboxMessage', done: true });
  return listener;
}

describe('a voicemail box by telephone', () => {
  it('asks for the PIN alone where the telephone has one box, else for its number first', () => {
    const listener = new Listener();
    expect(listener.asked).toMatchObject({ query: { kind: 'mailboxOf', telephone: '7001' } });
    listener.answer({ kind: 'mailboxOf', number: '8001' });
    expect(listener.heard).toEqual(['ja/mailbox-pin']);
    listener.type('4071#');
    expect(listener.asked).toMatchObject({ query: { kind: 'openMailbox', number: '8001', pin: '4071' } });
    expect(listener.state.digits, 'no PIN stays in the state').toBe('');

    const stranger = new Listener();
    stranger.answer({ kind: 'mailboxOf', number: null });
    expect(stranger.heard).toEqual(['ja/mailbox-number']);
    stranger.type('8002#');
    expect(stranger.heard).toEqual(['ja/mailbox-pin']);
  });

  it('sends a caller on after three wrong entries, and at once when the box is locked', () => {
    const listener = new Listener();
    listener.answer({ kind: 'mailboxOf', number: '8001' });
    listener.type('1111#');
    for (const more of [1, 2]) {
      listener.answer({ kind: 'openMailbox', outcome: 'refused' });
      expect(listener.heard, String(more)).toEqual(['ja/mailbox-wrong', 'ja/mailbox-number']);
      listener.type('8001#1111#');
    }
    listener.answer({ kind: 'openMailbox', outcome: 'refused' });
    expect(listener.heard).toEqual(['ja/goodbye']);
    expect(listener.send({ type: 'playFinished' })).toContainEqual({ type: 'hangup' });

    const locked = new Listener();
    locked.answer({ kind: 'mailboxOf', number: '8001' });
    locked.type('4071#');
    locked.answer({ kind: 'openMailbox', outcome: 'locked' });
    expect(locked.heard).toEqual(['ja/mailbox-locked']);
  });

  it('says a fault of the system as one, not as a wrong PIN nor as a message that is gone', () => {
    const asking = (): Listener => {
      const listener = new Listener();
      listener.answer({ kind: 'mailboxOf', number: '8001' });
      listener.type('4071#');
      return listener;
    };
    const failed = asking();
    failed.answer({ kind: 'openMailbox', outcome: 'failed' });
    expect(failed.heard).toEqual(['ja/mailbox-failed']);
    const silent = asking();
    silent.send({ type: 'timer', timer: 'lookup' });
    expect(silent.heard).toEqual(['ja/mailbox-failed']);
    const within = inside();
    within.send({ type: 'playFinished' });
    within.answer({ kind: 'mailboxMessage', done: false, failed: true });
    expect(within.heard).toEqual(['ja/mailbox-failed']);
  });

  it('says how many messages there are, then when each was left, the newest first', () => {
    const listener = inside();
    expect(listener.heard).toEqual(['ja/number-2', 'ja/mailbox-count']);
    listener.send({ type: 'playFinished' });
    expect(listener.asked).toMatchObject({ query: { kind: 'mailboxMessage', box: 'b', recording: 'new', action: 'play' } });
    listener.answer({ kind: 'mailboxMessage', done: true });
    // 12:05 in Japan, on the first of May.
    expect(listener.heard.slice(0, 3)).toEqual(['ja/month-5', 'ja/day-1', 'ja/pm']);
    expect(listener.heard).toContain('voicemail/new');
    expect(listener.heard.at(-1)).toBe('ja/mailbox-menu');
    expect(inside([]).heard).toEqual(['ja/mailbox-none']);
  });

  it('passes over a message that is gone, whichever way the caller goes', () => {
    const listener = inside([{ id: 'a', at: AT }, { id: 'b', at: AT }, { id: 'c', at: AT }]);
    listener.send({ type: 'playFinished' });
    listener.answer({ kind: 'mailboxMessage', done: true });
    listener.type('#');
    listener.answer({ kind: 'mailboxMessage', done: false });
    expect(listener.asked).toMatchObject({ query: { recording: 'c' } });
    listener.answer({ kind: 'mailboxMessage', done: true });
    listener.type('*');
    listener.answer({ kind: 'mailboxMessage', done: false });
    expect(listener.asked, 'not c again').toMatchObject({ query: { recording: 'a' } });
    listener.answer({ kind: 'mailboxMessage', done: false });
    expect(listener.asked, 'none before the first').toMatchObject({ query: { recording: 'a' } });
    for (const recording of ['b', 'c']) {
      listener.answer({ kind: 'mailboxMessage', done: false });
      expect(listener.asked).toMatchObject({ query: { recording } });
    }
    listener.answer({ kind: 'mailboxMessage', done: false });
    expect(listener.heard).toEqual(['ja/mailbox-end']);
  });

  it('deletes by 7, keeps by 9, plays again by 1, goes on by # and back by *', () => {
    const listener = atFirst();
    listener.type('1');
    expect(listener.asked).toMatchObject({ query: { recording: 'new', action: 'play' } });
    listener.answer({ kind: 'mailboxMessage', done: true });
    listener.type('7');
    expect(listener.asked).toMatchObject({ query: { recording: 'new', action: 'delete' } });
    listener.answer({ kind: 'mailboxMessage', done: true });
    expect(listener.heard).toEqual(['ja/mailbox-deleted']);
    listener.send({ type: 'playFinished' });
    expect(listener.asked).toMatchObject({ query: { recording: 'old', action: 'play' } });
    listener.answer({ kind: 'mailboxMessage', done: true });
    listener.type('9');
    expect(listener.heard).toEqual(['ja/mailbox-saved']);
    listener.send({ type: 'playFinished' });
    expect(listener.heard).toEqual(['ja/mailbox-end']);
    const other = atFirst();
    other.type('#');
    expect(other.asked).toMatchObject({ query: { recording: 'old' } });
    other.answer({ kind: 'mailboxMessage', done: true });
    other.type('*');
    expect(other.asked).toMatchObject({ query: { recording: 'new' } });
  });

  it('passes over a message that somebody else has deleted, and ends for who says nothing', () => {
    const listener = inside();
    listener.send({ type: 'playFinished' });
    listener.answer({ kind: 'mailboxMessage', done: false });
    expect(listener.asked).toMatchObject({ query: { recording: 'old' } });
    listener.answer({ kind: 'mailboxMessage', done: true });
    listener.send({ type: 'playFinished' });
    listener.send({ type: 'timer', timer: 'menuInput' });
    expect(listener.heard).toEqual(['ja/mailbox-menu']);
    listener.send({ type: 'playFinished' });
    listener.send({ type: 'timer', timer: 'menuInput' });
    expect(listener.heard).toEqual(['ja/goodbye']);
  });
});
