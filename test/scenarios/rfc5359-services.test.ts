/**
 * RFC 5359, the service examples, as this product offers them. It is a B2BUA: what a proxy would do there (2.7 to 2.9, 2.12, 2.13) is
 * done here by the tenant's flows, the dial policy, and by telephones that answer 302. Not offered: find-me (2.12; who is tried one
 * after the other are the agents of a queue) and automatic redial (2.17).
 */
import { describe, expect } from 'vitest';
import { headerOf, type SipResponse } from '../../src/protocol/sip/message.ts';
import { cellFlows, hangsUp, hungUp, taken, until, type CellWorld } from './support/cell-world.ts';
import { sdp, sdpOf, type RawDialog } from './support/raw-peer.ts';

const flow = cellFlows(12_000);

/** 201 and 202 talk. */
async function phonesTalk(world: CellWorld, to: '202' | '203' = '202'): Promise<{ a: RawDialog; b: RawDialog; callId: string }> {
  const before = new Set(world.tenant.runtime.calls().map(({ id }) => id));
  const a = await world.phoneDials(world.phone('201'), to);
  await a.expect('180 INVITE');
  const b = await taken(await world.phone(to).peer.incoming());
  await a.expect('200 INVITE');
  a.request('ACK');
  const call = await until('talking', () => world.tenant.runtime.calls().find(({ id, phase }) => !before.has(id) && phase === 'talking'));
  return { a, b, callId: call.id };
}

/** A caller and an agent talk. */
async function agentTalks(world: CellWorld): Promise<{ caller: RawDialog; callId: string }> {
  const [agent] = world.agents;
  if (agent) agent.presence = 'available';
  const { dialog, callId } = await world.calls('0312340002');
  await agent?.take();
  await world.phase(callId, 'talking');
  return { caller: dialog, callId };
}

async function reinvited(dialog: RawDialog, direction: string): Promise<string> {
  dialog.request('INVITE', { body: sdp({ direction, version: dialog.cseq + 2 }) });
  const answer = await dialog.expectResponse(200, 'INVITE');
  dialog.request('ACK');
  return /a=(sendrecv|sendonly|recvonly|inactive)/.exec(sdpOf(answer))?.[1] ?? 'sendrecv';
}

describe('RFC 5359', () => {
  flow('2.1 call hold, by a telephone', async (world) => {
    const { a, b } = await phonesTalk(world);
    expect(await reinvited(a, 'sendonly')).toBe('recvonly');
    expect(await reinvited(a, 'inactive')).toBe('inactive');
    expect(await reinvited(a, 'sendrecv')).toBe('sendrecv');
    await hangsUp(a);
    await hungUp(b);
  });

  flow('2.1 call hold, by the called telephone', async (world) => {
    const { a, b } = await phonesTalk(world);
    expect(await reinvited(b, 'sendonly')).toBe('recvonly');
    expect(await reinvited(b, 'sendrecv')).toBe('sendrecv');
    await hangsUp(b);
    await hungUp(a);
  });

  flow('2.2 consultation hold', async (world) => {
    const { caller, callId } = await agentTalks(world);
    const [agent] = world.agents;
    agent?.ask(callId, { command: 'consult', target: { kind: 'number', number: '202' } });
    const b = await taken(await world.phone('202').peer.incoming());
    await until('consulting', () => world.call(callId)?.parties.some(({ stage }) => stage === 'connected'));
    expect(world.call(callId)?.hold.byAgent).toBe(true);
    agent?.ask(callId, { command: 'drop', party: world.call(callId)?.parties[0]?.id ?? '' });
    await hungUp(b);
    agent?.ask(callId, { command: 'resume' });
    await until('back', () => world.call(callId)?.hold.byAgent === false);
    await hangsUp(caller);
  });

  flow('2.3 music on hold, by an agent', async (world) => {
    const { caller, callId } = await agentTalks(world);
    world.agents[0]?.ask(callId, { command: 'hold' });
    await until('music', () => world.call(callId)?.playing?.for === 'music');
    world.agents[0]?.ask(callId, { command: 'resume' });
    await until('no music', () => world.call(callId)?.playing === null);
    await hangsUp(caller);
  });

  flow('2.4 transfer, unattended, by an agent', async (world) => {
    const { caller, callId } = await agentTalks(world);
    world.agents[0]?.ask(callId, { command: 'transfer', target: { kind: 'number', number: '202' } });
    const b = await taken(await world.phone('202').peer.incoming());
    await world.phase(callId, 'talking');
    expect(world.agents[0]?.work).not.toBe('talking');
    await hangsUp(caller);
    await hungUp(b);
  });

  flow('2.4 transfer, unattended, by a telephone (REFER)', async (world) => {
    const { a, b } = await phonesTalk(world);
    a.request('REFER', { headers: [`Refer-To: <${world.uri('203')}>`] });
    await a.expect('202 REFER');
    const third = await world.phone('203').peer.incoming();
    const c = await taken(third);
    expect(await told(a)).toMatch(/^SIP\/2\.0 200/);
    await hungUp(a);
    await hangsUp(b);
    await hungUp(c);
  });

  flow('2.5 transfer, attended, by an agent', async (world) => {
    const { caller, callId } = await agentTalks(world);
    world.agents[0]?.ask(callId, { command: 'consult', target: { kind: 'number', number: '202' } });
    const b = await taken(await world.phone('202').peer.incoming());
    await until('consulting', () => world.call(callId)?.parties.some(({ stage }) => stage === 'connected'));
    world.agents[0]?.ask(callId, { command: 'handOver' });
    await until('handed over', () => world.call(callId)?.agent?.kind !== 'browser');
    await hangsUp(b);
    await hungUp(caller);
  });

  flow('2.5 transfer, attended, to a colleague', async (world) => {
    const { caller, callId } = await agentTalks(world);
    const [first, second] = world.agents;
    first?.ask(callId, { command: 'consult', target: { kind: 'agent', agentId: second?.id ?? '' } });
    await second?.takeParty(callId);
    await until('consulting', () => world.call(callId)?.parties.some(({ stage }) => stage === 'connected'));
    first?.ask(callId, { command: 'handOver' });
    await until('handed over', () => world.call(callId)?.agent?.agentId === second?.id);
    await hangsUp(caller);
  });

  flow('2.5 transfer, attended, by a telephone (REFER with Replaces)', async (world) => {
    const first = await phonesTalk(world, '202');
    const second = await phonesTalk(world, '203');
    const replaces = encodeURIComponent(`${second.a.callId};to-tag=${second.a.remoteTag};from-tag=${second.a.localTag}`);
    first.a.request('REFER', { headers: [`Refer-To: <${world.uri('203')}?Replaces=${replaces}>`] });
    await first.a.expect('202 REFER');
    await hungUp(second.a);
    expect(await told(first.a)).toMatch(/^SIP\/2\.0 200/);
    await hungUp(first.a);
    await hangsUp(first.b);
    await hungUp(second.b);
  });

  // 2.6 transfer announced by an instant message: the product has voice only and says so.
  flow('2.6 an instant message is refused with 405', async (world) => {
    const { a, b } = await phonesTalk(world);
    a.request('MESSAGE', { body: 'please take this call', contentType: 'text/plain' });
    expect(headerOf(await a.expectResponse(405, 'MESSAGE'), 'allow')).not.toContain('MESSAGE');
    await hangsUp(a);
    await hungUp(b);
  });

  for (const [name, status] of [['2.7 call forwarding unconditional', null], ['2.9 call forwarding, no answer', 180]] as const) {
    flow(`${name}, by the telephone (302)`, async (world) => {
      const a = await world.phoneDials(world.phone('201'), '202');
      await a.expect('180 INVITE');
      const { dialog, request } = await world.phone('202').peer.incoming();
      if (status !== null) dialog.respond(request, status);
      dialog.respond(request, 302, { headers: [`Contact: <${world.uri('203')}>`] });
      await dialog.expect('ACK');
      const c = await taken(await world.phone('203').peer.incoming());
      await a.expect('200 INVITE');
      a.request('ACK');
      await hangsUp(a);
      await hungUp(c);
    });
  }

  flow('2.7 call forwarding unconditional, by a flow, to a number outside', async (world) => {
    const dialog = await world.dials('0312340006');
    const outside = await world.carrier.incoming();
    outside.dialog.respond(outside.request, 180);
    await dialog.expect('180 INVITE');
    await taken(outside);
    await dialog.expect('200 INVITE');
    dialog.request('ACK');
    await hangsUp(dialog);
    await hungUp(outside.dialog);
  });

  flow('2.8 call forwarding busy, by a flow: the voicemail takes it', async (world) => {
    const dialog = await world.dials('0312340006');
    const outside = await world.carrier.incoming();
    outside.dialog.respond(outside.request, 486);
    await outside.dialog.expect('ACK');
    await dialog.expect('200 INVITE');
    dialog.request('ACK');
    await until('the voicemail speaks', () => world.tenant.runtime.calls().some(({ flow: at }) => at?.state.node === 'voicemail'));
    await hangsUp(dialog);
  });

  flow('2.8 without forwarding a busy telephone is busy', async (world) => {
    const a = await world.phoneDials(world.phone('201'), '202');
    await a.expect('180 INVITE');
    const { dialog, request } = await world.phone('202').peer.incoming();
    dialog.respond(request, 486);
    await dialog.expect('ACK');
    await a.expect('486 INVITE');
    a.request('ACK', { branch: a.inviteBranch });
  });

  flow('2.10 three-way conference, a third party is added', async (world) => {
    const { caller, callId } = await agentTalks(world);
    world.agents[0]?.ask(callId, { command: 'consult', target: { kind: 'number', number: '202' } });
    const b = await taken(await world.phone('202').peer.incoming());
    await until('consulting', () => world.call(callId)?.parties.some(({ stage }) => stage === 'connected'));
    world.agents[0]?.ask(callId, { command: 'conference' });
    await until('mixed', () => Object.keys(world.call(callId)?.wiring.mix?.members ?? {}).length === 3);
    await hangsUp(caller);
    await hungUp(b);
  });

  flow('2.11 three-way conference, a third party joins', async (world) => {
    const { caller, callId } = await agentTalks(world);
    const [, second] = world.agents;
    const endpoint = world.tenant.desks.lineOf(second?.id ?? '') ?? '';
    world.tenant.runtime.toCall(callId, { type: 'supervise', agentId: second?.id ?? '', name: 'second', endpoint, mode: 'barge', tone: false, ip: '' });
    await until('mixed', () => Object.keys(world.call(callId)?.wiring.mix?.members ?? {}).length === 3);
    world.tenant.runtime.toCall(callId, { type: 'superviseEnd', agentId: second?.id ?? '', ip: '' });
    await until('two again', () => world.call(callId)?.parties.length === 0);
    await hangsUp(caller);
  });

  flow('2.13 call management, incoming: a number that is nobody\'s is 404', async (world) => {
    const dialog = await world.dials('0399999999');
    await dialog.expect('404 INVITE');
    dialog.request('ACK', { branch: dialog.inviteBranch });
  });

  flow('2.13 call management, incoming: a telephone that does not prove who it is reaches nobody', async (world) => {
    const dialog = world.phone('201').peer.dialog(world.uri('202'), { from: world.uri('201') });
    dialog.request('INVITE', { body: sdp() });
    await dialog.expect('401 INVITE');
    dialog.request('ACK', { branch: dialog.inviteBranch });
    expect(world.tenant.runtime.calls()).toEqual([]);
  });

  for (const [what, number] of [['abroad', '0012125550100'], ['premium', '0990123456'], ['emergency', '110']] as const) {
    flow(`2.14 call management, outgoing: ${what} is refused before an INVITE leaves`, async (world) => {
      const a = await world.phoneDials(world.phone('201'), number);
      const answer = async (): Promise<SipResponse> => (await world.phone('201').peer.next(a.callId, 'a refusal', 3000)) as SipResponse;
      let refusal = await answer();
      // 100 when the machine is busy, and 180.
      while (refusal.status < 200) refusal = await answer();
      expect(refusal.status).toBe(403);
      a.remoteTag = /tag=(.+)$/.exec(headerOf(refusal, 'to') ?? '')?.[1] ?? '';
      a.request('ACK', { branch: a.inviteBranch });
      await expect(world.cell.dial(world.tenant.tenantId, world.agents[0]?.id ?? '', number)).rejects.toMatchObject({ code: 'number_not_allowed' });
      expect(world.carrier.unread).toEqual([]);
    });
  }

  flow('2.15 call park and retrieval, by telephones', async (world) => {
    const { a, b, callId } = await phonesTalk(world);
    a.request('REFER', { headers: [`Refer-To: <${world.uri('*7')}>`] });
    await a.expect('202 REFER');
    expect(await told(a)).toMatch(/^SIP\/2\.0 200/);
    await hungUp(a);
    const slot = (await world.phase(callId, 'parked')).park?.slot ?? 0;
    const c = await world.phoneDials(world.phone('203'), `*8${slot}`);
    await c.expect('200 INVITE');
    c.request('ACK');
    await world.phase(callId, 'talking');
    await hangsUp(c);
    await hungUp(b);
  });

  flow('2.15 call park and retrieval, at desks', async (world) => {
    const { caller, callId } = await agentTalks(world);
    const [first, second] = world.agents;
    first?.ask(callId, { command: 'park', slot: 701 });
    await world.phase(callId, 'parked');
    world.tenant.runtime.toCall(callId, { type: 'pickUp', agentId: second?.id ?? '', name: 'second', endpoint: world.tenant.desks.lineOf(second?.id ?? '') ?? '', ip: '' });
    await world.phase(callId, 'talking');
    await hangsUp(caller);
  });

  flow('2.16 call pickup: 203 takes the call that rings at 202', async (world) => {
    const a = await world.phoneDials(world.phone('201'), '202');
    await a.expect('180 INVITE');
    const { dialog, request } = await world.phone('202').peer.incoming();
    dialog.respond(request, 180);
    const replaces = `Replaces: ${dialog.callId};to-tag=${dialog.remoteTag};from-tag=${dialog.localTag};early-only`;
    await new Promise((resolve) => setTimeout(resolve, 100));
    const c = await world.phoneDials(world.phone('203'), '202', [replaces]);
    dialog.respond(await dialog.expectRequest('CANCEL'), 200, { noContact: true });
    dialog.respond(request, 487);
    await dialog.expect('ACK');
    await c.expect('200 INVITE');
    c.request('ACK');
    await a.expect('200 INVITE');
    a.request('ACK');
    await hangsUp(c);
    await hungUp(a);
  });

  flow('2.18 click to dial, a colleague\'s telephone', async (world) => {
    const { callId } = await world.cell.dial(world.tenant.tenantId, world.agents[0]?.id ?? '', '202');
    const { dialog, request } = await world.phone('202').peer.incoming();
    dialog.respond(request, 180);
    await taken({ dialog, request });
    await world.phase(callId, 'talking');
    await hangsUp(dialog);
  });

  flow('2.18 click to dial, a number outside', async (world) => {
    const { callId } = await world.cell.dial(world.tenant.tenantId, world.agents[0]?.id ?? '', '0345678901');
    const { dialog, request } = await world.carrier.incoming();
    expect(request.uri).toContain('345678901');
    await taken({ dialog, request });
    await world.phase(callId, 'talking');
    world.agents[0]?.ask(callId, { command: 'hangup' });
    await hungUp(dialog);
  });
});

/** The last status that NOTIFYs of a REFER tell. */
async function told(dialog: RawDialog): Promise<string> {
  for (;;) {
    const notify = await dialog.expectRequest('NOTIFY', 6000);
    dialog.respond(notify, 200, { noContact: true });
    if ((headerOf(notify, 'subscription-state') ?? '').startsWith('terminated')) return sdpOf(notify);
  }
}
