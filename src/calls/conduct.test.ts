import { describe, expect, it } from 'vitest';
import { CONDUCT_SOUNDS } from '../ivr/prompts.ts';
import { World } from './testing/world.ts';
import type { AgentCommand } from './types.ts';

/** Ann talks to a caller. */
async function talking() {
  const world = new World();
  await world.ready('ann');
  const callId = world.callIn('support');
  await world.settle();
  const offerId = world.call(callId)?.agent?.offerId ?? '';
  world.runtime.toAcd({ type: 'accepted', at: world.runtime.now(), offerId });
  await world.settle();
  expect(world.call(callId)?.phase).toBe('talking');
  const command = async (action: AgentCommand) => {
    world.runtime.toCall(callId, { type: 'agent', agentId: 'ann', action, ip: '127.0.0.1' });
    await world.settle();
  };
  const hears = () => [`${callId}:far`, world.hub.lineOf('ann') ?? ''].map((endpoint) => world.media.endpoints.get(endpoint)?.playback?.files ?? []);
  return { world, callId, command, hears };
}

const isPlayed = (files: readonly unknown[], name: string): boolean => JSON.stringify(files).includes(name);

describe('a call with an abusive caller', () => {
  it('has the SOS in its history', async () => {
    const { world, callId, command } = await talking();
    await command({ command: 'sos' });
    expect(world.call(callId)?.conduct).toMatchObject({ sos: true, warned: false });
    expect(world.journal.of('step')).toContainEqual(expect.objectContaining({ callId, type: 'call.sos', audit: 'call.sos' }));
  });

  it('lets both hear the warning, and each other again afterwards', async () => {
    const { world, callId, command, hears } = await talking();
    await command({ command: 'announce', kind: 'warning' });
    for (const files of hears()) expect(isPlayed(files, CONDUCT_SOUNDS.warning)).toBe(true);
    expect(world.call(callId)).toMatchObject({ phase: 'talking', conduct: { warned: true } });
    world.media.onEvent({ event: 'playFinished', endpoint: `${callId}:far`, playback: world.call(callId)?.conduct?.announcing?.playback ?? '' });
    await world.settle();
    expect(world.call(callId)).toMatchObject({ phase: 'talking', conduct: { announcing: null } });
  });

  it('is ended by the announcement, after a warning only', async () => {
    const { world, callId, command, hears } = await talking();
    await command({ command: 'announce', kind: 'ending' });
    expect(isPlayed(hears()[0] ?? [], CONDUCT_SOUNDS.ending)).toBe(false);
    await command({ command: 'announce', kind: 'warning' });
    await command({ command: 'announce', kind: 'ending' });
    expect(isPlayed(hears()[0] ?? [], CONDUCT_SOUNDS.ending)).toBe(true);
    // The end of the warning, which was cut short, ends nothing.
    world.media.onEvent({ event: 'playFinished', endpoint: `${callId}:far`, playback: 'another' });
    await world.settle();
    expect(world.call(callId)?.phase).toBe('talking');
    world.media.onEvent({ event: 'playFinished', endpoint: `${callId}:far`, playback: world.call(callId)?.conduct?.announcing?.playback ?? '' });
    await world.settle();
    expect(world.call(callId)).toBeNull();
    expect(world.journal.of('callCompleted')).toMatchObject([{ callId, outcome: 'answered', endedBy: 'agent', endReason: 'conduct' }]);
  });

  it('announces nothing to a caller on hold', async () => {
    const { world, callId, command } = await talking();
    await command({ command: 'hold' });
    await command({ command: 'announce', kind: 'warning' });
    expect(world.call(callId)?.conduct).toBeUndefined();
  });
});
