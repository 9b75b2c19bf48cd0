import { describe, expect, it } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { rebase, storedCall, type StoredCall } from './stored-call.ts';
import { World } from './testing/world.ts';
import type { CallState } from './types.ts';

/** What calls have learnt since the first version stored them. */
const LATER = ['wiring', 'parties', 'moving', 'direct', 'connecting', 'dial', 'park', 'refer', 'replacing'] as const satisfies readonly (keyof CallState)[];

describe('a call that an older version stored', () => {
  it('is taken up with what it does not know yet, talks on and ends in one record', async () => {
    const world = new World();
    const ann = await world.ready('ann');
    const callId = world.callIn('support');
    await world.settle();
    const offer = ann.messages.find((message) => message.type === 'offer');
    world.runtime.toAcd({ type: 'accepted', at: world.runtime.now(), offerId: offer?.offer.offerId ?? '' });
    await world.settle();
    const stored = world.journal.live.get(callId);
    if (!stored) throw new Error('the call was not stored');
    const old: Record<string, unknown> = { ...stored.call };
    for (const field of LATER) delete old[field];
    world.journal.live.set(callId, { ...stored, call: old as unknown as CallState });
    await world.crash();
    expect(world.call(callId)).toMatchObject({ phase: 'talking', agent: { agentId: 'ann' }, refer: null, replacing: null });
    expect([...world.media.bridges.values()]).toEqual([{ a: `${callId}:far`, b: world.hub.lineOf('ann') }]);
    world.sip.bye(`${callId}:in`);
    await world.settle();
    expect(world.journal.of('callCompleted')).toMatchObject([{ outcome: 'answered', agentId: 'ann' }]);
  });

  it('counts its times on the clock of the new process', () => {
    const world = new World();
    const state = world.call(world.callIn('support'));
    if (!state) throw new Error('no call');
    const stored: StoredCall = { ...storedCall(state, world.sip, world.clock), clockOffset: -5000 };
    const clock = new FakeClock();
    const shift = clock.monotonic() - clock.wall() + 5000;
    expect(rebase(stored, clock)).toMatchObject({ since: state.since + shift, startedAt: state.startedAt + shift, queuedAt: null });
  });
});
