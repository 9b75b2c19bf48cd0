import { describe, expect, it } from 'vitest';
import { FakeClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import { SyntheticCalls } from './synthetic-call.ts';
import { FakeMedia } from './testing/fake-media.ts';
import { FakeSip, PHONE_SDP } from './testing/fake-sip.ts';
import { noMetrics } from './testing/world.ts';

/** Calls to ourselves whose other end is played by the test. */
class OwnCalls {
  readonly clock = new FakeClock();
  readonly media = new FakeMedia();
  readonly sip = new FakeSip();
  readonly expected = new Set<string>();
  readonly untraced: string[] = [];
  readonly calls: SyntheticCalls;
  #ids = 0;

  constructor(sipHost = '192.0.2.1') {
    const directory = {
      expectOwnCall: (user: string) => {
        this.expected.add(user);
        return () => this.expected.delete(user);
      },
    };
    this.calls = new SyntheticCalls({ clock: this.clock, logger: silentLogger, newId: () => `id-${++this.#ids}`, sip: this.sip, media: this.media, metrics: noMetrics, directory, dropTrace: (id) => this.untraced.push(id), own: { sipHost, sipPort: 5060 } });
    this.sip.onEvent = (event) => void this.calls.onSip(event);
  }

  get target(): string {
    return [...this.sip.legs.values()][0]?.target?.uri ?? '';
  }
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

describe('a call to ourselves', () => {
  it('is none without an answer in time, and nothing of it stays', async () => {
    const own = new OwnCalls();
    const call = own.calls.call();
    await settle();
    expect([own.expected.size, own.media.endpointIds()]).toEqual([1, ['id-1:caller']]);
    own.clock.advance(3200);
    const [legId = ''] = [...own.sip.log].filter((line) => line.startsWith('hangup')).map((line) => line.slice('hangup '.length));
    own.calls.onSip({ type: 'ended', legId, by: 'local', reason: '' });
    expect(await call).toBeNull();
    expect([own.expected.size, own.media.endpointIds()]).toEqual([0, []]);
  });

  it('lets its SIP messages go when the next begins', async () => {
    const own = new OwnCalls();
    for (const untraced of [[], ['id-1']]) {
      const call = own.calls.call();
      await settle();
      expect(own.untraced).toEqual(untraced);
      own.calls.stop();
      await call;
    }
  });

  it('leaves no endpoint behind when something fails', async () => {
    const own = new OwnCalls();
    own.sip.invite = () => {
      throw new Error('no socket');
    };
    await expect(own.calls.call()).rejects.toThrow('no socket');
    expect([own.expected.size, own.media.endpointIds()]).toEqual([0, []]);
    await expect(own.calls.call(), 'and the next one is tried').rejects.toThrow('no socket');
  });

  it('writes an IPv6 address of ours as an URI has it', async () => {
    const own = new OwnCalls('2001:db8::1');
    void own.calls.call();
    await settle();
    expect(own.target).toBe('sip:synthetic-id-2@[2001:db8::1]:5060');
  });

  it('is over when the cell stops, and so are its timers', async () => {
    const own = new OwnCalls();
    const call = own.calls.call();
    await settle();
    const [legId = ''] = own.sip.legs.keys();
    own.calls.onSip({ type: 'answered', legId, sdp: PHONE_SDP });
    own.calls.stop();
    await call;
    own.clock.advance(200);
    expect([own.clock.pending, own.media.endpointIds()]).toEqual([0, []]);
  });
});
