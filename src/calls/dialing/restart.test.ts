import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../lib/clock.ts';
import { DEFAULT_POLICY } from '../../modules/telephony/dial-policy.service.ts';
import type { RunningTrunk } from '../../modules/telephony/outbound-config.ts';
import { TrunkBoard } from '../../sip/trunks/trunk-board.ts';
import { DialGate } from './dial-gate.ts';

const MINUTE_MS = 60_000;
const TRUNK: RunningTrunk = {
  id: 'a', name: 'a', kind: 'ip', profile: 'generic', enabled: true, host: '192.0.2.1', port: null, transport: 'udp', realm: '', username: '',
  password: null, sourceRanges: [], channels: 2, callsPerSecond: 10, maxDailyCalls: null, maxDailyCost: null, numberFormat: 'e164', dialledFrom: 'request_uri', callerId: 'number',
  identity: 'none', privacyMethod: 'header', inbandDtmf: false, srtp: 'none', wideband: false, dscp: 0, monitorSeconds: 0, position: 0,
};

function world() {
  const clock = new FakeClock();
  const hungUp: string[] = [];
  const board = new TrunkBoard({ clock, random: () => 0, registrar: () => ({ registerFully: () => Promise.reject(new Error('none registers')) }), ping: () => Promise.resolve(200), onChange: () => undefined });
  board.configure('t', [{ id: 'a', tenantId: 't', server: 'sip:192.0.2.1', registration: null, channels: 2, callsPerSecond: 10, monitorMs: 0 }]);
  let ids = 0;
  const gate = new DialGate({ clock, newId: () => `p${ids++}`, board, onRefused: () => undefined, emit: () => undefined, hangup: (legId) => hungUp.push(legId) });
  gate.configure('t', {
    trunks: [TRUNK],
    routes: [{ id: 'r', name: 'all', prefix: '', trunkIds: ['a'] }],
    policy: { ...DEFAULT_POLICY, maxConcurrent: 2, maxPerMinute: 50, maxDailyMinutes: 60, maxCallMinutes: 10 },
    stops: [],
    offersMd5: false,
    callerIds: [{ number: '+81312345678', trunkId: null }, { number: '+81312345679', trunkId: null }],
    deviceLines: new Map(),
  });
  const dial = (callerId: string | null = null) => gate.planDial({ tenantId: 't', agentId: null, dialled: '0312340001', purpose: 'agent', callerId });
  return { clock, gate, board, hungUp, dial };
}

describe('after a restart', () => {
  it('calls that go on hold their channels and places, and end when the longest time is over', () => {
    const { clock, gate, board, hungUp, dial } = world();
    gate.adopt('t', 'out', { trunkId: 'a', planId: 'old' }, clock.wall() - 4 * MINUTE_MS);
    gate.adopt('t', 'in', { trunkId: 'a', planId: '' }, clock.wall() - 4 * MINUTE_MS);
    expect(board.state('a')?.channelsUsed).toBe(2);
    expect(dial().ok).toBe(true);
    expect(dial()).toEqual({ ok: false, code: 'too_many_calls' });
    clock.advance(6 * MINUTE_MS - 1);
    expect(hungUp).toEqual([]);
    clock.advance(1);
    expect(hungUp).toEqual(['out']);
    gate.onEvent({ type: 'ended', legId: 'out', by: 'local', reason: '' });
    gate.onEvent({ type: 'ended', legId: 'in', by: 'remote', reason: '' });
    expect(board.state('a')?.channelsUsed).toBe(0);
  });

  it('one that is over its time already is hung up at once', () => {
    const { clock, gate, hungUp } = world();
    gate.adopt('t', 'out', { trunkId: 'a', planId: 'old' }, clock.wall() - 20 * MINUTE_MS);
    clock.advance(0);
    expect(hungUp).toEqual(['out']);
  });

  it('what the day cost so far counts', () => {
    const { gate, dial } = world();
    gate.restoreSpent('t', { spentMs: 59 * MINUTE_MS, accounts: [] });
    const plan = dial();
    expect(plan.ok).toBe(true);
    expect(dial()).toEqual({ ok: false, code: 'daily_limit_reached' });
  });
});

describe('the number shown', () => {
  it('is the one that was wished, and only one of the tenant', () => {
    const { dial } = world();
    const plan = dial('03-1234-5679');
    expect(plan.ok && plan.attempts[0]?.target).toMatchObject({ fromUser: '+81312345679', assertedUser: '+81312345679' });
    expect(dial('0312340099')).toEqual({ ok: false, code: 'caller_id_not_allowed' });
  });
});
