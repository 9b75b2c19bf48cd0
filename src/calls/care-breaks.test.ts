import { describe, expect, it } from 'vitest';
import { CareBreaks } from './care-breaks.ts';
import { World } from './testing/world.ts';

const SV = { kind: 'user', id: 'sv', ip: '' } as const;
const MINUTE = 60_000;

async function prepare() {
  const world = new World();
  const care = new CareBreaks({ runtime: world.runtime, journal: world.journal, clock: world.clock });
  await world.ready('ann');
  const presence = (wanted: 'available' | 'away' | 'offline') => world.runtime.toAcd({ type: 'presence', at: world.runtime.now(), agentId: 'ann', presence: wanted });
  const ann = () => world.runtime.agents().find(({ agentId }) => agentId === 'ann');
  const audited = () => world.journal.of('audit').map(({ code }) => code).filter((code) => code.startsWith('care_break'));
  return { world, care, presence, ann, audited };
}

describe('care breaks', () => {
  it('begin at once for an idle agent, last their time and then let go', async () => {
    const { world, care, ann, audited } = await prepare();
    care.start('ann', 10, SV);
    await world.settle();
    expect(ann()?.presence).toBe('break');
    expect(care.until('ann')).toBe(world.clock.wall() + 10 * MINUTE);
    world.clock.advance(10 * MINUTE);
    await world.settle();
    expect(care.until('ann')).toBeNull();
    expect(audited()).toEqual(['care_break.started', 'care_break.ended']);
  });

  it('come after the call and its wrap-up, whatever was chosen meanwhile', async () => {
    const { world, care, presence, ann } = await prepare();
    const callId = world.callIn('support');
    await world.settle();
    world.runtime.toAcd({ type: 'accepted', at: world.runtime.now(), offerId: world.call(callId)?.agent?.offerId ?? '' });
    await world.settle();
    care.start('ann', 5, SV);
    expect(care.until('ann')).toBeNull();
    presence('available');
    world.runtime.toCall(callId, { type: 'agent', agentId: 'ann', action: { command: 'hangup' }, ip: '' });
    await world.settle();
    expect(ann()?.work).toBe('wrapUp');
    expect(care.until('ann')).toBeNull();
    world.runtime.toAcd({ type: 'wrapUpDone', at: world.runtime.now(), agentId: 'ann' });
    expect(ann()).toMatchObject({ work: 'idle', presence: 'break' });
    expect(care.until('ann')).not.toBeNull();
  });

  it('go on after a restart: the same end, the same lock, and over at once when their time has passed meanwhile', async () => {
    const { world, care, ann } = await prepare();
    care.start('ann', 10, SV);
    await world.settle();
    world.journal.flush();
    const stored = world.journal.of('careBreak').at(-1);
    expect(stored).toMatchObject({ agentId: 'ann', care: { minutes: 10, untilWall: world.clock.wall() + 10 * MINUTE } });
    const kept = [{ agentId: 'ann', minutes: 10, until: stored?.care?.untilWall ?? null }];

    const after = await prepare();
    after.world.clock.advance(4 * MINUTE);
    after.care.restore(kept);
    expect(after.care.until('ann')).toBe(ann() && kept[0]?.until);
    after.world.clock.advance(6 * MINUTE + 1);
    await after.world.settle();
    expect(after.care.until('ann')).toBeNull();
    after.world.journal.flush();
    expect(after.world.journal.of('careBreak').at(-1)).toMatchObject({ agentId: 'ann', care: null });

    const late = await prepare();
    late.world.clock.advance(11 * MINUTE);
    late.care.restore(kept);
    late.world.clock.advance(1);
    await late.world.settle();
    expect(late.care.until('ann')).toBeNull();
  });

  it('that were waiting for the end of a call begin after the restart', async () => {
    const { world, care, ann } = await prepare();
    care.restore([{ agentId: 'ann', minutes: 5, until: null }]);
    await world.settle();
    expect(ann()?.presence).toBe('break');
    expect(care.until('ann')).toBe(world.clock.wall() + 5 * MINUTE);
  });

  it('are ended by a supervisor, and do not begin for an agent who went home', async () => {
    const { care, presence, audited, world } = await prepare();
    expect(care.end('ann', SV)).toBe(false);
    care.start('ann', 5, SV);
    expect(care.end('ann', SV)).toBe(true);
    presence('offline');
    care.start('ann', 5, SV);
    await world.settle();
    expect(audited()).toEqual(['care_break.started', 'care_break.ended', 'care_break.started']);
  });
});
