import { describe, expect, it } from 'vitest';
import type { ServerMessage } from '../../shared/events.ts';
import type { AgentCommand } from './types.ts';
import { BROWSER_OFFER } from './testing/fake-media.ts';
import { World } from './testing/world.ts';

/** A call that `ann` talks in, with `ben` beside, idle. */
async function talking(): Promise<{ world: World; callId: string; far: string }> {
  const world = new World();
  const ann = await world.ready('ann');
  const callId = world.callIn('support');
  await world.settle();
  const offer = ann.messages.find((message) => message.type === 'offer');
  world.runtime.toAcd({ type: 'accepted', at: world.runtime.now(), offerId: offer?.offer.offerId ?? '' });
  await world.settle();
  await world.ready('ben');
  return { world, callId, far: `${callId}:far` };
}

async function say(world: World, callId: string, action: AgentCommand, agentId = 'ann'): Promise<void> {
  world.runtime.toCall(callId, { type: 'agent', agentId, action, ip: '' });
  await world.settle();
}

/** The browser that rings for a party accepts or declines. */
async function answer(world: World, callId: string, agentId: string, accept = true): Promise<void> {
  const offer = world.desks.get(agentId)?.messages.findLast((message): message is Extract<ServerMessage, { type: 'offer' }> => message.type === 'offer');
  world.runtime.toCall(callId, { type: 'partyAnswer', offerId: offer?.offer.offerId ?? '', endpoint: accept ? world.hub.lineOf(agentId) : null });
  await world.settle();
}

const bridged = (world: World) => [...world.media.bridges.values()];
const mixed = (world: World) => [...world.media.mixes.values()].map((members) => Object.fromEntries(members));
const lineOf = (world: World, agentId: string): string => world.hub.lineOf(agentId) ?? '';
const out = (world: World): string[] => [...world.sip.legs.keys()].filter((legId) => legId.endsWith(':leg'));
const ALL = { hears: 'all', heardBy: 'all' };

describe('blind transfer', () => {
  it('rings a colleague while the caller hears it ring; the agent is free at once, the record names who talked last', async () => {
    const { world, callId, far } = await talking();
    await say(world, callId, { command: 'transfer', target: { kind: 'agent', agentId: 'ben' } });
    expect(world.agent('ann')?.work).toBe('wrapUp');
    expect(world.call(callId)).toMatchObject({ phase: 'connecting', agent: null });
    expect(world.media.endpoints.get(far)?.playback).toMatchObject({ files: ['tones/ringback'] });
    await answer(world, callId, 'ben');
    expect(bridged(world)).toEqual([{ a: far, b: lineOf(world, 'ben') }]);
    expect(world.media.endpoints.get(far)?.playback).toBeNull();
    world.sip.bye(`${callId}:in`);
    await world.settle();
    expect(world.journal.of('callCompleted')).toMatchObject([{ outcome: 'answered', agentId: 'ben' }]);
    expect(world.journal.steps(callId)).toContain('call.transferred');
  });

  it('calls the agent back when nobody answers, and goes to the queue when that one does not either', async () => {
    const { world, callId } = await talking();
    await say(world, callId, { command: 'transfer', target: { kind: 'agent', agentId: 'ben' } });
    await world.pass(20_000);
    expect(world.call(callId)?.connecting).toMatchObject({ reason: 'recall' });
    await answer(world, callId, 'ann', false);
    expect(world.call(callId)?.phase).toMatch(/queued|ringing/);
  });

  it('gives the caller to a telephone, and hangs that up when the caller leaves', async () => {
    const { world, callId, far } = await talking();
    await say(world, callId, { command: 'transfer', target: { kind: 'number', number: 'desk' } });
    const [leg = ''] = out(world);
    world.sip.pickUp(leg);
    await world.settle();
    expect(bridged(world)).toEqual([{ a: far, b: leg.replace(/:leg$/, '') }]);
    world.sip.bye(`${callId}:in`);
    await world.settle();
    expect(world.sip.legs.size).toBe(0);
    expect(world.journal.of('callCompleted')).toMatchObject([{ agentId: 'ann' }]);
  });

  it('rings several telephones at once: the first that answers has it, the others stop', async () => {
    const { world, callId } = await talking();
    await say(world, callId, { command: 'transfer', target: { kind: 'number', number: 'one+two' } });
    const [one = '', two = ''] = out(world);
    world.sip.pickUp(two);
    await world.settle();
    expect(world.sip.log).toContain(`hangup ${one}`);
    expect(out(world)).toEqual([two]);
  });

  it('follows a 3xx through the rules for numbers, three times at most', async () => {
    const { world, callId } = await talking();
    await say(world, callId, { command: 'consult', target: { kind: 'number', number: 'desk' } });
    for (let times = 0; times < 4; times++) {
      const [leg = ''] = out(world);
      world.sip.redirectFrom(leg, ['sip:other@127.0.0.1']);
      await world.settle();
    }
    expect(out(world)).toEqual([]);
    expect(world.call(callId)?.parties).toEqual([]);
    expect(world.sip.log.filter((line) => /^invite .*x/.test(line))).toHaveLength(4);
  });

  it('puts the caller into another queue', async () => {
    const { world, callId } = await talking();
    await say(world, callId, { command: 'transfer', target: { kind: 'queue', code: 'stations' } });
    expect(world.call(callId)?.queue?.code).toBe('stations');
    const [station = ''] = out(world);
    world.sip.pickUp(station);
    await world.settle();
    expect(world.call(callId)).toMatchObject({ phase: 'talking', agent: { kind: 'station' } });
  });
});

describe('a telephone that calls another one', () => {
  it('hears it ring, is answered when that one answers, and both talk; no recording, one record', async () => {
    const world = new World();
    const callId = world.callDirect('desk2');
    await world.settle();
    expect(world.sip.log).toContain(`ring ${callId}:in`);
    expect(world.sip.log).not.toContain(`answer ${callId}:in`);
    const [leg = ''] = out(world);
    world.sip.pickUp(leg);
    await world.settle();
    expect(world.sip.log).toContain(`answer ${callId}:in`);
    expect(bridged(world)).toEqual([{ a: `${callId}:far`, b: leg.replace(/:leg$/, '') }]);
    world.sip.bye(leg);
    await world.settle();
    expect(world.sip.legs.size + world.media.endpoints.size).toBe(0);
    expect(world.media.started).toEqual([]);
    expect(world.journal.of('callCompleted')).toMatchObject([{ outcome: 'answered', endedBy: 'agent' }]);
  });

  it('in a browser is offered ICE, answered there, and may hold', async () => {
    const world = new World();
    world.callDirect('browser');
    await world.settle();
    const [leg = ''] = out(world);
    expect(world.sip.legs.get(leg)?.target?.sdp).toBe(BROWSER_OFFER);
    world.sip.pickUp(leg);
    await world.settle();
    expect(world.media.log).toContain('setWebrtcAnswer');
    world.sip.onEvent({ type: 'reinvite', legId: leg, sdp: 'v=0\r\n' });
    await world.settle();
    expect(world.media.log).toContain('reanswerWebrtc');
    expect(world.sip.log).toContain(`answerReinvite ${leg}`);
    world.media.failing.set('reanswerWebrtc', 'bad_sdp');
    world.sip.onEvent({ type: 'reinvite', legId: leg, sdp: 'v=0\r\n' });
    await world.settle();
    expect(world.sip.log).toContain(`rejectReinvite ${leg} 488`);
    world.sip.bye(leg);
    await world.settle();
    expect(world.sip.legs.size + world.media.endpoints.size).toBe(0);
  });

  it.each(['connected', 'refused', 'deaf', 'never'] as const)('in a browser, is offered a new connection when its media process dies (%s)', async (how) => {
    const world = new World();
    const callId = world.callDirect('browser');
    await world.settle();
    const [leg = ''] = out(world);
    const endpoint = leg.replace(/:leg$/, '');
    world.sip.pickUp(leg);
    await world.settle();
    const lost = world.media.die();
    if (how === 'never') world.media.failing.set('createWebrtcOffer', 'media_unavailable');
    if (how === 'deaf') world.media.failing.set('setWebrtcAnswer', 'bad_sdp');
    if (how === 'refused') world.sip.refusing.set(leg, 488);
    world.runtime.toCall(callId, { type: 'mediaLost', endpoints: lost });
    await world.settle();
    if (how === 'never') {
      // Nobody is there yet: it is tried again.
      expect(world.sip.log).not.toContain(`reinvite ${leg}`);
      await world.pass(300);
    }
    expect(world.sip.log).toContain(`reinvite ${leg}`);
    if (how === 'refused' || how === 'deaf') {
      expect(world.sip.log).toContain(`hangup ${leg}`);
      return;
    }
    expect(world.call(callId)?.moving).toEqual([endpoint]);
    world.runtime.toCall(callId, { type: 'media', event: { event: 'endpointState', endpoint, state: 'connected' } });
    await world.settle();
    expect(world.call(callId)?.moving).toEqual([]);
    expect(bridged(world)).toEqual([{ a: `${callId}:far`, b: endpoint }]);
    world.sip.bye(leg);
    await world.settle();
    expect(world.sip.legs.size + world.media.endpoints.size).toBe(0);
  });

  it('in a browser can be called by an agent, too; a bad answer ends that call', async () => {
    for (const code of [null, 'bad_sdp']) {
      const world = new World();
      await world.ready('ann');
      const endpoint = lineOf(world, 'ann');
      const callId = world.newId();
      const target = { uri: 'sip:browser@127.0.0.1;transport=ws', fromUser: '1', fromDisplayName: '', credentials: null, ringTimeoutMs: 60_000 };
      const party = { number: 'browser', name: '', withheldReason: null, ip: '' };
      const agent = { agentId: 'ann', name: 'ann', endpoint };
      world.runtime.start({ kind: 'outbound', callId, tenantId: 'tenant', party, dialled: 'browser', agent, legId: `${callId}:out`, targets: [target] });
      await world.settle();
      expect(world.sip.legs.get(`${callId}:out`)?.target?.sdp).toBe(BROWSER_OFFER);
      if (code !== null) world.media.failing.set('setWebrtcAnswer', code);
      world.sip.pickUp(`${callId}:out`);
      await world.settle();
      expect(world.media.log).toContain('setWebrtcAnswer');
      expect(world.call(callId)?.phase).toBe(code === null ? 'talking' : undefined);
      if (code !== null) expect(world.journal.of('callCompleted')).toMatchObject([{ outcome: 'failed' }]);
    }
  });

  it('is refused with the status of the one called, and stops that ringing when it gives up', async () => {
    const world = new World();
    const busy = world.callDirect('desk2');
    await world.settle();
    world.sip.refuse(out(world)[0] ?? '', 486);
    await world.settle();
    expect(world.sip.log).toContain(`reject ${busy}:in 486`);
    const given = world.callDirect('desk2');
    await world.settle();
    world.sip.bye(`${given}:in`);
    await world.settle();
    expect(world.sip.legs.size + world.media.endpoints.size).toBe(0);
    expect(world.journal.of('callCompleted')).toMatchObject([{ outcome: 'rejected' }, { outcome: 'abandoned' }]);
  });
});

describe('consultation and conference', () => {
  it('lets the agent speak alone with a colleague, go back to the caller, and hand over', async () => {
    const { world, callId, far } = await talking();
    await say(world, callId, { command: 'consult', target: { kind: 'agent', agentId: 'ben' } });
    await answer(world, callId, 'ben');
    expect(bridged(world)).toEqual([{ a: lineOf(world, 'ann'), b: lineOf(world, 'ben') }]);
    expect(world.media.endpoints.get(far)?.playback).toMatchObject({ files: ['music/hold'] });
    expect([...world.media.recordings.values()]).toMatchObject([{ right: null }]);
    await say(world, callId, { command: 'resume' });
    expect(bridged(world)).toEqual([{ a: far, b: lineOf(world, 'ann') }]);
    await say(world, callId, { command: 'hold' });
    await say(world, callId, { command: 'handOver' });
    expect(bridged(world)).toEqual([{ a: far, b: lineOf(world, 'ben') }]);
    expect([...world.media.recordings.values()]).toMatchObject([{ right: lineOf(world, 'ben') }]);
    expect(world.agent('ann')?.work).toBe('wrapUp');
  });

  it('joins three, then four; who is dropped or hangs up leaves the others', async () => {
    const { world, callId, far } = await talking();
    await say(world, callId, { command: 'consult', target: { kind: 'agent', agentId: 'ben' } });
    await answer(world, callId, 'ben');
    await say(world, callId, { command: 'conference' });
    const three = { [far]: ALL, [lineOf(world, 'ann')]: ALL, [lineOf(world, 'ben')]: ALL };
    expect(mixed(world)).toEqual([three]);
    expect([...world.media.recordings.values()]).toMatchObject([{ right: world.call(callId)?.wiring.mix?.id }]);
    await say(world, callId, { command: 'consult', target: { kind: 'number', number: 'desk' } });
    const [leg = ''] = out(world);
    world.sip.pickUp(leg);
    await world.settle();
    await say(world, callId, { command: 'conference' });
    expect(mixed(world)).toEqual([{ ...three, [leg.replace(/:leg$/, '')]: ALL }]);
    world.sip.bye(leg);
    await world.settle();
    expect(mixed(world)).toEqual([three]);
    const ben = world.call(callId)?.parties.find(({ agentId }) => agentId === 'ben');
    await say(world, callId, { command: 'drop', party: ben?.id ?? '' });
    expect(mixed(world)).toEqual([]);
    expect(bridged(world)).toEqual([{ a: far, b: lineOf(world, 'ann') }]);
    expect(world.agent('ben')?.work).toBe('idle');
  });

  it('goes on without the agent who leaves, and survives a restart', async () => {
    const { world, callId, far } = await talking();
    await say(world, callId, { command: 'consult', target: { kind: 'agent', agentId: 'ben' } });
    await answer(world, callId, 'ben');
    await say(world, callId, { command: 'conference' });
    await world.crash();
    expect(world.call(callId)).toMatchObject({ phase: 'talking', parties: [{ role: 'member', agentId: 'ben' }] });
    expect(mixed(world)).toHaveLength(1);
    await say(world, callId, { command: 'leave' });
    expect(bridged(world)).toMatchObject([{ a: far }]);
    expect(world.call(callId)?.agent?.agentId).toBe('ben');
  });
});

describe('supervisor', () => {
  it('listens, whispers, joins and takes over; only those hear who shall', async () => {
    const { world, callId, far } = await talking();
    const supervise = async (mode: 'monitor' | 'whisper' | 'barge' | 'takeOver') => {
      world.runtime.toCall(callId, { type: 'supervise', agentId: 'ben', name: 'ben', endpoint: lineOf(world, 'ben'), mode, tone: false, ip: '' });
      await world.settle();
    };
    const pair = { [far]: ALL, [lineOf(world, 'ann')]: ALL };
    await supervise('monitor');
    expect(mixed(world)).toEqual([{ ...pair, [lineOf(world, 'ben')]: { hears: 'all', heardBy: 'none' } }]);
    await supervise('whisper');
    expect(mixed(world)).toEqual([{ ...pair, [lineOf(world, 'ben')]: { hears: 'all', heardBy: [lineOf(world, 'ann')] } }]);
    await supervise('barge');
    expect(mixed(world)).toEqual([{ ...pair, [lineOf(world, 'ben')]: ALL }]);
    await supervise('takeOver');
    expect(bridged(world)).toEqual([{ a: far, b: lineOf(world, 'ben') }]);
    expect(world.agent('ann')?.work).toBe('wrapUp');
    expect(world.journal.of('step').filter(({ audit }) => audit === 'call.supervised')).toHaveLength(4);
  });

  it('leaves the two as they were', async () => {
    const { world, callId, far } = await talking();
    world.runtime.toCall(callId, { type: 'supervise', agentId: 'ben', name: 'ben', endpoint: lineOf(world, 'ben'), mode: 'barge', tone: true, ip: '' });
    await world.settle();
    world.runtime.toCall(callId, { type: 'superviseEnd', agentId: 'ben', ip: '' });
    await world.settle();
    expect(bridged(world)).toEqual([{ a: far, b: lineOf(world, 'ann') }]);
    expect(world.agent('ben')?.work).toBe('idle');
  });

  it('who takes a call over has it for its queue, and its wrap-up; who only listened has none', async () => {
    for (const mode of ['takeOver', 'monitor'] as const) {
      const { world, callId } = await talking();
      world.runtime.toCall(callId, { type: 'supervise', agentId: 'ben', name: 'ben', endpoint: lineOf(world, 'ben'), mode, tone: false, ip: '' });
      await world.settle();
      expect(world.agent('ben')).toMatchObject({ work: 'talking', queueId: mode === 'takeOver' ? world.agent('ann')?.queueId : null });
      world.sip.bye(`${callId}:in`);
      await world.settle();
      expect(world.agent('ben')?.work).toBe(mode === 'takeOver' ? 'wrapUp' : 'idle');
    }
  });

  it('is written down as gone, with the reason, however the listening ends', async () => {
    const ways: readonly (readonly [string, (world: World, callId: string) => void | Promise<void>])[] = [
      ['left', (world, callId) => world.runtime.toCall(callId, { type: 'superviseEnd', agentId: 'ben', ip: '' })],
      ['agent left', (world, callId) => say(world, callId, { command: 'transfer', target: { kind: 'queue', code: 'support' } })],
      ['BYE', (world, callId) => world.sip.bye(`${callId}:in`)],
      ['line lost', (world, callId) => world.runtime.toCall(callId, { type: 'lineDown', agentId: 'ben' })],
    ];
    for (const [reason, end] of ways) {
      const { world, callId } = await talking();
      world.runtime.toCall(callId, { type: 'supervise', agentId: 'ben', name: 'ben', endpoint: lineOf(world, 'ben'), mode: 'monitor', tone: false, ip: '' });
      await world.settle();
      await end(world, callId);
      await world.settle();
      const ends = world.journal.of('step').filter(({ audit }) => audit === 'call.supervise_ended');
      expect(ends.map(({ detail }) => detail)).toEqual([{ supervisor: 'ben', reason }]);
      expect(world.journal.steps(callId)).not.toContain('call.party_left');
    }
  });
});

describe('park and recording', () => {
  it('parks a caller with music until somebody takes them, or calls the agent back', async () => {
    const { world, callId, far } = await talking();
    await say(world, callId, { command: 'park', slot: 701 });
    expect(world.call(callId)).toMatchObject({ phase: 'parked', park: { slot: 701 } });
    expect(world.media.endpoints.get(far)?.playback).toMatchObject({ files: ['music/hold'] });
    world.runtime.toCall(callId, { type: 'pickUp', agentId: 'ben', name: 'ben', endpoint: lineOf(world, 'ben'), ip: '' });
    await world.settle();
    expect(bridged(world)).toEqual([{ a: far, b: lineOf(world, 'ben') }]);
    expect(world.agent('ben')?.queueId).toBe(world.agent('ann')?.queueId);
    await say(world, callId, { command: 'park', slot: 701 }, 'ben');
    expect(world.agent('ben')?.work).toBe('wrapUp');
    await world.pass(180_000);
    expect(world.call(callId)?.connecting).toMatchObject({ reason: 'recall' });
  });

  it('pauses the recording and goes on with it, audited', async () => {
    const { world, callId } = await talking();
    await say(world, callId, { command: 'record', paused: true });
    await say(world, callId, { command: 'record', paused: true });
    await say(world, callId, { command: 'record', paused: false });
    expect(world.media.log.filter((command) => command === 'pauseRecording')).toHaveLength(2);
    expect(world.journal.of('step').flatMap(({ audit }) => (audit?.startsWith('recording.') ? [audit] : []))).toEqual(['recording.started', 'recording.paused', 'recording.resumed']);
  });
});
