/** What goes wrong between a caller, a queue, and those who should take the call, through the whole core. */
import { describe, expect } from 'vitest';
import { cellFlows, hangsUp, hungUp, taken, until, type CellWorld } from './support/cell-world.ts';
import { nameOf, sdp, sdpOf, type RawDialog } from './support/raw-peer.ts';
import type { SipRequest } from '../../src/protocol/sip/message.ts';

const flow = cellFlows(12_500);
const STATIONS = '0312340005';
const SUPPORT = '0312340002';
const MENU = '0312340001';

interface Rung {
  dialog: RawDialog;
  request: SipRequest;
}

/** The station that rings now. */
async function rung(world: CellWorld): Promise<Rung> {
  const station = await until('a station rings', () => world.stations.find(({ unread }) => unread.includes('INVITE')));
  return station.incoming();
}

/** A caller whose call rings at a station. */
async function ringing(world: CellWorld): Promise<Rung & { caller: RawDialog; callId: string }> {
  const { dialog: caller, callId } = await world.calls(STATIONS);
  const station = await rung(world);
  station.dialog.respond(station.request, 180);
  return { ...station, caller, callId };
}

/** The next station takes the call, and the caller hangs up. */
async function served(world: CellWorld, caller: RawDialog): Promise<void> {
  const dialog = await taken(await rung(world));
  await until('talking', () => world.tenant.runtime.calls().some(({ phase }) => phase === 'talking'));
  await hangsUp(caller);
  await hungUp(dialog);
}

/** The ringing of a station is given up. */
async function cancelled({ dialog, request }: Rung): Promise<void> {
  dialog.respond(await dialog.expectRequest('CANCEL', 6000), 200, { noContact: true });
  dialog.respond(request, 487);
  await dialog.expect('ACK');
}

/** A caller and the first agent talk. */
async function agentTalks(world: CellWorld): Promise<{ caller: RawDialog; callId: string }> {
  const [agent] = world.agents;
  if (agent) agent.presence = 'available';
  const { dialog: caller, callId } = await world.calls(SUPPORT);
  await agent?.take();
  await world.phase(callId, 'talking');
  return { caller, callId };
}

describe('the caller', () => {
  flow('hangs up during the notice', async (world) => {
    const { dialog, callId } = await world.calls(MENU);
    await world.phase(callId, 'ivr');
    await hangsUp(dialog);
  });

  flow('presses a key in the menu, and hangs up in the queue', async (world) => {
    const { dialog, callId } = await world.calls(MENU);
    await until('the menu', () => world.call(callId)?.flow?.state.node === 'menu', 25_000);
    dialog.request('INFO', { body: 'Signal=2\r\nDuration=100\r\n', contentType: 'application/dtmf-relay' });
    await dialog.expect('200 INFO');
    expect((await world.phase(callId, 'queued')).queue?.code).toBe('sales');
    await hangsUp(dialog);
  });

  flow('hangs up in the queue, with music', async (world) => {
    const { dialog, callId } = await world.calls(SUPPORT);
    await world.phase(callId, 'queued');
    await until('music', () => world.call(callId)?.playing !== null);
    await hangsUp(dialog);
  });

  flow('hangs up while a station rings', async (world) => {
    const call = await ringing(world);
    await hangsUp(call.caller);
    await cancelled(call);
  });

  flow('hangs up while a desk rings', async (world) => {
    const [agent] = world.agents;
    if (agent) agent.presence = 'available';
    const { dialog } = await world.calls(SUPPORT);
    await agent?.offer();
    await hangsUp(dialog);
    await until('the desk is quiet', () => agent?.messages.some(({ type }) => type === 'offer.ended'));
  });

  flow('cancels in the moment of the answer: one of the two counts', async (world) => {
    const dialog = await world.dials(SUPPORT);
    dialog.request('CANCEL');
    await until('both are answered', () => world.cell.liveCalls === 0 || world.tenant.runtime.calls().some(({ phase }) => phase !== 'setup'));
    const first = await dialog.expect('200 CANCEL').catch(() => null);
    if (first) {
      await dialog.expect('487 INVITE');
      dialog.request('ACK', { branch: dialog.inviteBranch });
      return;
    }
    dialog.request('ACK');
    await dialog.expect('200 CANCEL');
    await hangsUp(dialog);
  });

  flow('never confirms the answer: ended by us', async (world) => {
    const dialog = await world.dials(SUPPORT);
    await dialog.expect('200 INVITE');
    dialog.respond(await dialog.expectRequest('BYE', 12_000), 200, { noContact: true });
  });

  const OFFERS = [['a codec that nobody has', sdp({ codecs: '18' }), 488], ['video only', sdp().replace('m=audio', 'm=video'), 488], ['what is no description', 'hello', 400]] as const;
  for (const [what, body, status] of OFFERS) {
    flow(`offers ${what}: ${status}`, async (world) => {
      const dialog = await world.dials(SUPPORT, { body });
      await dialog.expect(`${status} INVITE`);
      dialog.request('ACK', { branch: dialog.inviteBranch });
    });
  }

  flow('offers nothing: we offer, the ACK answers', async (world) => {
    const dialog = await world.dials(STATIONS, { body: '' });
    expect(sdpOf(await dialog.expectResponse(200, 'INVITE'))).toContain('m=audio');
    dialog.request('ACK', { body: sdp() });
    await served(world, dialog);
  });

  flow('changes to a codec that nobody has: 488, the call goes on', async (world) => {
    const { caller } = await agentTalks(world);
    caller.request('INVITE', { body: sdp({ codecs: '18', version: 2 }) });
    await caller.expect('488 INVITE');
    caller.request('ACK', { branch: caller.inviteBranch });
    caller.request('INVITE', { body: sdp({ version: 3 }) });
    await caller.expect('200 INVITE');
    caller.request('ACK');
    await hangsUp(caller);
  });

  flow('moves to another address in the queue', async (world) => {
    const { dialog, callId } = await world.calls(SUPPORT);
    await world.phase(callId, 'queued');
    dialog.request('INVITE', { body: sdp({ port: 40_900, version: 2 }) });
    await dialog.expect('200 INVITE');
    dialog.request('ACK');
    await hangsUp(dialog);
  });

  flow('waits for the one agent, who is in a call', async (world) => {
    const { caller } = await agentTalks(world);
    const { dialog: second, callId } = await world.calls(SUPPORT);
    await world.phase(callId, 'queued');
    await hangsUp(caller);
    const [agent] = world.agents;
    await until('writes up', () => agent?.work === 'wrapUp');
    agent?.rest();
    if (agent) agent.presence = 'available';
    await agent?.take();
    await world.phase(callId, 'talking');
    await hangsUp(second);
  });
});

describe('the agent', () => {
  flow('declines: the next one rings', async (world) => {
    const [first, second] = world.agents;
    if (first) first.presence = 'available';
    const { dialog, callId } = await world.calls(SUPPORT);
    await first?.decline();
    if (first) first.presence = 'away';
    if (second) second.presence = 'available';
    await second?.take();
    await world.phase(callId, 'talking');
    await hangsUp(dialog);
  });

  flow('does not answer: the caller waits on', async (world) => {
    const [agent] = world.agents;
    if (agent) agent.presence = 'available';
    const { dialog, callId } = await world.calls(SUPPORT);
    await agent?.offer();
    if (agent) agent.presence = 'away';
    await until('not offered any more', () => world.call(callId)?.phase === 'queued');
    await hangsUp(dialog);
  });

  flow('hangs up', async (world) => {
    const { caller, callId } = await agentTalks(world);
    world.agents[0]?.ask(callId, { command: 'hangup' });
    await hungUp(caller);
  });

  flow('hangs up while somebody is consulted: all are released', async (world) => {
    const { caller, callId } = await agentTalks(world);
    world.agents[0]?.ask(callId, { command: 'consult', target: { kind: 'number', number: '202' } });
    const other = await taken(await world.phone('202').peer.incoming());
    await until('consulting', () => world.call(callId)?.parties.some(({ stage }) => stage === 'connected'));
    world.agents[0]?.ask(callId, { command: 'hangup' });
    await hungUp(caller);
    await hungUp(other);
  });

  flow('consults somebody who hangs up: the caller is still there', async (world) => {
    const { caller, callId } = await agentTalks(world);
    world.agents[0]?.ask(callId, { command: 'consult', target: { kind: 'number', number: '202' } });
    const other = await taken(await world.phone('202').peer.incoming());
    await until('consulting', () => world.call(callId)?.parties.some(({ stage }) => stage === 'connected'));
    await hangsUp(other);
    await until('alone', () => world.call(callId)?.parties.length === 0);
    world.agents[0]?.ask(callId, { command: 'resume' });
    await world.phase(callId, 'talking');
    await hangsUp(caller);
  });

  flow('transfers to somebody busy: the call comes back', async (world) => {
    const { caller, callId } = await agentTalks(world);
    const [agent] = world.agents;
    if (agent) agent.messages.length = 0;
    agent?.ask(callId, { command: 'transfer', target: { kind: 'number', number: '202' } });
    const { dialog, request } = await world.phone('202').peer.incoming();
    dialog.respond(request, 486);
    await dialog.expect('ACK');
    await agent?.takeParty(callId);
    await world.phase(callId, 'talking');
    await hangsUp(caller);
  });

  flow('transfers, and the caller hangs up before the answer', async (world) => {
    const { caller, callId } = await agentTalks(world);
    world.agents[0]?.ask(callId, { command: 'transfer', target: { kind: 'number', number: '202' } });
    const target = await world.phone('202').peer.incoming();
    target.dialog.respond(target.request, 180);
    await hangsUp(caller);
    await cancelled(target);
  });

  flow('transfers, and the caller changes the session meanwhile', async (world) => {
    const { caller, callId } = await agentTalks(world);
    world.agents[0]?.ask(callId, { command: 'transfer', target: { kind: 'number', number: '202' } });
    const target = await world.phone('202').peer.incoming();
    target.dialog.respond(target.request, 180);
    caller.request('INVITE', { body: sdp({ port: 40_900, version: 2 }) });
    await caller.expect('200 INVITE');
    caller.request('ACK');
    await taken(target);
    await world.phase(callId, 'talking');
    await hangsUp(target.dialog);
    await hungUp(caller);
  });
});

describe('a station', () => {
  for (const status of [480, 486, 488, 503, 603]) {
    flow(`refuses with ${status}: the call rings on elsewhere`, async (world) => {
      const { dialog, request, caller } = await ringing(world);
      dialog.respond(request, status);
      await dialog.expect('ACK');
      await served(world, caller);
    });
  }

  flow('rings without end: given up, the next one rings', async (world) => {
    const call = await ringing(world);
    await cancelled(call);
    await served(world, call.caller);
  });

  flow('says nothing at all: the next one rings', async (world) => {
    const { dialog: caller } = await world.calls(STATIONS);
    const silent = await rung(world);
    await until('another one rings', () => world.stations.find(({ user, unread }) => unread.includes('INVITE') && !silent.request.uri.includes(user)));
    await served(world, caller);
  });

  flow('answers in the moment of the CANCEL: taken and ended', async (world) => {
    const { dialog, request, caller } = await ringing(world);
    await hangsUp(caller);
    const cancel = await dialog.expectRequest('CANCEL');
    dialog.respond(request, 200, { body: sdp() });
    dialog.respond(cancel, 200, { noContact: true });
    await dialog.expect('ACK');
    await hungUp(dialog);
  });

  flow('answers without a codec in common: ended, the next one rings', async (world) => {
    const { dialog, request, caller } = await ringing(world);
    dialog.respond(request, 200, { body: sdp({ codecs: '18' }) });
    await dialog.expect('ACK');
    await hungUp(dialog);
    await served(world, caller);
  });

  flow('hangs up right after its answer', async (world) => {
    const { dialog, request, caller } = await ringing(world);
    await taken({ dialog, request });
    await hangsUp(dialog);
    await hungUp(caller);
  });

  flow('and the caller hang up at once', async (world) => {
    const { dialog, request, caller, callId } = await ringing(world);
    await taken({ dialog, request });
    await world.phase(callId, 'talking');
    caller.request('BYE');
    dialog.request('BYE');
    for (const side of [caller, dialog]) {
      for (let message = await side.anything(); nameOf(message) !== '200 BYE'; message = await side.anything()) {
        if (message.kind === 'request') side.respond(message, 200, { noContact: true });
      }
    }
  });
});

describe('a call out', () => {
  const dial = (world: CellWorld) => world.cell.dial(world.tenant.tenantId, world.agents[0]?.id ?? '', '0345678901');

  for (const status of [404, 486, 503]) {
    flow(`meets ${status}: over`, async (world) => {
      const { callId } = await dial(world);
      const { dialog, request } = await world.carrier.incoming();
      dialog.respond(request, status);
      await dialog.expect('ACK');
      await until('gone', () => !world.call(callId));
    });
  }

  flow('is given up while it rings', async (world) => {
    const { callId } = await dial(world);
    const out = await world.carrier.incoming();
    out.dialog.respond(out.request, 180);
    await until('ringback', () => world.call(callId)?.ringback);
    world.agents[0]?.ask(callId, { command: 'hangup' });
    await cancelled(out);
  });

  flow('hears the other network before the answer', async (world) => {
    const { callId } = await dial(world);
    const out = await world.carrier.incoming();
    out.dialog.respond(out.request, 183, { body: sdp({ port: 40_700 }) });
    await until('joined early', () => world.call(callId)?.wiring.bridge);
    await taken(out, 40_700);
    await world.phase(callId, 'talking');
    await hangsUp(out.dialog);
  });

  flow('is answered without a codec in common: ended', async (world) => {
    await dial(world);
    const { dialog, request } = await world.carrier.incoming();
    dialog.respond(request, 200, { body: sdp({ codecs: '18' }) });
    await dialog.expect('ACK');
    await hungUp(dialog);
  });

  flow('between telephones: the caller gives up while it rings', async (world) => {
    const a = await world.phoneDials(world.phone('201'), '202');
    await a.expect('180 INVITE');
    const called = await world.phone('202').peer.incoming();
    called.dialog.respond(called.request, 180);
    a.request('CANCEL');
    await a.expect('200 CANCEL');
    await a.expect('487 INVITE');
    a.request('ACK', { branch: a.inviteBranch });
    await cancelled(called);
  });
});
