import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../lib/clock.ts';
import type { SipLegEvent } from '../../sip/types.ts';
import type { Attempt } from '../party.ts';
import { FakeMedia } from '../testing/fake-media.ts';
import { FakeSip } from '../testing/fake-sip.ts';
import { TestCalls } from './test-call.ts';

const TARGET: Attempt = { uri: 'sip:7001@192.0.2.9', fromUser: '1', fromDisplayName: '', credentials: null, ringTimeoutMs: 20_000 };

function world() {
  const clock = new FakeClock();
  const [sip, media] = [new FakeSip(), new FakeMedia()];
  let ids = 0;
  const tests = new TestCalls({ clock, newId: () => `id${++ids}`, sip, media: media.connection(() => true) });
  sip.onEvent = (event: SipLegEvent) => {
    if (event.type !== 'incoming') tests.onSip(event);
  };
  media.onEvent = (event) => void tests.onMedia(event);
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) {
      await Promise.resolve();
      sip.deliver();
    }
  };
  const run = (tenantId = 't', attempt = () => TARGET) => {
    const done = tests.run(tenantId, attempt);
    done.catch(() => undefined);
    return done;
  };
  return { clock, sip, media, run, settle };
}

describe('a test call', () => {
  it('rings, plays the announcement to its end, hangs up, and tells the times', async () => {
    const { clock, sip, media, run, settle } = world();
    const done = run();
    await settle();
    clock.advance(300);
    sip.progress('id1:test:leg', false);
    clock.advance(1200);
    sip.pickUp('id1:test:leg');
    await settle();
    expect(media.endpoints.get('id1:test')?.playback).toMatchObject({ files: ['ja/announcement'] });
    clock.advance(4000);
    media.finishPlay('id1:test');
    await settle();
    expect(await done).toMatchObject({ outcome: 'answered', status: 200, ringingMs: 300, answeredMs: 1500, talkMs: 4000 });
    expect([media.endpoints.size, sip.legs.size]).toEqual([0, 0]);
  });

  it.each([
    [486, 'busy'],
    [603, 'declined'],
    [480, 'no_answer'],
    [404, 'failed'],
  ] as const)('tells of a %i', async (status, outcome) => {
    const { sip, media, run, settle } = world();
    const done = run();
    await settle();
    sip.progress('id1:test:leg', false);
    sip.refuse('id1:test:leg', status);
    await settle();
    expect(await done).toMatchObject({ outcome, status, answeredMs: null });
    expect(media.endpoints.size).toBe(0);
  });

  it('ends by itself when the announcement does not', async () => {
    const { clock, sip, run, settle } = world();
    const done = run();
    await settle();
    sip.pickUp('id1:test:leg');
    await settle();
    clock.advance(15_000);
    await settle();
    expect(await done).toMatchObject({ outcome: 'answered', talkMs: 15_000 });
  });

  it('is made one at a time and six times a minute by a tenant; a refused one leaves the way free', async () => {
    const { clock, sip, run, settle } = world();
    const first = run();
    await settle();
    await expect(run()).rejects.toMatchObject({ code: 'test_call_running' });
    const other = run('other');
    await settle();
    sip.refuse('id1:test:leg', 486);
    sip.refuse('id2:test:leg', 486);
    await settle();
    expect([await first, await other]).toMatchObject([{ outcome: 'busy' }, { outcome: 'busy' }]);
    const refuse = (): never => {
      throw new Error('no line');
    };
    for (let call = 2; call <= 6; call++) await expect(run('t', refuse)).rejects.toThrow('no line');
    await expect(run()).rejects.toMatchObject({ code: 'rate_limited', status: 429 });
    clock.advance(60_000);
    await expect(run('t', refuse)).rejects.toThrow('no line');
  });
});
