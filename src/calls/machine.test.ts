import { describe, expect, it } from 'vitest';
import type { ServerMessage } from '../../shared/events.ts';
import { offerFor } from '../protocol/sdp/negotiate.ts';
import { newCall } from './begin.ts';
import { reduceCall } from './machine.ts';
import { PHONE_SDP } from './testing/fake-sip.ts';
import { AGENTS, World, WORLD_FLOW, type FakeDesk } from './testing/world.ts';

const said = <T extends ServerMessage['type']>(desk: FakeDesk, type: T) =>
  desk.messages.filter((message): message is Extract<ServerMessage, { type: T }> => message.type === type);

/** A call that `ann` talks in. */
async function talking(world = new World()): Promise<{ world: World; callId: string; desk: FakeDesk; line: string }> {
  const desk = await world.ready('ann');
  const callId = world.callIn('support');
  await world.settle();
  const offerId = said(desk, 'offer')[0]?.offer.offerId ?? '';
  world.runtime.toAcd({ type: 'accepted', at: world.runtime.now(), offerId });
  await world.settle();
  return { world, callId, desk, line: world.hub.lineOf('ann') ?? '' };
}

const command = (world: World, callId: string, what: 'hold' | 'resume' | 'hangup'): void =>
  world.runtime.toCall(callId, { type: 'agent', agentId: 'ann', action: { command: what }, ip: '' });

const record = (world: World, callId: string) => world.journal.of('callCompleted').filter((entry) => entry.callId === callId);
const bridged = (world: World) => [...world.media.bridges.values()];

describe('setup', () => {
  it('answers at once with SDP and begins the flow', async () => {
    const world = new World();
    const callId = world.callIn('main');
    await world.settle();
    expect(world.sip.log).toContain(`answer ${callId}:in`);
    expect(world.call(callId)).toMatchObject({ phase: 'ivr', flow: { state: { node: 'notice' } } });
  });

  it('answers a delayed offer with an offer and takes the address from the ACK', async () => {
    const moment = { at: 0, wall: 0, id: 'x' };
    const party = { number: null, name: '', withheldReason: null, ip: '' } as const;
    const seed = { kind: 'inbound', callId: 'c', tenantId: 't', channel: 'sip', party, dialled: '1', numberId: null, flow: WORLD_FLOW } as const;
    const begun = reduceCall(newCall({ ...seed, offerSdp: '', legId: 'c:in' }, moment), { type: 'begin' }, moment).state;
    const args = { endpoint: 'c:far', remote: null };
    const answered = reduceCall(begun, { type: 'mediaDone', command: 'createRtpEndpoint', args, result: { host: '127.0.0.1', port: 4000 } }, moment);
    expect(answered.effects.find((effect) => effect.type === 'sip')).toMatchObject({ command: 'answer', sdp: expect.stringContaining('m=audio 4000') });

    const confirmed = reduceCall(answered.state, { type: 'sip', event: { type: 'confirmed', legId: 'c:in', sdp: PHONE_SDP } }, moment);
    expect(confirmed.effects).toEqual([
      { type: 'media', command: 'setRtpRemote', args: { endpoint: 'c:far', remote: expect.objectContaining({ port: 30_000 }) } },
    ]);
  });

  it('refuses with 503 when there is no endpoint, and completes the record', async () => {
    const world = new World();
    world.media.failing.set('createRtpEndpoint', 'no_port_free');
    const callId = world.callIn('main');
    await world.settle();
    expect(world.sip.log).toContain(`reject ${callId}:in 503`);
    expect(record(world, callId)).toMatchObject([{ outcome: 'failed', endedBy: 'system', endReason: 'no_port_free' }]);
  });

  it('ends when the caller cancels before the answer', async () => {
    const world = new World();
    const callId = world.callIn('main');
    world.sip.bye(`${callId}:in`);
    await world.settle();
    expect(record(world, callId)).toHaveLength(1);
    expect([...world.media.endpoints.keys()]).toEqual([]);
  });
});

describe('ivr', () => {
  it('goes where the key says and tells what was pressed', async () => {
    const world = new World();
    const callId = world.callIn('main');
    await world.settle();
    await world.finishPrompts();
    world.media.onEvent({ event: 'dtmf', endpoint: `${callId}:far`, digit: '1', durationMs: 100 });
    await world.settle();
    expect(world.call(callId)).toMatchObject({ phase: 'queued', queue: { code: 'support' } });
    expect(world.journal.steps(callId)).toEqual(expect.arrayContaining(['call.notice_played', 'digit', 'call.queued']));
  });

  it('goes on by the overflow when the queue does not exist', async () => {
    const world = new World();
    const callId = world.callIn('main');
    await world.settle();
    await world.finishPrompts();
    world.media.onEvent({ event: 'dtmf', endpoint: `${callId}:far`, digit: '9', durationMs: 100 });
    await world.settle();
    expect(world.journal.steps(callId)).toContain('call.unroutable');
    expect(record(world, callId)).toMatchObject([{ outcome: 'self_service', endReason: 'flow' }]);
  });

  it('records a message, keeps it, and calls the call a voicemail', async () => {
    const world = new World();
    const callId = world.callIn('voicemail');
    await world.settle();
    await world.finishPrompts();
    expect(world.media.started).toHaveLength(1);
    world.media.onEvent({ event: 'dtmf', endpoint: `${callId}:far`, digit: '#', durationMs: 100 });
    await world.settle();
    expect(world.journal.of('recordingOpened')).toMatchObject([{ recordingKind: 'voicemail' }]);
    expect(world.journal.of('recordingClosed')).toMatchObject([{ result: { durationMs: 1000 } }]);
    expect(record(world, callId)).toMatchObject([{ outcome: 'voicemail', hasVoicemail: true }]);
  });

  it.each(['while it is recorded', 'before it begins'])('apologizes when the message is lost %s, and calls the call failed', async (when) => {
    const world = new World();
    if (when === 'before it begins') world.media.failing.set('startRecording', 'io_error');
    const callId = world.callIn('voicemail');
    await world.settle();
    world.media.finishPlay(`${callId}:far`);
    await world.settle();
    const [recording = ''] = world.media.started;
    if (when === 'while it is recorded') world.runtime.toCall(callId, { type: 'media', event: { event: 'recordingFailed', recording, reason: 'ENOSPC' } });
    await world.settle();
    expect(world.media.endpoints.get(`${callId}:far`)?.playback).toMatchObject({ files: ['ja/all-busy'], loop: false });

    await world.finishPrompts();

    expect(record(world, callId)).toMatchObject([{ outcome: 'failed', hasVoicemail: false, endReason: 'flow' }]);
    const closed = when === 'before it begins' ? [] : [{ result: null }];
    expect(world.journal.of('recordingClosed')).toMatchObject(closed);
    expect(world.call(callId)).toBeNull();
  });

  it('goes on when a sound is missing', async () => {
    const world = new World();
    world.media.failing.set('play', 'unknown_sound');
    const callId = world.callIn('main');
    await world.settle();
    expect(world.call(callId)?.flow?.state.node).toBe('menu');
  });
});

describe('queued and ringing', () => {
  it('shows the offer, and gives the call to the next agent when the first declines', async () => {
    const world = new World();
    const ann = await world.ready('ann');
    const callId = world.callIn('support');
    await world.settle();
    const { offer } = said(ann, 'offer')[0] ?? {};
    expect(offer?.call).toMatchObject({ callId, callerNumber: '03-1234-0099', phase: 'ringing' });
    const ben = await world.ready('ben');
    world.runtime.toAcd({ type: 'declined', at: world.runtime.now(), offerId: offer?.offerId ?? '' });
    await world.settle();
    expect(said(ann, 'offer.ended')).toMatchObject([{ reason: 'declined' }]);
    expect(said(ben, 'offer')).toHaveLength(1);
  });

  it('counts a caller who leaves the queue as abandoned and stops the ringing', async () => {
    const world = new World();
    const desk = await world.ready('ann');
    const callId = world.callIn('support');
    await world.settle();
    await world.pass(3000);
    world.sip.bye(`${callId}:in`);
    await world.settle();
    expect(said(desk, 'offer.ended')).toMatchObject([{ reason: 'callGone' }]);
    expect(record(world, callId)).toMatchObject([{ outcome: 'abandoned', endedBy: 'caller', queueMs: 3000, ringMs: 3000 }]);
    expect(world.agent('ann')).toMatchObject({ work: 'idle', presence: 'available' });
  });

  it('leaves the queue for the voicemail after the longest wait', async () => {
    const world = new World();
    const callId = world.callIn('support');
    await world.settle();
    await world.pass(121_000);
    expect(world.call(callId)).toMatchObject({ phase: 'ivr', flow: { state: { node: 'voicemail' } } });
  });

  it('leaves a queue that is removed by its overflow, without the timers and sounds of the queue', async () => {
    const world = new World();
    const callId = world.callIn('support');
    await world.settle();
    await world.finishPrompts();
    expect(world.call(callId)?.timers).toHaveProperty('maxWait');
    world.runtime.configure({ queues: [], agents: AGENTS, sounds: (sound) => sound });
    await world.settle();
    expect(world.call(callId)).toMatchObject({ phase: 'ivr', flow: { state: { node: 'voicemail' } } });
    expect(Object.keys(world.call(callId)?.timers ?? {})).toEqual([]);
    expect(world.media.endpoints.get(`${callId}:far`)?.playback).toMatchObject({ files: ['ja/voicemail-greeting'] });
    // The longest wait of the queue, had it stayed, would end the message in its middle.
    await world.finishPrompts();
    await world.pass(59_000);
    expect(world.media.recordings.size).toBe(1);
  });

  it('rings the next station when the first is busy', async () => {
    const world = new World();
    const callId = world.callIn('stations');
    await world.settle();
    const first = [...world.sip.legs.keys()].find((legId) => legId.endsWith(':leg')) ?? '';
    world.sip.refuse(first, 486);
    await world.settle();
    const second = [...world.sip.legs.keys()].find((legId) => legId.endsWith(':leg')) ?? '';
    expect(second).not.toBe(first);
    world.sip.pickUp(second);
    await world.settle();
    expect(world.call(callId)).toMatchObject({ phase: 'talking', agent: { kind: 'station' } });
    expect(bridged(world)).toHaveLength(1);
  });

  it('gives up a station that rings too long and closes its endpoint', async () => {
    const world = new World();
    const callId = world.callIn('stations');
    await world.settle();
    const first = [...world.sip.legs.keys()].find((legId) => legId.endsWith(':leg')) ?? '';
    await world.pass(20_500);
    expect(world.sip.log).toContain(`hangup ${first}`);
    const stations = [...world.media.endpoints.keys()].filter((endpoint) => endpoint.startsWith(`${callId}:s`));
    expect(stations).toHaveLength(1);
  });
});

describe('talking and held', () => {
  it('joins both, records both, and says so', async () => {
    const { world, callId, line, desk } = await talking();
    expect(bridged(world)).toEqual([{ a: `${callId}:far`, b: line }]);
    expect([...world.media.recordings.values()]).toEqual([{ left: `${callId}:far`, right: line }]);
    expect(said(desk, 'call').at(-1)?.call).toMatchObject({ phase: 'talking', recording: true });
    expect(world.media.endpoints.get(`${callId}:far`)?.playback).toBeNull();
  });

  it('plays music to the caller on hold, takes the agent off the recording, and joins them again', async () => {
    const { world, callId, line } = await talking();
    await world.pass(5000);
    command(world, callId, 'hold');
    await world.settle();
    expect(bridged(world)).toEqual([]);
    expect(world.media.endpoints.get(`${callId}:far`)?.playback).toMatchObject({ files: ['music/hold'], loop: true });
    expect([...world.media.recordings.values()]).toMatchObject([{ right: null }]);
    await world.pass(7000);
    command(world, callId, 'resume');
    await world.settle();
    expect(bridged(world)).toEqual([{ a: `${callId}:far`, b: line }]);
    expect([...world.media.recordings.values()]).toMatchObject([{ right: line }]);
    command(world, callId, 'hangup');
    await world.settle();
    expect(record(world, callId)).toMatchObject([{ outcome: 'answered', endedBy: 'agent', talkMs: 5000, holdMs: 7000 }]);
    expect(world.sip.log).toContain(`hangup ${callId}:in`);
    expect(world.agent('ann')?.work).toBe('wrapUp');
  });

  it('ignores commands of somebody who is not in the call', async () => {
    const { world, callId } = await talking();
    world.runtime.toCall(callId, { type: 'agent', agentId: 'ben', action: { command: 'hangup' }, ip: '' });
    await world.settle();
    expect(world.call(callId)?.phase).toBe('talking');
  });

  it('answers a re-INVITE that puts us on hold, and keeps the bridge', async () => {
    const { world, callId } = await talking();
    const sdp = offerFor({ host: '127.0.0.1', port: 30_000 }, 'sendonly', 2);
    world.sip.onEvent({ type: 'reinvite', legId: `${callId}:in`, sdp });
    await world.settle();
    expect(world.sip.log).toContain(`answerReinvite ${callId}:in`);
    expect(world.call(callId)).toMatchObject({ phase: 'talking', far: { sip: { sdpVersion: 2 } } });
  });

  it('holds the caller while the agent reconnects, and joins the new line', async () => {
    const { world, callId, line } = await talking();
    world.dropLine('ann');
    await world.settle();
    expect(world.call(callId)).toMatchObject({ phase: 'held', hold: { lineLost: true } });
    await world.pass(5000);
    await world.connectLine('ann');
    await world.settle();
    const after = world.hub.lineOf('ann');
    expect(after).not.toBe(line);
    expect(bridged(world)).toEqual([{ a: `${callId}:far`, b: after }]);
  });

  it('does not lift the agent\'s own hold when the line comes back', async () => {
    const { world, callId } = await talking();
    command(world, callId, 'hold');
    world.dropLine('ann');
    await world.settle();
    await world.connectLine('ann');
    await world.settle();
    expect(world.call(callId)).toMatchObject({ phase: 'held', hold: { byAgent: true, lineLost: false } });
  });

  it('gives the caller to another agent when the first does not come back, at the old place in the queue', async () => {
    const { world, callId } = await talking();
    const queuedAt = world.call(callId)?.queuedAt;
    const ben = await world.ready('ben');
    world.closeDesk('ann');
    world.dropLine('ann');
    await world.pass(20_500);
    expect(world.call(callId)).toMatchObject({ phase: 'ringing', queuedAt, agent: { agentId: 'ben' } });
    const offerId = said(ben, 'offer')[0]?.offer.offerId ?? '';
    world.runtime.toAcd({ type: 'accepted', at: world.runtime.now(), offerId });
    await world.settle();
    expect(world.call(callId)?.phase).toBe('talking');
    expect([...world.media.recordings.values()]).toMatchObject([{ right: world.hub.lineOf('ben') }]);
    world.sip.bye(`${callId}:in`);
    await world.settle();
    expect(record(world, callId)).toMatchObject([{ outcome: 'answered', agentId: 'ben' }]);
    expect(world.journal.of('recordingClosed')).toHaveLength(1);
  });

  it('goes on without a recording that cannot begin', async () => {
    const world = new World();
    world.media.failing.set('startRecording', 'io_error');
    const { callId } = await talking(world);
    expect(world.call(callId)).toMatchObject({ phase: 'talking', recording: null });
    expect(world.journal.steps(callId)).toContain('recording.refused');
  });

  it('records a further part when the file failed and the disk has space again, and tells a disk that stays full once', async () => {
    const { world, callId } = await talking();
    const [recording = ''] = world.media.started;
    world.runtime.toCall(callId, { type: 'media', event: { event: 'recordingFailed', recording, reason: 'ENOSPC' } });
    for (let tries = 0; tries < 3; tries++) {
      world.media.failing.set('startRecording', 'io_error');
      world.clock.advance(10_000);
      await world.settle();
      expect(world.call(callId)).toMatchObject({ phase: 'talking', recording: null });
    }
    expect(world.journal.steps(callId).filter((code) => code === 'recording.refused')).toHaveLength(1);
    world.clock.advance(10_000);
    await world.settle();
    expect(world.call(callId)).toMatchObject({ phase: 'talking', recording: { stage: 'running' }, unrecorded: false });
    expect(world.journal.of('recordingOpened')).toHaveLength(2);
    world.sip.bye(`${callId}:in`);
    await world.settle();
    expect(world.journal.of('recordingClosed')).toMatchObject([{ result: null }, { result: { durationMs: 1000 } }]);
  });

  it('does not begin to record again what the agent keeps out of the recording', async () => {
    const { world, callId } = await talking();
    const [recording = ''] = world.media.started;
    world.runtime.toCall(callId, { type: 'agent', agentId: 'ann', action: { command: 'record', paused: true }, ip: '' });
    await world.settle();
    expect(world.call(callId)?.recording?.paused).toBe(true);
    world.runtime.toCall(callId, { type: 'media', event: { event: 'recordingFailed', recording, reason: 'ENOSPC' } });
    world.clock.advance(30_000);
    await world.settle();
    expect(world.call(callId)).toMatchObject({ phase: 'talking', recording: null });
    expect(world.journal.of('recordingOpened')).toHaveLength(1);
  });

  it('moves to another media process when its own dies: the caller is told the new address, the recording has a second part', async () => {
    const { world, callId } = await talking();
    const lost = world.media.die();
    world.runtime.toCall(callId, { type: 'mediaLost', endpoints: lost });
    world.hub.onLost(lost);
    await world.settle();
    expect(world.sip.log).toContain(`reinvite ${callId}:in`);
    expect(world.journal.of('recordingClosed')).toMatchObject([{ result: null }]);
    await world.connectLine('ann');
    await world.settle();
    expect(world.call(callId)).toMatchObject({ phase: 'talking', moving: [], recording: { stage: 'running' } });
    expect(bridged(world)).toEqual([{ a: `${callId}:far`, b: world.hub.lineOf('ann') }]);
    expect(world.journal.of('recordingOpened')).toHaveLength(2);
  });

  it('ends with a record when the caller cannot be moved', async () => {
    const { world, callId } = await talking();
    const lost = world.media.die();
    world.media.failing.set('createRtpEndpoint', 'no_port_free');
    world.runtime.toCall(callId, { type: 'mediaLost', endpoints: lost });
    await world.settle();
    expect(world.call(callId)?.moving).toEqual([`${callId}:far`]);
    world.media.failing.set('createRtpEndpoint', 'no_port_free');
    await world.pass(8_000);
    expect(world.sip.log).toContain(`hangup ${callId}:in`);
    expect(record(world, callId)).toMatchObject([{ outcome: 'failed', endReason: 'media_lost' }]);
  });
});

describe('dialling', () => {
  it('joins the agent\'s line when the other side answers, recorded', async () => {
    const world = new World();
    await world.ready('ann');
    const callId = world.callOut('ann') ?? '';
    await world.settle();
    expect(world.agent('ann')?.work).toBe('talking');
    world.sip.pickUp(`${callId}:out`);
    await world.settle();
    expect(bridged(world)).toEqual([{ a: `${callId}:far`, b: world.hub.lineOf('ann') }]);
    expect(world.media.started).toHaveLength(1);
    world.sip.bye(`${callId}:out`);
    await world.settle();
    expect(record(world, callId)).toMatchObject([{ outcome: 'answered', endedBy: 'caller', queueMs: null }]);
    expect(world.agent('ann')?.work).toBe('idle');
  });

  it('plays ringback to the agent while it rings, and takes it away with the answer', async () => {
    const world = new World();
    await world.ready('ann');
    const callId = world.callOut('ann') ?? '';
    const heard = () => world.media.endpoints.get(world.hub.lineOf('ann') ?? '')?.playback ?? null;
    await world.settle();
    expect(heard()).toBeNull();
    world.sip.onEvent({ type: 'progress', legId: `${callId}:out`, status: 180, sdp: '' });
    await world.settle();
    expect(heard()).toMatchObject({ files: ['tones/ringback'], loop: true });
    world.sip.pickUp(`${callId}:out`);
    await world.settle();
    expect(heard()).toBeNull();
    expect(world.call(callId)).toMatchObject({ phase: 'talking', ringback: null });
  });

  it('lets the agent hear early media in place of ringback, and joins them anew at the answer', async () => {
    const world = new World();
    await world.ready('ann');
    const callId = world.callOut('ann') ?? '';
    await world.settle();
    const line = world.hub.lineOf('ann') ?? '';
    world.sip.onEvent({ type: 'progress', legId: `${callId}:out`, status: 180, sdp: '' });
    world.sip.onEvent({ type: 'progress', legId: `${callId}:out`, status: 183, sdp: PHONE_SDP });
    await world.settle();
    expect(world.media.endpoints.get(line)?.playback).toBeNull();
    expect(bridged(world)).toEqual([{ a: `${callId}:far`, b: line }]);
    expect(world.media.started).toEqual([]);
    world.sip.pickUp(`${callId}:out`);
    await world.settle();
    expect(bridged(world)).toEqual([{ a: `${callId}:far`, b: line }]);
    expect(world.media.started).toHaveLength(1);
  });

  it.each(['busy', 'given up'])('ends the ringback with the call: %s', async (how) => {
    const world = new World();
    await world.ready('ann');
    const callId = world.callOut('ann') ?? '';
    await world.settle();
    world.sip.onEvent({ type: 'progress', legId: `${callId}:out`, status: 180, sdp: '' });
    await world.settle();
    if (how === 'busy') world.sip.refuse(`${callId}:out`, 486);
    else command(world, callId, 'hangup');
    await world.settle();
    expect(world.media.endpoints.get(world.hub.lineOf('ann') ?? '')?.playback).toBeNull();
    expect(world.call(callId)).toBeNull();
  });

  it('frees the agent when the other side is busy', async () => {
    const world = new World();
    await world.ready('ann');
    const callId = world.callOut('ann') ?? '';
    await world.settle();
    world.sip.refuse(`${callId}:out`, 486);
    await world.settle();
    expect(record(world, callId)).toMatchObject([{ outcome: 'rejected', endReason: 'sip_486', agentId: 'ann' }]);
    expect(world.desks.get('ann')?.messages).toContainEqual({ type: 'call.ended', callId, by: 'caller', wrapUp: false });
    expect(world.agent('ann')?.work).toBe('idle');
  });
});

describe('restart of core', () => {
  it('goes on with a call in conversation', async () => {
    const { world, callId, line } = await talking();
    await world.crash();
    expect(world.call(callId)).toMatchObject({ phase: 'talking', agent: { agentId: 'ann', endpoint: line } });
    expect(bridged(world)).toEqual([{ a: `${callId}:far`, b: line }]);
    expect(world.agent('ann')?.work).toBe('talking');
    world.sip.bye(`${callId}:in`);
    await world.settle();
    expect(record(world, callId)).toMatchObject([{ outcome: 'answered' }]);
    expect(world.journal.of('recordingClosed')).toMatchObject([{ result: { durationMs: 1000 } }]);
  });

  it('asks the agent for the wrap-up of the queue after a conversation that lived through it', async () => {
    const { world, callId } = await talking();
    await world.crash();
    await world.ready('ann');
    world.sip.bye(`${callId}:in`);
    await world.settle();
    expect(world.agent('ann')).toMatchObject({ work: 'wrapUp', queueId: 'queue-support' });
    await world.pass(10_000);
    expect(world.agent('ann')?.work).toBe('idle');
    expect(world.journal.of('wrapUpEnded')).toMatchObject([{ callId, agentId: 'ann', wrapUpMs: 10_000 }]);
  });

  it('gives a waiting caller back their place and music', async () => {
    const world = new World();
    const callId = world.callIn('support');
    await world.settle();
    await world.pass(10_000);
    await world.crash();
    expect(world.call(callId)).toMatchObject({ phase: 'queued', queuedAt: world.clock.monotonic() - 10_000 });
    expect(world.media.endpoints.get(`${callId}:far`)?.playback).not.toBeNull();
    const desk = await world.ready('ann');
    expect(said(desk, 'offer')).toHaveLength(1);
  });

  it('ends as interrupted what cannot go on', async () => {
    const { world, callId } = await talking();
    world.media.die();
    await world.crash();
    expect(record(world, callId)).toMatchObject([{ outcome: 'interrupted', endedBy: 'system', endReason: 'restart_media_gone' }]);
    expect(world.sip.log).toContain(`hangup ${callId}:in`);
  });
});
