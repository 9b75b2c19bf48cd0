import { expect, it } from 'vitest';
import { World } from './testing/world.ts';
import { viewOf } from './view.ts';

it('a pause of the recording ends by itself, and by the button before', async () => {
  const world = new World();
  await world.ready('ann');
  const callId = world.callIn('support');
  await world.settle();
  world.runtime.toAcd({ type: 'accepted', at: world.runtime.now(), offerId: world.call(callId)?.agent?.offerId ?? '' });
  await world.settle();
  const pause = async (paused: boolean) => {
    world.runtime.toCall(callId, { type: 'agent', agentId: 'ann', action: { command: 'record', paused }, ip: '' });
    await world.settle();
  };
  const view = () => {
    const call = world.call(callId);
    if (!call) throw new Error('no call');
    return viewOf(call);
  };
  await pause(true);
  expect(view()).toMatchObject({ recordingPaused: true, recordingResumesAt: new Date(world.clock.wall() + 180_000).toISOString() });
  world.clock.advance(180_000);
  await world.settle();
  expect(view()).toMatchObject({ recordingPaused: false, recordingResumesAt: null });
  await pause(true);
  await pause(false);
  expect(view()).toMatchObject({ recordingPaused: false, recordingResumesAt: null });
  expect(world.journal.of('step').map(({ type }) => type).filter((type) => type.startsWith('recording.'))).toEqual(['recording.started', 'recording.paused', 'recording.resumed', 'recording.paused', 'recording.resumed']);
});
