/** RFC 3665 section 3, session establishment, with the product's user agent as one of the two parties. */
import { describe, expect } from 'vitest';
import { scenario } from './support/agent-world.ts';
import { sdp } from './support/raw-peer.ts';

describe('3.1 successful session establishment', () => {
  scenario('as the called party', async (world) => {
    const alice = await world.peer('alice');
    const call = alice.dialog(world.uri('bob'));
    call.request('INVITE', { body: sdp() });
    const { invite } = await world.event('incoming');
    world.agent.ring(invite.legId);
    await call.expect('180 INVITE');
    world.agent.answer(invite.legId, sdp({ port: 41_000 }));
    await call.expect('200 INVITE');
    call.request('ACK');
    await world.event('confirmed');
    call.request('BYE');
    await call.expect('200 BYE');
    expect(await world.event('ended')).toMatchObject({ by: 'remote' });
    expect(alice.ladder.filter((line) => line !== '← 100 INVITE')).toEqual(['→ INVITE', '← 180 INVITE', '← 200 INVITE', '→ ACK', '→ BYE', '← 200 BYE']);
  });

  scenario('as the calling party', async (world) => {
    const bob = await world.peer('bob');
    world.invite(bob, { sdp: sdp() });
    const { dialog, request } = await bob.incoming();
    dialog.respond(request, 180);
    await world.event('progress');
    dialog.respond(request, 200, { body: sdp({ port: 41_000 }) });
    await world.event('answered');
    await dialog.expect('ACK');
    dialog.request('BYE');
    await dialog.expect('200 BYE');
    expect(await world.event('ended')).toMatchObject({ by: 'remote' });
    expect(bob.ladder).toEqual(['← INVITE', '→ 180 INVITE', '→ 200 INVITE', '← ACK', '→ BYE', '← 200 BYE']);
  });
});
