import { describe, expect, it } from 'vitest';
import { World } from './testing/world.ts';
import type { AgentCommand } from './types.ts';
import { viewOf } from './view.ts';

async function onHold(autoReturn: boolean) {
  const world = new World();
  await world.ready('ann');
  const callId = world.callIn('support');
  await world.settle();
  world.runtime.toAcd({ type: 'accepted', at: world.runtime.now(), offerId: world.call(callId)?.agent?.offerId ?? '' });
  await world.settle();
  const command = async (action: AgentCommand) => {
    world.runtime.toCall(callId, { type: 'agent', agentId: 'ann', action, ip: '' });
    await world.settle();
  };
  await command({ command: 'hold', alarm: { afterMs: 60_000, autoReturn } });
  const view = () => {
    const call = world.call(callId);
    if (!call) throw new Error('no call');
    return viewOf(call);
  };
  const later = async (ms: number) => {
    world.clock.advance(ms);
    await world.settle();
  };
  return { world, callId, command, view, later };
}

describe('a caller on hold', () => {
  it('is told to the agent after a time, to supervisors after twice that', async () => {
    const { view, later } = await onHold(false);
    expect(view()).toMatchObject({ phase: 'held', holdAlarm: 0 });
    expect(view().heldSince).not.toBeNull();
    await later(60_000);
    expect(view().holdAlarm).toBe(1);
    await later(60_000);
    expect(view().holdAlarm).toBe(2);
    await later(600_000);
    expect(view()).toMatchObject({ phase: 'held', holdAlarm: 2 });
  });

  it('comes back by itself after three times where that is wanted', async () => {
    const { view, later } = await onHold(true);
    await later(60_000);
    await later(60_000);
    expect(view().phase).toBe('held');
    await later(60_000);
    expect(view()).toMatchObject({ phase: 'talking', heldSince: null, holdAlarm: 0 });
  });

  it('counts anew with each hold', async () => {
    const { view, later, command } = await onHold(false);
    await later(60_000);
    await command({ command: 'resume' });
    expect(view()).toMatchObject({ holdAlarm: 0, heldSince: null });
    await later(120_000);
    expect(view().holdAlarm).toBe(0);
    await command({ command: 'hold', alarm: { afterMs: 60_000, autoReturn: false } });
    await later(59_000);
    expect(view().holdAlarm).toBe(0);
    await later(1_000);
    expect(view().holdAlarm).toBe(1);
  });

  it('is no forgotten one while somebody else is asked', async () => {
    const { view, later, command } = await onHold(false);
    await command({ command: 'resume' });
    await command({ command: 'consult', target: { kind: 'agent', agentId: 'ben' } });
    await later(600_000);
    expect(view().holdAlarm).toBe(0);
  });
});
