import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import { answerFor, offerFor } from '../protocol/sdp/negotiate.ts';
import { hasSipp, runSipp } from '../../test/support/sipp.ts';
import { SipUserAgent } from './sip-agent.ts';
import type { SipLegEvent } from './types.ts';

const RTP = { host: '127.0.0.1', port: 15_190 };
const OFFER = offerFor(RTP, 'sendrecv');

let agent: SipUserAgent;
let peer: string;
let events: SipLegEvent[];
let onIncoming: (legId: string, sdp: string) => void;

beforeEach(async () => {
  events = [];
  onIncoming = (legId, sdp) => agent.answer(legId, answerFor(sdp, RTP, 'sendrecv').answerSdp);
  agent = new SipUserAgent({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    logger: silentLogger,
    random: randomBytes,
    timers: { t1: 100 },
    directory: { trunkFor: () => ({ trunkId: 't', tenantId: null }), deviceSecret: () => Promise.resolve(null), bindingsChanged: () => undefined },
    onEvent: (event) => {
      events.push(event);
      if (event.type === 'incoming') onIncoming(event.invite.legId, event.invite.sdp);
      if (event.type === 'reinvite') agent.answerReinvite(event.legId, answerFor(event.sdp, RTP, 'sendrecv', 2).answerSdp);
    },
  });
  const { udpPort } = await agent.start();
  peer = `127.0.0.1:${udpPort}`;
});

afterEach(async () => {
  // Each scenario leaves nothing behind but the transactions that wait for stragglers.
  expect(agent.dump()).toMatchObject({ legs: [] });
  await agent.stop();
});

const count = (type: SipLegEvent['type']): number => events.filter((event) => event.type === type).length;
const passed = { code: 0, errors: '' };

describe.skipIf(!hasSipp)('SIPp calls us', () => {
  it.each(['udp', 'tcp'] as const)('and hangs up, over %s', async (transport) => {
    expect(await runSipp({ scenario: 'uac-call', peer, port: 15_101, calls: 20, rate: 50, transport })).toEqual(passed);
    expect([count('incoming'), count('confirmed'), count('ended')]).toEqual([20, 20, 20]);
  });

  it('and holds and resumes', async () => {
    expect(await runSipp({ scenario: 'uac-hold', peer, port: 15_103 })).toEqual(passed);
  });

  it('and cancels', async () => {
    onIncoming = (legId) => agent.ring(legId);
    expect(await runSipp({ scenario: 'uac-cancel', peer, port: 15_105 })).toEqual(passed);
    expect([count('cancelled'), count('ended')]).toEqual([1, 0]);
  });

  it('at a number that does not exist', async () => {
    onIncoming = (legId) => agent.reject(legId, 404);
    expect(await runSipp({ scenario: 'uac-refused', peer, port: 15_107 })).toEqual(passed);
  });

  it('and is late with its ACK: the 200 is repeated; then we hang up', async () => {
    const run = runSipp({ scenario: 'uac-late-ack', peer, port: 15_109 });
    await expect.poll(() => count('confirmed'), { timeout: 5000 }).toBe(1);
    // T1 is 100 ms here: repeated at 100 and 300 ms.
    expect(agent.dump()).toMatchObject({ udp: { received: 2, sent: 3 } });
    const first = events[0];
    if (first?.type === 'incoming') agent.hangup(first.invite.legId, 'test');
    expect(await run).toEqual(passed);
  });

  it('and never sends ACK: the call is ended with BYE after 64*T1', async () => {
    expect(await runSipp({ scenario: 'uac-no-ack', peer, port: 15_111 })).toEqual(passed);
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'ended', by: 'failure', reason: 'no ACK' });
  });
});

describe.skipIf(!hasSipp)('we call SIPp', () => {
  const call = (port: number, suffix = ''): void =>
    agent.invite('out', { uri: `sip:station1@127.0.0.1:${port}${suffix}`, fromUser: 'scc', fromDisplayName: 'SCC', credentials: null, sdp: OFFER, ringTimeoutMs: 10_000 });

  it.each(['udp', 'tcp'] as const)('and hang up, over %s', async (transport) => {
    const run = runSipp({ scenario: 'uas-answer', peer, port: 15_113, transport });
    await new Promise((resolve) => setTimeout(resolve, 400));
    call(15_113, transport === 'tcp' ? ';transport=tcp' : '');
    await expect.poll(() => count('answered'), { timeout: 5000 }).toBe(1);
    agent.hangup('out');
    expect(await run).toEqual(passed);
    await expect.poll(() => events.map(({ type }) => type)).toEqual(['progress', 'answered', 'ended']);
  });

  it('and find it busy', async () => {
    const run = runSipp({ scenario: 'uas-busy', peer, port: 15_115 });
    await new Promise((resolve) => setTimeout(resolve, 400));
    call(15_115);
    expect(await run).toEqual(passed);
    expect(events).toMatchObject([{ type: 'rejected', status: 486 }]);
  });

  it('where nobody is: 503 or 408, never an exception', async () => {
    call(15_117);
    await expect.poll(() => events.length, { timeout: 9000 }).toBe(1);
    expect(events[0]).toMatchObject({ type: 'rejected', status: 408 });
  });
});
