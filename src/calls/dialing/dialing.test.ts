import { describe, expect, it } from 'vitest';
import type { DialPolicy } from '../../../shared/api/dial-policy.ts';
import { FakeClock } from '../../lib/clock.ts';
import { DEFAULT_POLICY } from '../../modules/telephony/dial-policy.service.ts';
import type { OutboundConfig, RunningTrunk } from '../../modules/telephony/outbound-config.ts';
import { TrunkBoard } from '../../sip/trunks/trunk-board.ts';
import type { SipLegEvent } from '../../sip/types.ts';
import { FakeSip } from '../testing/fake-sip.ts';
import { DialGate, type DialPlan, type DialPurpose, type DialRefusal } from './dial-gate.ts';
import { readDialled } from './number-class.ts';
import { formatNumber } from './outbound-call.ts';
import { TollBook } from './toll-policy.ts';

const POLICY: DialPolicy = { ...DEFAULT_POLICY, maxConcurrent: 2, maxPerMinute: 5, maxDailyMinutes: 60, maxCallMinutes: 180 };

const trunk = (id: string, given: Partial<RunningTrunk> = {}): RunningTrunk => ({
  id, name: id, kind: 'ip', profile: 'generic', enabled: true, host: '192.0.2.1', port: null, transport: 'udp', realm: '', username: '',
  password: null, sourceRanges: [], channels: 100, callsPerSecond: 1000, maxDailyCalls: null, maxDailyCost: null, numberFormat: 'e164', dialledFrom: 'request_uri', callerId: 'number',
  identity: 'none', privacyMethod: 'header', inbandDtmf: false, srtp: 'none', wideband: false, dscp: 0, monitorSeconds: 0, position: 0, ...given,
});

function world(config: Partial<OutboundConfig> = {}) {
  const clock = new FakeClock();
  const sip = new FakeSip();
  const refused: DialRefusal[] = [];
  const events: SipLegEvent[] = [];
  const board = new TrunkBoard({ clock, random: () => 0, registrar: () => ({ registerFully: () => Promise.reject(new Error('none registers')) }), ping: () => Promise.resolve(200), onChange: () => undefined });
  let ids = 0;
  const gate = new DialGate({
    clock,
    newId: () => `plan${ids++}`,
    board,
    onRefused: (_request, _number, code) => refused.push(code),
    emit: (event) => {
      events.push(event);
      gate.onEvent(event);
    },
    hangup: (legId) => sip.hangup(legId, 'limit'),
  });
  const whole: OutboundConfig = {
    trunks: [trunk('a'), trunk('b')],
    routes: [{ id: 'r', name: 'all', prefix: '', trunkIds: ['a', 'b'] }],
    policy: POLICY,
    stops: [],
    offersMd5: false,
    callerIds: [{ number: '+81312345678', trunkId: null }],
    deviceLines: new Map(),
    ...config,
  };
  gate.configure('tenant', whole);
  board.configure('tenant', whole.trunks.map(({ id, channels, callsPerSecond }) => ({ id, tenantId: 'tenant', server: 'sip:192.0.2.1', registration: null, channels, callsPerSecond, monitorMs: 0 })));
  const out = gate.guard(sip);
  const dial = (dialled: string, purpose: DialPurpose = 'agent') => gate.planDial({ tenantId: 'tenant', agentId: null, dialled, purpose });
  return { clock, sip, refused, events, board, gate, out, dial };
}

/** Target of one attempt of a plan. */
function lineOf(plan: DialPlan, index = 0) {
  const target = plan.ok ? plan.attempts[index]?.target : undefined;
  if (!target) throw new Error('no such attempt');
  return target;
}

const PURPOSES: readonly DialPurpose[] = ['agent', 'transfer', 'refer', 'redirect', 'forward', 'callback', 'api', 'ivr'];

describe('dialled numbers', () => {
  it.each([
    ['03-1234-5678', '+81312345678', 'domestic', 'default'],
    ['184 03-1234-5678', '+81312345678', 'domestic', '184'],
    ['18609012345678', '+819012345678', 'domestic', '186'],
    ['tel:+81-3-1234-5678;phone-context=x', '+81312345678', 'domestic', 'default'],
    ['110', '110', 'emergency', 'default'],
    ['117', '117', 'service', 'default'],
    ['0570-000-000', '+81570000000', 'premium', 'default'],
    ['010 1 212 555 0100', '+12125550100', 'international', 'default'],
    ['0990-500-000', '+81990500000', 'premium', 'default'],
    // Mobile numbers from July 2026.
    ['060-1234-5678', '+816012345678', 'domestic', 'default'],
    ['050-1234-5678', '+815012345678', 'domestic', 'default'],
    ['0120-123-456', '+81120123456', 'domestic', 'default'],
    ['81312345678', '+81312345678', 'domestic', 'default'],
    // Without its area code.
    ['1234-5678', '', 'invalid', 'default'],
    ['../../etc', '', 'invalid', 'default'],
    ['184', '184', 'service', 'default'],
  ])('%s is %s (%s, %s)', (text, number, kind, privacy) => {
    expect(readDialled(text)).toEqual({ number, class: kind, privacy });
  });

  it('is written as the trunk wants it', () => {
    expect(['e164', 'e164_bare', 'national'].map((format) => formatNumber('+81312345678', format as 'e164'))).toEqual(['+81312345678', '81312345678', '0312345678']);
    expect(formatNumber('+12125550100', 'national')).toBe('01012125550100');
    expect(formatNumber('117', 'national')).toBe('117');
  });
});

describe('the toll policy', () => {
  it('keeps its caps in any order of calls and ends', () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let round = 0; round < 50; round++) {
      const book = new TollBook();
      let at = 0;
      let spent = 0;
      const running = new Map<string, number>();
      for (let step = 0; step < 400; step++) {
        at += Math.floor(random() * 40_000);
        const moment = { at, wall: Date.UTC(2026, 0, 5) + (at % 3_600_000) };
        const ended = [...running.keys()][0];
        if (ended && random() < 0.6) {
          book.end(ended, moment);
          spent += at - (running.get(ended) ?? at);
          running.delete(ended);
        }
        const id = `${step}`;
        if (book.exceeded(POLICY, moment)) continue;
        book.admit(id, moment);
        // Never a call more once the time is used up, never more at once than allowed.
        expect(spent).toBeLessThan(POLICY.maxDailyMinutes * 60_000);
        running.set(id, at);
        expect(running.size).toBeLessThanOrEqual(POLICY.maxConcurrent);
      }
    }
  });

  it('begins a new day in Japan with nothing spent', () => {
    const wall = Date.UTC(2026, 0, 5, 14, 59);
    const book = new TollBook();
    book.admit('1', { at: 0, wall });
    book.end('1', { at: 3_600_000, wall });
    expect(book.exceeded(POLICY, { at: 3_700_000, wall })).toBe('daily_limit_reached');
    expect(book.exceeded(POLICY, { at: 3_700_000, wall: wall + 60_000 })).toBeNull();
  });

  it('adds up calls that still run, with one minute at least', () => {
    const policy = { ...POLICY, maxConcurrent: 100, maxDailyMinutes: 10 };
    const wall = Date.UTC(2026, 0, 5);
    const book = new TollBook();
    // Resumed after a restart: it has run for seven minutes already.
    book.resume('old', -7 * 60_000);
    book.admit('new', { at: 0, wall });
    book.admit('newer', { at: 0, wall });
    expect(book.exceeded(policy, { at: 0, wall })).toBeNull();
    expect(book.exceeded(policy, { at: 59_000, wall })).toBeNull();
    expect(book.exceeded(policy, { at: 60_000, wall })).toBe('daily_limit_reached');
    book.end('old', { at: 60_000, wall });
    expect(book.exceeded(policy, { at: 60_000, wall })).toBe('daily_limit_reached');
    expect(book.exceeded(policy, { at: 60_000, wall: wall + 24 * 3_600_000 })).toBeNull();
  });
});

describe('the gate to the outside', () => {
  it('lets none of 1,000 calls to 50 prefixes abroad out, by any way', () => {
    const { dial, sip, refused } = world();
    const abroad = Array.from({ length: 50 }, (_, index) => `010${[1, 7, 20, 33, 44, 49, 61, 86, 91, 371][index % 10]}${2_012_345_678 + index * 101}`);
    for (let call = 0; call < 1000; call++) {
      const plan = dial(abroad[call % 50] ?? '', PURPOSES[call % PURPOSES.length]);
      expect(plan.ok).toBe(false);
    }
    expect(refused).toHaveLength(1000);
    expect(new Set(refused)).not.toContain('no_route');
    expect(sip.log).toEqual([]);
  });

  it('lets allowed calls out up to the caps, and again when calls are over', () => {
    const { dial, out, sip, gate, clock } = world();
    const plans = Array.from({ length: 100 }, () => dial('03-1234-5678'));
    const good = plans.filter((plan) => plan.ok);
    expect(good).toHaveLength(POLICY.maxConcurrent);
    good.forEach((plan, index) => out.invite(`leg${index}`, { ...lineOf(plan), sdp: '' }));
    expect(sip.legs.size).toBe(2);
    gate.onEvent({ type: 'ended', legId: 'leg0', by: 'remote', reason: '' });
    expect(dial('03-1234-5678').ok).toBe(false);
    clock.advance(1000);
    expect(dial('03-1234-5678').ok).toBe(true);
  });

  it('lets no INVITE out on a trunk without a plan', () => {
    const { out, dial, sip, clock, events } = world();
    const plan = dial('03-1234-5678');
    if (!plan.ok) throw new Error(plan.code);
    out.invite('leg', { ...lineOf(plan), trunk: { trunkId: 'a', planId: 'forged' }, sdp: '' });
    clock.advance(0);
    expect(sip.legs.size).toBe(0);
    expect(events).toMatchObject([{ type: 'rejected', legId: 'leg', status: 403 }]);
  });

  it('opens the circuit after three failures in a row, and lets one call try later', () => {
    const { dial, out, sip, gate, clock, board } = world({ policy: { ...POLICY, maxPerMinute: 100 } });
    const attempt = (leg: string): void => {
      const plan = dial('03-1234-5678');
      if (!plan.ok) throw new Error(plan.code);
      out.invite(leg, { ...lineOf(plan), sdp: '' });
      clock.advance(0);
    };
    for (const leg of ['1', '2', '3']) {
      attempt(leg);
      expect(sip.legs.has(leg)).toBe(true);
      gate.onEvent({ type: 'rejected', legId: leg, status: 503, reason: '', contacts: [] });
      clock.advance(1000);
    }
    expect(board.state('a')?.circuit).toBe('open');
    attempt('4');
    expect(sip.legs.has('4')).toBe(false);
    clock.advance(15_000);
    attempt('5');
    expect(sip.legs.has('5')).toBe(true);
    attempt('6');
    expect(sip.legs.has('6')).toBe(false);
    gate.onEvent({ type: 'answered', legId: '5', sdp: '' });
    expect(board.state('a')).toMatchObject({ circuit: 'closed', channelsUsed: 1 });
  });

  it('ends a call that is longer than allowed', () => {
    const { dial, out, gate, clock, sip } = world({ policy: { ...POLICY, maxCallMinutes: 1 } });
    const plan = dial('03-1234-5678');
    if (!plan.ok) throw new Error(plan.code);
    out.invite('leg', { ...lineOf(plan), sdp: '' });
    gate.onEvent({ type: 'answered', legId: 'leg', sdp: '' });
    clock.advance(59_999);
    expect(sip.log).not.toContain('hangup leg');
    clock.advance(1);
    expect(sip.log.some((line) => line.startsWith('hangup leg'))).toBe(true);
  });

  it('shows 184 and the account as each trunk wants it, and keeps its password out of the plan', () => {
    const kddi = trunk('a', { kind: 'registration', username: 'did1', password: 'secret', realm: 'carrier', callerId: 'account', identity: 'preferred', numberFormat: 'national' });
    const prefixing = trunk('b', { privacyMethod: 'prefix', numberFormat: 'national' });
    const { dial, out, sip } = world({ trunks: [kddi, prefixing] });
    const plan = dial('184-03-1234-5678');
    if (!plan.ok) throw new Error(plan.code);
    expect(plan.attempts.map(({ target }) => [target.uri, target.fromUser, target.privacy])).toEqual([
      ['sip:0312345678@192.0.2.1', 'did1', true],
      ['sip:1840312345678@192.0.2.1', '0312345678', false],
    ]);
    expect(JSON.stringify(plan)).not.toContain('secret');
    out.invite('leg', { ...lineOf(plan, 1), sdp: '' });
    expect(sip.legs.get('leg')?.target?.credentials).toBeNull();
    out.invite('leg2', { ...lineOf(plan), sdp: '' });
    expect(sip.legs.get('leg2')?.target?.credentials).toEqual({ realm: 'carrier', username: 'did1', password: 'secret' });
  });
});
