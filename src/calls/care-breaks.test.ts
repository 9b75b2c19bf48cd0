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
