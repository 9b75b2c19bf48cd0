import { describe, expect, it } from 'vitest';
import type { DeskHealth } from './desk.ts';
import { World } from './testing/world.ts';

const WELL: DeskHealth = { microphone: 'ok', roundTripMs: 20, lossPercent: 0 };
const NO_STATS = { packetsReceived: 0, packetsSent: 0, bytesReceived: 0, bytesSent: 0, packetsLost: 0, jitterMs: 0, packetsFromStrangers: 0 };

const problems = (world: World) => world.agent('ann')?.problems;
const asked = (world: World): number => world.desks.get('ann')?.messages.filter(({ type }) => type === 'health.ask').length ?? 0;

/** Ann's browser is up and reports. */
async function reporting(): Promise<World> {
  const world = new World();
  await world.ready('ann');
  world.hub.health('ann', WELL);
  return world;
}

describe('a desk that is not well is not offered calls', () => {
  it.each([
    ['microphone', { ...WELL, microphone: 'refused' }],
    ['microphone', { ...WELL, microphone: 'missing' }],
    ['microphone', { ...WELL, microphone: 'muted' }],
    ['network', { ...WELL, lossPercent: 30 }],
    ['network', { ...WELL, roundTripMs: 2000 }],
  ] as const)('%s: the call waits, the decision names the problem, the audit log too', async (problem, health) => {
    const world = await reporting();
    world.hub.health('ann', health);
    world.callIn('support');
    await world.settle();
    expect(world.desks.get('ann')?.messages.filter(({ type }) => type === 'offer')).toEqual([]);
    const [decision] = world.journal.of('decision');
    expect(decision?.decision.candidates.find(({ agentId }) => agentId === 'ann')).toMatchObject({ verdict: 'unhealthy', problems: [problem] });
    const audits = world.journal.of('audit').filter(({ code }) => code === 'agent.health_changed');
    expect(audits.at(-1)).toMatchObject({ subject: { id: 'ann' }, detail: { to: [problem] } });
    world.hub.health('ann', WELL);
    await world.settle();
    expect(world.desks.get('ann')?.messages.filter(({ type }) => type === 'offer')).not.toEqual([]);
  });

  it('no sound arrives on the line', async () => {
    const world = await reporting();
    world.media.onEvent({ event: 'endpointHealth', endpoint: world.hub.lineOf('ann') ?? '', receiving: false, stats: NO_STATS });
    expect(problems(world)).toEqual(['media']);
  });
});

describe('a browser that stops the tab', () => {
  it('is asked after a silence, and counts as asleep when it does not answer', async () => {
    const world = await reporting();
    await world.pass(8_000);
    expect(asked(world)).toBe(1);
    expect(problems(world)).toEqual([]);
    await world.pass(7_000);
    expect(problems(world)).toEqual(['tab']);
    world.hub.health('ann', WELL);
    expect(problems(world)).toEqual([]);
  });

  it('is awake as long as it answers, however seldom it reports by itself', async () => {
    const world = await reporting();
    for (let minute = 0; minute < 5; minute++) {
      await world.pass(8_000);
      expect(asked(world)).toBe(minute + 1);
      world.hub.health('ann', WELL);
      await world.pass(7_000);
      expect(problems(world)).toEqual([]);
    }
  });

  it('that is closed is disconnected, not asleep; a new one is awake', async () => {
    const world = await reporting();
    await world.pass(15_000);
    world.closeDesk('ann');
    expect(problems(world)).toEqual(['disconnected']);
    await world.ready('ann');
    expect(problems(world)).toEqual([]);
  });
});
