import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flowDefinitionSchema, type Flow, type FlowNode } from '../../shared/flow/nodes.ts';
import { leaveFlow, newFlowState, reduceIvr } from './interpreter.ts';
import { linkFlow } from './link.ts';
import type { CallFacts, IvrEffect, IvrEvent, IvrTimer, LookupResult } from './types.ts';

const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;
const times = { at: 0, wall: Date.parse('2026-09-22T10:00:00+09:00') };

const target = fc.constantFrom(...IDS);
const sounds = fc.array(fc.constantFrom('x', 'y'), { maxLength: 2 });
const key = fc.constantFrom('1', '2', '3', '#');
const asking = { prompts: sounds, timeoutMs: fc.constant(1000), retries: fc.nat(2), invalidPrompts: sounds, timeoutPrompts: sounds };
const verb = <const Name extends string, Shape extends object>(name: Name, shape: { [Key in keyof Shape]: fc.Arbitrary<Shape[Key]> }) => fc.record({ verb: fc.constant(name), ...shape });
const template = fc.constantFrom('', '5', '{v}', '{caller.number}', '{w}{v}');
const clause = fc.record({ left: fc.constantFrom('v', 'caller.number', 'now.time'), operator: fc.constantFrom('is', 'less', 'contains', 'isSet'), right: template });
const hours = fc.constant({ timeZone: 'Asia/Tokyo', days: { 2: [{ fromMinute: 0, toMinute: 1440 }] }, holidays: 'closed' });

const node = fc.oneof(
  verb('answer', { next: target }),
  verb('play', { prompts: sounds, next: target }),
  verb('say', { language: fc.constantFrom('ja', 'en'), parts: fc.array(fc.record({ kind: fc.constantFrom('number', 'digits', 'date'), value: template }), { maxLength: 2 }), next: target }),
  verb('menu', { ...asking, choices: fc.dictionary(key, target), otherwise: target }),
  verb('collect', { ...asking, variable: fc.constant('v'), minDigits: fc.constant(1), maxDigits: fc.constant(3), terminator: fc.constantFrom('#', 'none'), masked: fc.boolean(), next: target, otherwise: target }),
  verb('hours', { hours, open: target, closed: target }),
  verb('holiday', { hours, holiday: target, companyDay: target, otherwise: target }),
  verb('condition', { cases: fc.array(fc.record({ match: fc.constantFrom('all', 'any'), clauses: fc.array(clause, { maxLength: 2 }), to: target }), { maxLength: 2 }), otherwise: target }),
  verb('customer', { number: template, found: target, several: target, notFound: target }),
  verb('http', { method: fc.constantFrom('GET', 'POST'), url: fc.constant('https://example.com/{v}'), body: template, timeoutMs: fc.constant(500), save: fc.constant([{ path: 'a', variable: 'w' }]), ok: target, failed: target, timeout: target }),
  verb('set', { assignments: fc.array(fc.record({ variable: fc.constantFrom('v', 'w'), value: template }), { maxLength: 2 }), next: target }),
  verb('queue', { queue: fc.constant('q'), priority: fc.constant(0), requiredSkills: fc.constant({}), announceEveryMs: fc.constantFrom(0, 1000), maxWaitMs: fc.constantFrom(0, 5000), overflow: target }),
  verb('voicemail', { prompts: sounds, maxMs: fc.constant(1000), next: target }),
  verb('dial', { number: fc.constant('0312345678'), callerId: fc.constant(null), ringMs: fc.constant(1000), record: fc.boolean(), answered: target, busy: target, failed: target, refused: target }),
  verb('consent', { ...asking, yesKey: fc.constant('1'), noKey: fc.constant('2'), granted: target, declined: target }),
  verb('withheld', { prompts: sounds, anonymous: target, payphone: target, unavailable: target, shown: target }),
  verb('subflow', { flow: fc.constantFrom('self', 'gone'), next: target }),
  verb('goto', { flow: fc.constantFrom('self', 'gone') }),
  verb('return', {}),
  verb('echo', {}),
  verb('hangup', {}),
) as fc.Arbitrary<FlowNode>;

/** Some of the nodes may be missing: the interpreter must not trust that a flow was checked. */
const flows: fc.Arbitrary<Flow> = fc.record({ start: target, nodes: fc.dictionary(target, node, { minKeys: 4 }) }).map((flow) => {
  expect(flowDefinitionSchema.safeParse(flow).success).toBe(true);
  return linkFlow(flow, { flows: new Map([['self', flow]]), calendars: new Map(), boxGreetings: new Map(), agentNamed: () => undefined });
});

const results: readonly LookupResult[] = [
  { kind: 'customer', customers: [] },
  { kind: 'customer', customers: [{ id: '1', labels: ['VIP'] }] },
  { kind: 'http', outcome: 'ok', answer: { a: 1 } },
  { kind: 'http', outcome: 'failed', reason: 'unreachable' },
];

const deed = fc.oneof(
  fc.constant({ type: 'playFinished' } as const),
  fc.constantFrom('1', '2', '3', '9', '*', '#').map((digit) => ({ type: 'digit', digit }) as const),
  fc.constantFrom<IvrTimer>('menuInput', 'announce', 'maxWait', 'voicemailMax', 'lookup').map((timer) => ({ type: 'timer', timer }) as const),
  fc.nat(30).map((position) => ({ type: 'position', position }) as const),
  fc.constant({ type: 'voicemailDone' } as const),
  fc.constant({ type: 'unroutable' } as const),
  fc.constantFrom('answered', 'busy', 'failed', 'refused').map((outcome) => ({ type: 'dialDone', outcome }) as const),
  fc.record({ type: fc.constant('lookedUp'), request: fc.integer({ min: 1, max: 4 }), result: fc.constantFrom(...results) }) as fc.Arbitrary<{ type: 'lookedUp'; request: number; result: LookupResult }>,
);

const facts: fc.Arbitrary<CallFacts> = fc.record({ callerNumber: fc.constantFrom(null, '+819012345678'), withheldReason: fc.constantFrom(null, 'anonymous', 'payphone'), dialled: fc.constant('0312340001') });

/** What the outside knows of a flow from its effects alone. */
class Outside {
  readonly timers = new Set<IvrTimer>();
  playing = false;
  looping = false;
  waits: 'queue' | 'recording' | 'dial' | 'echo' | null = null;
  ended = false;

  hear(effect: IvrEffect): void {
    expect(this.ended).toBe(false);
    switch (effect.type) {
      case 'setTimer':
        expect(this.timers.has(effect.timer)).toBe(false);
        this.timers.add(effect.timer);
        return;
      case 'clearTimer':
        expect(this.timers.delete(effect.timer)).toBe(true);
        return;
      case 'play':
        expect(effect.prompts.length).toBeGreaterThan(0);
        this.playing = true;
        return;
      case 'stopPlay':
        expect(this.playing).toBe(true);
        this.playing = false;
        return;
      case 'enqueue':
        this.waits = 'queue';
        return;
      case 'startVoicemail':
        this.waits = 'recording';
        return;
      case 'dial':
      case 'echo':
        this.waits = effect.type;
        return;
      case 'dequeue':
      case 'stopVoicemail':
        this.waits = null;
        return;
      case 'hangup':
        this.ended = true;
        return;
      default:
    }
  }
}

describe('whatever a flow is made of and a caller does', () => {
  it('it ends or waits for something that can come, and leaves no timer and no sound behind', () => {
    fc.assert(
      fc.property(flows, facts, fc.array(deed, { maxLength: 40 }), (flow, who, deeds) => {
        const outside = new Outside();
        let state = newFlowState(flow);
        const send = (event: IvrEvent): void => {
          if (event.type === 'playFinished') outside.playing = false;
          if (event.type === 'timer') outside.timers.delete(event.timer);
          if (event.type === 'voicemailDone' || event.type === 'dialDone' || event.type === 'unroutable') outside.waits = null;
          const result = reduceIvr(flow, state, event, who);
          state = result.state;
          for (const effect of result.effects) outside.hear(effect);
          expect(new Set(state.timers)).toEqual(outside.timers);
          expect(state.done).toBe(outside.ended);
          const waits = outside.playing || outside.timers.size > 0 || outside.waits !== null;
          expect([state.done || waits, flow.nodes[state.node]?.verb]).toEqual([true, flow.nodes[state.node]?.verb]);
        };
        send({ type: 'start', ...times });
        for (const happened of deeds) {
          // The shell tells the end of what plays, waits or was asked only while it does.
          if (happened.type === 'playFinished' && !outside.playing) continue;
          if (happened.type === 'voicemailDone' && outside.waits !== 'recording') continue;
          if (happened.type === 'dialDone' && outside.waits !== 'dial') continue;
          if (happened.type === 'unroutable' && outside.waits !== 'queue') continue;
          send({ ...happened, ...times } as IvrEvent);
        }
        for (const effect of leaveFlow(flow, state).effects) outside.hear(effect);
        expect([outside.playing, outside.timers.size]).toEqual([false, 0]);
      }),
      { numRuns: 3000 },
    );
  });
});
