import { describe, expect, it } from 'vitest';
import type { Flow } from '../ivr/types.ts';
import { World } from './testing/world.ts';

describe('a message that its caller is asked about', () => {
  it('throws a message away that its caller records again, and keeps the second one for the box', async () => {
    const world = new World();
    const flow: Flow = {
      start: 'message',
      nodes: { message: { verb: 'voicemail', box: '8001', prompts: [], beep: true, maxMs: 60_000, reviewPrompts: ['ja/announcement'], next: 'end' }, end: { verb: 'hangup' } },
    };
    const callId = world.callIn(flow);
    const press = async (digit: string): Promise<void> => {
      world.media.onEvent({ event: 'dtmf', endpoint: `${callId}:far`, digit, durationMs: 100 });
      await world.settle();
    };
    await world.settle();
    await world.finishPrompts();
    await press('#');
    await press('3');
    await world.finishPrompts();
    await press('#');
    await press('1');
    const [first, second] = world.media.started;
    expect(world.journal.of('recordingDiscarded')).toMatchObject([{ recordingId: first, callId }]);
    expect(world.journal.of('recordingOpened')).toMatchObject([{ recordingId: first, box: '8001' }, { recordingId: second, box: '8001' }]);
    expect(world.journal.of('callCompleted')).toMatchObject([{ outcome: 'voicemail', hasVoicemail: true }]);
  });
});
