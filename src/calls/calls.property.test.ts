import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flow } from '../ivr/types.ts';
import { rungAgents } from './rung.ts';
import { World, WORLD_FLOW } from './testing/world.ts';
import type { AgentCommand } from './types.ts';

/** Everything that people, telephones and machines can do to a tenant, in any order. */
type Deed =
  | { do: 'callIn'; flow: 'main' | 'support' | 'stations' | 'everybody' | 'voicemail' | 'outside' }
  | { do: 'callOut' | 'openDesk' | 'closeDesk' | 'connectLine' | 'dropLine' | 'available' | 'away' | 'wrapUpDone'; agent: string }
  | { do: 'accept' | 'decline' | 'hold' | 'resume' | 'hangup'; agent: string }
  | { do: 'digit'; call: number; digit: string }
  | { do: 'bye' | 'pickUp' | 'busy'; leg: number }
  | { do: 'progress'; leg: number; early: boolean }
  | { do: 'finishPrompts' | 'mediaDies' | 'crash' | 'settle' | 'answer' | 'goOnUncommitted' | 'commitWaitedFor' }
  | { do: 'mediaFails'; command: 'createRtpEndpoint' | 'createBridge' | 'startRecording' | 'stopRecording' | 'play' }
  | { do: 'callDirect' }
  | { do: 'threeWay' | 'parking'; agent: string }
  | { do: 'command'; agent: string; action: AgentCommand }
  | { do: 'partyAnswer' | 'supervise' | 'pickUpParked'; agent: string; mode: 'monitor' | 'whisper' | 'barge' | 'takeOver' }
  | { do: 'pass'; ms: number };

/** Dials over two lines at once and again after a prompt; its branches lead to every other way. */
const OUTSIDE: Flow = {
  start: 'first',
  nodes: {
    ...WORLD_FLOW.nodes,
    first: { verb: 'dial', number: 'one/two', callerId: null, ringMs: 20_000, record: true, answered: 'again', busy: 'support', failed: 'voicemail', refused: 'end' },
    again: { verb: 'play', prompts: ['ja/menu-main'], next: 'second' },
    second: { verb: 'dial', number: 'three', callerId: null, ringMs: 20_000, record: false, answered: 'end', busy: 'end', failed: 'menu', refused: 'end' },
  },
};

const agent = fc.constantFrom('ann', 'ben');

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('callIn' as const), flow: fc.constantFrom('main' as const, 'support' as const, 'stations' as const, 'everybody' as const, 'voicemail' as const, 'outside' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('openDesk' as const, 'connectLine' as const, 'available' as const), agent }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('callOut' as const, 'closeDesk' as const, 'dropLine' as const, 'away' as const, 'wrapUpDone' as const), agent }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom('accept' as const, 'accept' as const, 'decline' as const, 'hold' as const, 'resume' as const, 'hangup' as const), agent }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('digit' as const), call: fc.nat(3), digit: fc.constantFrom('1', '2', '0', '9', '#', '5') }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('bye' as const, 'pickUp' as const, 'pickUp' as const, 'busy' as const), leg: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('progress' as const), leg: fc.nat(5), early: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('finishPrompts' as const, 'settle' as const, 'commitWaitedFor' as const) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('answer' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('mediaDies' as const, 'crash' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('goOnUncommitted' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('threeWay' as const, 'parking' as const), agent }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('callDirect' as const) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('command' as const),
      agent,
      action: fc.constantFrom<AgentCommand>(
        ...(['transfer', 'consult'] as const).flatMap((command) => [
          { command, target: { kind: 'agent', agentId: 'ann' } } as const,
          { command, target: { kind: 'agent', agentId: 'ben' } } as const,
          { command, target: { kind: 'number', number: 'one+two' } } as const,
        ]),
        { command: 'transfer', target: { kind: 'queue', code: 'stations' } },
        { command: 'handOver' },
        { command: 'conference' },
        { command: 'leave' },
        { command: 'park', slot: 701 },
        { command: 'record', paused: true },
      ),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('partyAnswer' as const, 'partyAnswer' as const, 'supervise' as const, 'pickUpParked' as const),
      agent,
      mode: fc.constantFrom('monitor' as const, 'whisper' as const, 'barge' as const, 'takeOver' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mediaFails' as const), command: fc.constantFrom('createRtpEndpoint' as const, 'createBridge' as const, 'startRecording' as const, 'stopRecording' as const, 'play' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(100, 5_000, 21_000, 130_000) }) },
);

function onAgent(world: World, what: string, agentId: string): void {
  const { runtime, hub } = world;
  const at = runtime.now();
  const call = runtime.calls().find((entry) => entry.agent?.agentId === agentId);
  const offerId = runtime.calls().flatMap(rungAgents).find((rung) => rung.agentId === agentId)?.offerId;
  if (what === 'openDesk') world.openDesk(agentId);
  if (what === 'closeDesk') world.closeDesk(agentId);
  if (what === 'callOut') world.callOut(agentId);
  if (what === 'dropLine') world.dropLine(agentId);
  if (what === 'available' || what === 'away') runtime.toAcd({ type: 'presence', at, agentId, presence: what });
  if (what === 'wrapUpDone') runtime.toAcd({ type: 'wrapUpDone', at, agentId });
  if (what === 'accept' && offerId && hub.lineOf(agentId)) runtime.toAcd({ type: 'accepted', at, offerId });
  if (what === 'decline' && offerId) runtime.toAcd({ type: 'declined', at, offerId });
  if ((what === 'hold' || what === 'resume' || what === 'hangup') && call) {
    runtime.toCall(call.id, { type: 'agent', agentId, action: { command: what }, ip: '' });
  }
}

/** What a browser does to a call that is not, or not yet, its agent's; with the checks of desk-connection.ts. */
function party(world: World, { do: what, agent: agentId, mode }: Extract<Deed, { mode: string }>): void {
  const { runtime, hub } = world;
  const endpoint = hub.lineOf(agentId);
  if (endpoint === null) return;
  if (what === 'partyAnswer') {
    for (const call of runtime.calls()) {
      const rung = call.parties.find((entry) => entry.agentId === agentId && entry.offerId !== null);
      if (rung?.offerId) runtime.toCall(call.id, { type: 'partyAnswer', offerId: rung.offerId, endpoint });
    }
    return;
  }
  if (world.agent(agentId)?.work !== 'idle') return;
  const phases = what === 'supervise' ? ['talking', 'held'] : ['parked'];
  const call = runtime.calls().find(({ phase }) => phases.includes(phase));
  const who = { agentId, name: agentId, endpoint, ip: '' };
  if (call) runtime.toCall(call.id, what === 'supervise' ? { type: 'supervise', mode, tone: true, ...who } : { type: 'pickUp', ...who });
}

async function act(world: World, deed: Deed): Promise<void> {
  const leg = 'leg' in deed ? ([...world.sip.legs.keys()][deed.leg] ?? '') : '';
  switch (deed.do) {
    case 'callIn':
      world.callIn(deed.flow === 'outside' ? OUTSIDE : deed.flow);
      return;
    case 'callDirect':
      world.callDirect('one+two');
      return;
    case 'digit': {
      const call = world.callIds[deed.call];
      if (call) world.media.onEvent({ event: 'dtmf', endpoint: `${call}:far`, digit: deed.digit, durationMs: 100 });
      return;
    }
    case 'bye':
      world.sip.bye(leg);
      return;
    case 'pickUp':
      world.sip.pickUp(leg);
      return;
    case 'busy':
      world.sip.refuse(leg, 486);
      return;
    case 'progress':
      world.sip.progress(leg, deed.early);
      return;
    case 'finishPrompts':
      return world.finishPrompts();
    case 'mediaDies': {
      const lost = world.media.die();
      for (const call of world.runtime.calls()) world.runtime.toCall(call.id, { type: 'mediaLost', endpoints: lost });
      world.hub.onLost(lost);
      return;
    }
    case 'mediaFails':
      world.media.failing.set(deed.command, 'io_error');
      return;
    case 'crash':
      return world.crash();
    case 'settle':
      return world.settle();
    case 'commitWaitedFor':
      world.journal.flush('waitedFor');
      return;
    case 'goOnUncommitted':
      // Media answers, the database takes its time.
      for (let turn = 0; turn < 30; turn++) await Promise.resolve();
      return;
    case 'answer':
      await world.settle();
      for (const agentId of ['ann', 'ben']) onAgent(world, 'accept', agentId);
      return world.settle();
    case 'pass':
      return world.pass(deed.ms);
    case 'command': {
      const call = world.runtime.calls().find((entry) => entry.agent?.agentId === deed.agent && entry.agent.stage === 'connected');
      if (call) world.runtime.toCall(call.id, { type: 'agent', agentId: deed.agent, action: deed.action, ip: '' });
      return;
    }
    case 'threeWay': {
      const other = deed.agent === 'ann' ? 'ben' : 'ann';
      await act(world, { do: 'command', agent: deed.agent, action: { command: 'consult', target: { kind: 'agent', agentId: other } } });
      await world.settle();
      party(world, { do: 'partyAnswer', agent: other, mode: 'barge' });
      await world.settle();
      return act(world, { do: 'command', agent: deed.agent, action: { command: 'conference' } });
    }
    case 'parking': {
      await act(world, { do: 'command', agent: deed.agent, action: { command: 'park', slot: 702 } });
      await world.settle();
      return party(world, { do: 'pickUpParked', agent: deed.agent === 'ann' ? 'ben' : 'ann', mode: 'barge' });
    }
    case 'partyAnswer':
    case 'supervise':
    case 'pickUpParked':
      return party(world, deed);
    case 'connectLine':
      return world.connectLine(deed.agent);
    default:
      onAgent(world, deed.do, deed.agent);
  }
}

/** Stories that once ended badly. */
const EXAMPLES: [boolean, [Deed, boolean][]][] = [
  // The BYE of who waits for a station comes just before core dies: the telephone repeats it until somebody answers.
  [
    true,
    [
      [{ do: 'callIn', flow: 'everybody' }, true],
      [{ do: 'accept', agent: 'ann' }, false],
      [{ do: 'command', agent: 'ann', action: { command: 'transfer', target: { kind: 'queue', code: 'stations' } } }, false],
      [{ do: 'accept', agent: 'ann' }, true],
      [{ do: 'bye', leg: 0 }, false],
      [{ do: 'crash' }, false],
    ],
  ],
  // An INVITE that waited for its endpoint went out after its process had handed over.
  [
    true,
    [
      [{ do: 'callOut', agent: 'ann' }, false],
      [{ do: 'command', agent: 'ann', action: { command: 'transfer', target: { kind: 'agent', agentId: 'ann' } } }, false],
      [{ do: 'partyAnswer', agent: 'ann', mode: 'monitor' }, false],
      [{ do: 'partyAnswer', agent: 'ann', mode: 'monitor' }, false],
      [{ do: 'crash' }, false],
    ],
  ],
];

/** True at every moment. */
function checkAlways(world: World): void {
  const busy = world.runtime.calls().flatMap((call) => (call.end ? [] : [call.agent, ...(call.alsoRung ?? [])].flatMap((part) => part?.agentId || [])));
  expect(new Set(busy).size, 'no agent has two calls').toBe(busy.length);
}

/** Everybody hangs up and all timers run. */
async function everybodyLeaves(world: World): Promise<void> {
  world.media.failing.clear();
  for (const legId of world.sip.legs.keys()) world.sip.bye(legId);
  await world.settle();
  for (const agentId of ['ann', 'ben']) onAgent(world, 'hangup', agentId);
  await world.settle();
  for (let minute = 0; minute < 20; minute++) {
    await world.finishPrompts();
    await world.pass(60_000);
  }
}

function checkEnd(world: World): void {
  expect(world.runtime.calls().map(({ id, phase }) => `${id} ${phase}`), 'no call is stuck').toEqual([]);
  expect([...world.journal.live.keys()], 'no live row is left').toEqual([]);
  const started = world.journal.of('callStarted').map(({ callId }) => callId);
  const completed = world.journal.of('callCompleted').map(({ callId }) => callId);
  expect(new Set(started).size).toBe(started.length);
  expect(completed.toSorted(), 'every call has exactly one record').toEqual(started.toSorted());
  const answered = world.sip.log.flatMap((line) => (/^answer (.*):in$/.exec(line) ?? []).slice(1));
  expect(new Set(started), 'no caller was answered by a call that nobody knows of').toEqual(new Set([...started, ...answered]));
  const sounding = [...world.media.endpoints].filter(([, { playback }]) => playback !== null);
  expect(sounding, 'no line has a tone left on it').toEqual([]);
  const opened = world.journal.of('recordingOpened').map(({ recordingId }) => recordingId);
  const closed = world.journal.of('recordingClosed').map(({ recordingId }) => recordingId);
  expect(closed.toSorted(), 'every recording is closed once').toEqual(opened.toSorted());
  expect([...world.media.mixes.keys()], 'no mix is left').toEqual([]);
  expect([...world.media.recordings.keys()], 'nothing records any more').toEqual([]);
  const left = [...world.media.endpoints.keys()].filter((endpoint) => !endpoint.startsWith('line-'));
  expect(left, 'no endpoint is left').toEqual([]);
  expect([...world.sip.legs.keys()], 'no telephone still believes in a call').toEqual([]);
  const inCall = world.runtime.agents().filter(({ work }) => work !== 'idle');
  expect(inCall, 'nobody is left in a call').toEqual([]);
}

describe('calls under any order of events', () => {
  it('keeps its promises, restarts included', { timeout: 300_000 }, async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(fc.tuple(deed, fc.boolean()), { minLength: 15, maxLength: 70, size: 'max' }), async (withAgents, deeds) => {
        const world = new World();
        if (withAgents) for (const agentId of ['ann', 'ben']) await world.ready(agentId);
        for (const [one, calmly] of deeds) {
          await act(world, one);
          if (calmly) await world.settle();
          checkAlways(world);
        }
        await world.settle();
        await everybodyLeaves(world);
        checkEnd(world);
        for (const { type } of world.journal.of('step')) seen.set(type, (seen.get(type) ?? 0) + 1);
      }),
      {
        numRuns: Number(process.env['SCC_PROPERTY_RUNS'] ?? 1000),
        examples: EXAMPLES,
      },
    );
    // A property over calls that never get anywhere would hold too.
    for (const step of ['call.answered', 'call.held', 'call.line_lost', 'voicemail.started', 'recording.completed', 'call.abandoned', 'call.transferred', 'call.conference', 'call.supervised', 'call.parked', 'call.picked_up', 'call.moved']) {
      expect(seen.get(step) ?? 0, step).toBeGreaterThan(0);
    }
  });
});
