/**
 * The SIP stack alone, for `bench/signalling.ts`: the user agent takes a call and places one to the carrier, with its trace and
 * flood guard, but without calls, media and database.
 */
import { randomBytes } from 'node:crypto';
import { systemClock } from '../src/lib/clock.ts';
import { silentLogger } from '../src/lib/logger.ts';
import { DEFAULT_FLOOD_LIMITS } from '../src/sip/flood/flood-guard.ts';
import { MessageTrace } from '../src/sip/message-trace.ts';
import { SipUserAgent } from '../src/sip/sip-agent.ts';
import type { SipLegEvent } from '../src/sip/types.ts';
import { PHONE_SDP } from '../src/calls/testing/fake-sip.ts';

const [port = 0, carrierPort = 0] = process.argv.slice(2).map(Number);
/** The other leg of each leg. */
const peers = new Map<string, string>();
let calls = 0;

const agent = new SipUserAgent({
  host: '127.0.0.1',
  port,
  clock: systemClock,
  logger: silentLogger,
  random: (size) => randomBytes(size),
  directory: { trunkFor: () => ({ trunkId: 'bench', tenantId: null }), deviceSecret: () => Promise.resolve(null), bindingsChanged: () => undefined },
  trace: new MessageTrace(),
  flood: DEFAULT_FLOOD_LIMITS,
  onEvent,
});

function onEvent(event: SipLegEvent): void {
  if (event.type === 'incoming') return placeCall(event.invite.legId);
  const peer = peers.get(event.legId);
  if (peer === undefined) return;
  if (event.type === 'progress') agent.ring(peer);
  else if (event.type === 'answered') agent.answer(peer, PHONE_SDP);
  else if (event.type === 'ended' || event.type === 'rejected' || event.type === 'cancelled') {
    peers.delete(event.legId);
    peers.delete(peer);
    agent.hangup(peer);
  }
}

function placeCall(caller: string): void {
  const callee = `out${calls++}`;
  peers.set(caller, callee).set(callee, caller);
  const from = { fromUser: '0312340006', fromDisplayName: '', credentials: null };
  agent.invite(callee, { ...from, uri: `sip:0312345678@127.0.0.1:${carrierPort}`, sdp: PHONE_SDP, ringTimeoutMs: 60_000, setupTimeoutMs: 3000, sessionTimer: true });
}

await agent.start();
process.send?.('bound');
