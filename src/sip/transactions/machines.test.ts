import { describe, expect, it } from 'vitest';
import { INVITE_CLIENT_START, inviteClient } from './invite-client.ts';
import { INVITE_SERVER_START, inviteServer } from './invite-server.ts';
import { NON_INVITE_CLIENT_START, nonInviteClient } from './non-invite-client.ts';
import { NON_INVITE_SERVER_START, nonInviteServer } from './non-invite-server.ts';
import { DEFAULT_TIMERS, type ClientEvent, type Machine, type ServerEvent, type Step, type TransactionSettings } from './types.ts';

const UDP: TransactionSettings = { ...DEFAULT_TIMERS, reliable: false };
const TCP: TransactionSettings = { ...DEFAULT_TIMERS, reliable: true };

type AnyMachine = (settings: TransactionSettings, state: Machine<string>, event: never) => Step<string>;

/** Runs events through a machine; one line a step: the new state and the effects, `A:500` for a timer set, `-A` for one cleared. */
function run(machine: unknown, start: Machine<string>, settings: TransactionSettings, events: readonly string[]): string[] {
  let state = start;
  return events.map((event) => {
    const step = (machine as AnyMachine)(settings, state, event as never);
    state = step.state;
    const effects = step.effects.map((effect) => {
      if (effect.type === 'setTimer') return `${effect.timer}:${effect.ms}`;
      return effect.type === 'clearTimer' ? `-${effect.timer}` : effect.type;
    });
    return [state.name, ...effects].join(' ');
  });
}

describe('INVITE client (RFC 3261 17.1.1, RFC 6026)', () => {
  const go = (settings: TransactionSettings, ...events: ClientEvent[]): string[] => run(inviteClient, INVITE_CLIENT_START, settings, events);

  it('resends with doubling intervals and gives up after 64*T1', () => {
    expect(go(UDP, 'start', 'timerA', 'timerA', 'timerA', 'timerB')).toEqual([
      'calling sendRequest B:32000 A:500',
      'calling sendRequest A:1000',
      'calling sendRequest A:2000',
      'calling sendRequest A:4000',
      'terminated -A timeout terminated',
    ]);
  });

  it('stops resending at the first provisional response, and passes a 2xx each time it comes', () => {
    expect(go(UDP, 'start', 'provisional', 'timerA', 'provisional', 'success', 'success', 'failure', 'timerM')).toEqual([
      'calling sendRequest B:32000 A:500',
      'proceeding -A -B deliver',
      'proceeding',
      'proceeding deliver',
      'accepted -A -B deliver M:32000',
      'accepted deliver',
      'accepted',
      'terminated terminated',
    ]);
  });

  it('acknowledges a failure and each repetition of it, telling it once', () => {
    expect(go(UDP, 'start', 'failure', 'failure', 'success', 'timerD', 'failure')).toEqual([
      'calling sendRequest B:32000 A:500',
      'completed -A -B sendAck deliver D:32000',
      'completed sendAck',
      'completed',
      'terminated terminated',
      'terminated',
    ]);
  });

  it('neither resends nor waits on TCP', () => {
    expect(go(TCP, 'start', 'failure')).toEqual(['calling sendRequest B:32000', 'terminated -A -B sendAck deliver terminated']);
  });

  it('tells a broken transport once', () => {
    expect(go(UDP, 'start', 'transportError', 'transportError')).toEqual([
      'calling sendRequest B:32000 A:500',
      'terminated -A -B transportFailed terminated',
      'terminated',
    ]);
  });
});

describe('non-INVITE client (17.1.2)', () => {
  const go = (settings: TransactionSettings, ...events: ClientEvent[]): string[] => run(nonInviteClient, NON_INVITE_CLIENT_START, settings, events);

  it('resends up to T2, in proceeding every T2, and gives up', () => {
    expect(go(UDP, 'start', 'timerE', 'timerE', 'timerE', 'timerE', 'provisional', 'timerE', 'timerF')).toEqual([
      'trying sendRequest F:32000 E:500',
      'trying sendRequest E:1000',
      'trying sendRequest E:2000',
      'trying sendRequest E:4000',
      'trying sendRequest E:4000',
      'proceeding deliver',
      'proceeding sendRequest E:4000',
      'terminated -E timeout terminated',
    ]);
  });

  it('tells the final response once', () => {
    expect(go(UDP, 'start', 'success', 'success', 'timerK')).toEqual([
      'trying sendRequest F:32000 E:500',
      'completed -E -F deliver K:5000',
      'completed',
      'terminated terminated',
    ]);
    expect(go(TCP, 'start', 'failure')).toEqual(['trying sendRequest F:32000', 'terminated -E -F deliver terminated']);
  });
});

describe('INVITE server (17.2.1, RFC 6026)', () => {
  const go = (settings: TransactionSettings, ...events: ServerEvent[]): string[] => run(inviteServer, INVITE_SERVER_START, settings, events);

  it('says 100 when the user is silent, and repeats what it said last', () => {
    expect(go(UDP, 'start', 'timertrying', 'request', 'sendProvisional', 'request')).toEqual([
      'silent deliver trying:100',
      'proceeding -trying sendTrying',
      'proceeding sendResponse',
      'proceeding -trying sendResponse',
      'proceeding sendResponse',
    ]);
  });

  it('resends a failure until the ACK', () => {
    expect(go(UDP, 'start', 'sendFailure', 'timerG', 'timerG', 'timerG', 'timerG', 'request', 'ack', 'ack', 'timerI')).toEqual([
      'silent deliver trying:100',
      'completed -trying sendResponse H:32000 G:500',
      'completed sendResponse G:1000',
      'completed sendResponse G:2000',
      'completed sendResponse G:4000',
      'completed sendResponse G:4000',
      'completed sendResponse',
      'confirmed -G -H I:5000',
      'confirmed',
      'terminated terminated',
    ]);
  });

  it('gives up when no ACK comes', () => {
    expect(go(TCP, 'start', 'sendFailure', 'timerH')).toEqual([
      'silent deliver trying:100',
      'completed -trying sendResponse H:32000',
      'terminated -G -H timeout terminated',
    ]);
  });

  it('absorbs repeated INVITEs after a 2xx, which the dialog resends', () => {
    expect(go(UDP, 'start', 'sendSuccess', 'request', 'ack', 'timerL')).toEqual([
      'silent deliver trying:100',
      'accepted -trying sendResponse L:32000',
      'accepted',
      'accepted deliver',
      'terminated terminated',
    ]);
  });
});

describe('non-INVITE server (17.2.2)', () => {
  const go = (settings: TransactionSettings, ...events: ServerEvent[]): string[] => run(nonInviteServer, NON_INVITE_SERVER_START, settings, events);

  it('ignores repetitions while the user thinks and repeats its answer after', () => {
    expect(go(UDP, 'start', 'request', 'sendProvisional', 'request', 'sendSuccess', 'request', 'timerJ')).toEqual([
      'trying deliver',
      'trying',
      'proceeding sendResponse',
      'proceeding sendResponse',
      'completed sendResponse J:32000',
      'completed sendResponse',
      'terminated terminated',
    ]);
    expect(go(TCP, 'start', 'sendFailure')).toEqual(['trying deliver', 'terminated sendResponse terminated']);
  });
});

describe('every machine', () => {
  const events = ['start', 'provisional', 'success', 'failure', 'transportError', 'request', 'ack', 'sendProvisional', 'sendSuccess', 'sendFailure', ...'ABDEFGHIJKLM'.split('').map((name) => `timer${name}`), 'timertrying'];

  it.each([
    ['INVITE client', inviteClient, INVITE_CLIENT_START],
    ['non-INVITE client', nonInviteClient, NON_INVITE_CLIENT_START],
    ['INVITE server', inviteServer, INVITE_SERVER_START],
    ['non-INVITE server', nonInviteServer, NON_INVITE_SERVER_START],
  ] as const)('%s: takes any event in any state, and ends for good', (_name, machine, start) => {
    const seen = new Map<string, Machine<string>>([[start.name, start]]);
    for (const state of seen.values()) {
      for (const event of events) {
        const next = (machine as unknown as AnyMachine)(UDP, state, event as never);
        if (!seen.has(next.state.name)) seen.set(next.state.name, next.state);
        if (state.name === 'terminated') expect(next).toEqual({ state, effects: [] });
        const ends = next.effects.some(({ type }) => type === 'terminated');
        expect(ends).toBe(next.state.name === 'terminated' && state.name !== 'terminated');
      }
    }
    expect(seen.has('terminated')).toBe(true);
  });
});
