/** Beginnings that many flows share. */
import { expect } from 'vitest';
import { headerOf, type SipResponse } from '../../../src/protocol/sip/message.ts';
import type { IncomingInvite } from '../../../src/sip/types.ts';
import type { AgentWorld } from './agent-world.ts';
import { sdp, type RawDialog, type RawPeer, type SendOptions } from './raw-peer.ts';

export interface Established {
  peer: RawPeer;
  dialog: RawDialog;
  legId: string;
}

/** The peer's INVITE has reached the application. */
export async function offered(world: AgentWorld, options: SendOptions & { user?: string } = {}): Promise<Established & { invite: IncomingInvite }> {
  const peer = await world.peer(options.user ?? 'alice');
  const dialog = peer.dialog(world.uri('0312340001'));
  dialog.request('INVITE', { body: sdp(), ...options });
  const { invite } = await world.event('incoming');
  return { peer, dialog, legId: invite.legId, invite };
}

/** A call that the peer cancels, with all that follows. */
export async function peerCancels(world: AgentWorld, dialog: RawDialog): Promise<void> {
  dialog.request('CANCEL');
  await dialog.expect('200 CANCEL');
  await dialog.expect('487 INVITE');
  dialog.request('ACK', { branch: dialog.inviteBranch });
  await world.event('cancelled');
}

/** We refuse the peer's call. */
export async function weReject(world: AgentWorld, { dialog, legId }: Established, status = 486): Promise<void> {
  world.agent.reject(legId, status);
  await dialog.expect(`${status} INVITE`);
  dialog.request('ACK', { branch: dialog.inviteBranch });
  await world.event('ended');
}

/** PRACK of the peer for a reliable provisional of ours. @returns its branch */
export function prack(dialog: RawDialog, response: SipResponse, options: SendOptions = {}): string {
  const rseq = headerOf(response, 'rseq');
  expect(rseq, 'the provisional is reliable').not.toBeNull();
  return dialog.request('PRACK', { ...options, headers: [`RAck: ${rseq} ${dialog.inviteCseq} INVITE`, ...(options.headers ?? [])] });
}

/** A call that the peer placed, answered and confirmed. */
export async function answeredByUs(world: AgentWorld, options: SendOptions = {}): Promise<Established> {
  const call = await offered(world, options);
  world.agent.answer(call.legId, sdp({ port: 41_000 }));
  await call.dialog.expect('200 INVITE');
  call.dialog.request('ACK');
  await world.event('confirmed');
  return call;
}

/** A call that we placed, answered and confirmed. */
export async function answeredByPeer(world: AgentWorld, options: Parameters<AgentWorld['invite']>[1] = {}): Promise<Established> {
  const peer = await world.peer('bob');
  const legId = world.invite(peer, { sdp: sdp(), ...options });
  const { dialog, request } = await peer.incoming();
  dialog.respond(request, 200, { body: sdp({ port: 41_000 }) });
  await world.event('answered');
  await dialog.expect('ACK');
  return { peer, dialog, legId };
}

/** The peer hangs up. */
export async function peerEnds(world: AgentWorld, dialog: RawDialog): Promise<void> {
  dialog.request('BYE');
  await dialog.expect('200 BYE');
  await world.event('ended');
}

/** We hang up. */
export async function weEnd(world: AgentWorld, { dialog, legId }: Established): Promise<void> {
  world.agent.hangup(legId);
  dialog.respond(await dialog.expectRequest('BYE'), 200);
  await world.event('ended');
}
