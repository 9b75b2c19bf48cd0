import { describe, expect, it } from 'vitest';
import type { RunStep } from '../../shared/api/flow-runs.ts';
import type { Flow, FlowNode } from '../ivr/types.ts';
import { FakeClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import type { DraftOrder } from '../modules/flows/draft-calls-live.ts';
import { DRAFT_CALL_MS, DraftCalls, draftWaitsFor } from './draft-calls.ts';
import type { JournalEntry } from './journal.ts';
import type { RuntimePorts } from './ports.ts';
import { FakeMedia } from './testing/fake-media.ts';
import { FakeSip } from './testing/fake-sip.ts';
import { noMetrics } from './testing/world.ts';

const end: FlowNode = { verb: 'hangup' };
const dial: FlowNode = { verb: 'dial', number: '0312345678', callerId: null, ringMs: 30_000, record: false, answered: 'yes', busy: 'busy', failed: 'end', refused: 'end' };
const play = (sound: string): FlowNode => ({ verb: 'play', prompts: [sound], next: 'end' });
const flowOf = (nodes: Record<string, FlowNode>): Flow => ({ start: 'start', nodes: { ...nodes, end } });
const waiting: FlowNode = { verb: 'queue', queue: 'support', priority: 0, requiredSkills: {}, announceEveryMs: 0, maxWaitMs: 0, overflow: 'full' };

/** The drafts of one tenant on fakes. */
class Drafts {
  readonly clock = new FakeClock();
  readonly media = new FakeMedia();
  readonly written: JournalEntry[] = [];
  readonly steps: RunStep[] = [];
  readonly located: string[] = [];
  readonly discarded: string[] = [];
  readonly calls: DraftCalls;
  #ids = 0;

  constructor() {
    const ports: Omit<RuntimePorts, 'recordings'> = {
      clock: this.clock,
      newId: () => `id-${++this.#ids}`,
      logger: silentLogger,
      sip: new FakeSip(),
      media: this.media.connection(() => true),
      metrics: noMetrics,
      lookUp: () => Promise.resolve({ kind: 'http', outcome: 'failed', reason: '' }),
      locate: async (target) => {
        this.located.push(target.kind);
        return { agentId: null, name: '', number: '', browser: false, stages: [] };
      },
    };
    this.calls = new DraftCalls({
      ...ports,
      tenantId: 'tenant',
      journal: { add: (_actor, entry) => this.written.push(entry) },
      store: {
        recordings: { open: async (_tenant, id) => ({ path: `/${id}`, seal: { key: '', associatedData: '' }, file: { objectPath: `store/${id}`, keyVersion: 1, wrappedKey: '' } }) },
        discard: async (path) => void this.discarded.push(path),
        clear: () => Promise.resolve(0),
      },
      library: () => ({ flows: new Map(), calendars: new Map(), boxGreetings: new Map(), agentNamed: () => undefined }),
    });
    const queue = { queueId: 'q', code: 'support', name: 'Support', requiredSkills: { english: 3 }, offerTimeoutMs: 1000, wrapUpMs: 0, missedOffersToAway: 3, serviceLevelMs: 1000, record: true };
    this.calls.configure({ queues: [queue], sounds: (sound) => sound });
    this.calls.events.on('step', ({ step }) => this.steps.push(step));
    this.media.onEvent = (event) => this.calls.runtime.toCall('call', { type: 'media', event });
  }

  order(flow: Flow, more: Partial<DraftOrder> = {}): string {
    return this.calls.order({ userId: 'ann', ip: '127.0.0.1', flowId: 'flow', code: 'trial', flow, callerNumber: '+81312340099', withheldReason: null, callsOut: false, ...more });
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 60; turn++) await Promise.resolve();
  }

  async begin(flow: Flow, more: Partial<DraftOrder> = {}): Promise<void> {
    this.calls.start('call', this.order(flow, more), 'v=0');
    await this.settle();
    this.media.onEvent({ event: 'endpointState', endpoint: 'call:far', state: 'connected' });
    await this.settle();
  }

  get waits() {
    return draftWaitsFor(this.calls.runtime.call('call'));
  }

  audits() {
    return this.written.map((entry) => (entry.kind === 'audit' ? [entry.code, entry.detail] : [entry.kind]));
  }

  told(): string[] {
    return this.steps.map(({ node, kind, text }) => `${node} ${kind} ${text}`.trim());
  }
}

describe('a call to a draft', () => {
  it('tells its way while it is heard, and leaves nothing but its audit', async () => {
    const drafts = new Drafts();
    await drafts.begin(flowOf({ start: { verb: 'menu', prompts: ['ask'], timeoutMs: 5000, retries: 0, invalidPrompts: [], timeoutPrompts: [], choices: { 1: 'a' }, otherwise: 'end' }, a: play('one') }));
    drafts.media.onEvent({ event: 'dtmf', endpoint: 'call:far', digit: '1', durationMs: 100 });
    await drafts.settle();
    expect(drafts.media.endpoints.get('call:far')?.playback?.files).toEqual(['one']);
    expect(drafts.told()).toEqual(['start reached', 'start heard ask', 'start did key 1', 'start told key 1', 'a reached', 'a heard one']);
    drafts.clock.advance(1500);
    drafts.calls.runtime.toCall('call', { type: 'visitor', action: 'hangup' });
    await drafts.settle();
    expect(drafts.told().at(-1)).toBe('a ended caller');
    expect(drafts.audits()).toEqual([['flow.draft_call_ended', { code: 'trial', durationMs: 1500, called: [] }]]);
    expect(drafts.media.endpointIds()).toEqual([]);
  });

  it('waits in an empty queue, where no agent is asked, until somebody says how it goes on', async () => {
    const drafts = new Drafts();
    await drafts.begin(flowOf({ start: waiting, full: play('full') }));
    expect([drafts.waits, drafts.calls.runtime.queues().map(({ waiting: calls }) => calls)]).toEqual(['queue', [1]]);
    drafts.calls.pretend('call', 'busy');
    expect(drafts.waits).toBe('queue');
    drafts.calls.pretend('call', 'unroutable');
    await drafts.settle();
    expect([drafts.waits, drafts.calls.runtime.queues().map(({ waiting: calls }) => calls)]).toEqual([null, [0]]);
    expect(drafts.told().at(-1)).toBe('full heard full');
  });

  it('ends where an agent would have it', async () => {
    const drafts = new Drafts();
    await drafts.begin(flowOf({ start: waiting, full: end }));
    drafts.calls.pretend('call', 'agent');
    await drafts.settle();
    expect([drafts.told().at(-2), drafts.calls.runtime.calls()]).toEqual(['start ended agent', []]);
  });

  it.each([
    ['answered', 'yes'],
    ['busy', 'busy'],
  ] as const)('calls nobody for a transfer unless it was said: %s is pretended', async (outcome, node) => {
    const drafts = new Drafts();
    await drafts.begin(flowOf({ start: dial, yes: play('yes'), busy: play('busy') }));
    expect([drafts.waits, drafts.located]).toEqual(['dial', []]);
    drafts.calls.pretend('call', outcome);
    await drafts.settle();
    expect(drafts.told()).toContain(`${node} heard ${node}`);
    expect(drafts.located).toEqual([]);
  });

  it('calls a number where it was said, but never an agent, and the audit names the number', async () => {
    const drafts = new Drafts();
    await drafts.begin(flowOf({ start: dial, yes: end, busy: end }), { callsOut: true });
    expect(drafts.located).toEqual(['dial']);
    drafts.calls.runtime.toCall('call', { type: 'visitor', action: 'hangup' });
    await drafts.settle();
    expect(drafts.audits()).toMatchObject([['flow.draft_call_ended', { called: ['0312345678'] }]]);
    const other = new Drafts();
    await other.begin(flowOf({ start: { ...dial, to: 'agent', agentId: 'ben' } as FlowNode, yes: end, busy: end }), { callsOut: true });
    expect([other.waits, other.located]).toEqual(['dial', []]);
  });

  it('removes what it recorded', async () => {
    const drafts = new Drafts();
    await drafts.begin(flowOf({ start: { verb: 'voicemail', prompts: [], maxMs: 5000, next: 'end' } }));
    expect(drafts.media.recordingIds()).toHaveLength(1);
    drafts.media.onEvent({ event: 'dtmf', endpoint: 'call:far', digit: '#', durationMs: 100 });
    await drafts.settle();
    expect(drafts.discarded).toHaveLength(1);
    expect(drafts.audits().map(([code]) => code)).toEqual(['flow.draft_call_ended']);
  });

  it('lasts ten minutes at most', async () => {
    const drafts = new Drafts();
    await drafts.begin(flowOf({ start: waiting, full: end }));
    drafts.clock.advance(DRAFT_CALL_MS - 1);
    await drafts.settle();
    expect(drafts.waits).toBe('queue');
    drafts.clock.advance(1);
    await drafts.settle();
    expect(drafts.told().at(-1)).toContain('ended draft_time_over');
    expect(drafts.calls.runtime.calls()).toEqual([]);
  });

  it('is one of a user at a time, opened once by who ordered it, within a minute', async () => {
    const drafts = new Drafts();
    const first = drafts.order(flowOf({ start: waiting, full: end }));
    expect([drafts.calls.holds(first, 'ann'), drafts.calls.holds(first, 'ben')]).toEqual([true, false]);
    drafts.clock.advance(60_000);
    expect(drafts.calls.holds(first, 'ann')).toBe(false);
    const ticket = drafts.order(flowOf({ start: waiting, full: end }));
    drafts.calls.start('call', ticket, 'v=0');
    expect(() => drafts.calls.start('again', ticket, 'v=0')).toThrow('not ordered');
    expect(() => drafts.calls.admit('ann')).toThrow('already');
    expect(() => drafts.calls.admit('ben')).not.toThrow();
    drafts.calls.endAll();
    await drafts.settle();
    expect(() => drafts.calls.admit('ann')).not.toThrow();
  });
});
