/** Who calls, why a call ended, and who may call: RFC 3323, RFC 3325, RFC 3326, RFC 5806, RFC 7044, RFC 7616, RFC 8760. */
import { describe, expect } from 'vitest';
import { answerChallenge, formatCredentials, parseChallenge, type DigestAlgorithm } from '../../src/protocol/sip/digest.ts';
import { headerOf, headersOf, type SipResponse } from '../../src/protocol/sip/message.ts';
import type { IncomingInvite } from '../../src/sip/types.ts';
import { ACCOUNT, deviceDirectory, scenario, type AgentWorld } from './support/agent-world.ts';
import { answeredByUs, offered, peerCancels, peerEnds, weEnd, weReject } from './support/calls.ts';
import { sdp, type RawDialog, type RawPeer } from './support/raw-peer.ts';

const CALLERS: readonly [string, { from?: string; headers?: string[] }, Partial<IncomingInvite>][] = [
  ['the number of From', { from: 'sip:0355556666@carrier' }, { caller: '0355556666', withheldReason: null }],
  ['the asserted number of a trunk before From', { from: 'sip:x@carrier', headers: ['P-Asserted-Identity: <sip:0355556666@carrier>'] }, { caller: '0355556666' }],
  ['an asserted tel: number', { headers: ['P-Asserted-Identity: <tel:+81355556666>'] }, { caller: '+81355556666' }],
  ['withheld by Privacy: id', { headers: ['Privacy: id', 'P-Asserted-Identity: <sip:0355556666@carrier>'] }, { caller: null, withheldReason: 'anonymous' }],
  ['withheld by an anonymous From', { from: 'sip:anonymous@anonymous.invalid' }, { caller: null, withheldReason: 'anonymous' }],
  ['shown with Privacy: none', { from: 'sip:0355556666@carrier', headers: ['Privacy: none'] }, { caller: '0355556666', privacy: ['none'] }],
  ['diverted by Diversion', { headers: ['Diversion: <sip:0311112222@carrier>;reason=unconditional'] }, { diversion: '0311112222' }],
  ['diverted by History-Info', { headers: ['History-Info: <sip:0311112222@carrier>;index=1, <sip:0312340001@scc>;index=1.1'] }, { diversion: '0311112222' }],
  ['not diverted with one History-Info', { headers: ['History-Info: <sip:0312340001@scc>;index=1'] }, { diversion: null }],
  ['referred by somebody', { headers: ['Referred-By: <sip:0377778888@carrier>'] }, { referredBy: 'sip:0377778888@carrier' }],
  ['with an asserted identity that cannot be read', { from: 'sip:0355556666@carrier', headers: ['P-Asserted-Identity: <<>'] }, { caller: '0355556666' }],
];

describe.concurrent('who calls from a trunk', () => {
  for (const [name, { from, headers = [] }, expected] of CALLERS) {
    scenario(name, async (world) => {
      const peer = await world.peer('trunk');
      const dialog = peer.dialog(world.uri('0312340001'), from === undefined ? {} : { from });
      dialog.request('INVITE', { body: sdp(), headers });
      const { invite } = await world.event('incoming');
      expect(invite).toMatchObject(expected);
      await weReject(world, { peer, dialog, legId: invite.legId });
    });
  }

  scenario('the number dialled stays known when a proxy rewrites the Request-URI', async (world) => {
    const call = await offered(world, { uri: `sip:0399998888@127.0.0.1:${world.port}` });
    expect(call.invite).toMatchObject({ dialled: '0399998888', to: '0312340001' });
    await weReject(world, call);
  });
});

describe.concurrent('who we say that we are', () => {
  const CALLS: readonly [string, Parameters<AgentWorld['invite']>[1], Record<string, RegExp | null>][] = [
    ['nothing but From by default', {}, { from: /<sip:0312340001@127\.0\.0\.1>;tag=/, 'p-asserted-identity': null, privacy: null }],
    ['asserted to a trunk', { identity: 'asserted', assertedUser: '0311110000' }, { 'p-asserted-identity': /<sip:0311110000@/, from: /<sip:0312340001@/ }],
    ['preferred, for a carrier that decides', { identity: 'preferred' }, { 'p-preferred-identity': /<sip:0312340001@/, 'p-asserted-identity': null }],
    ['hidden from the called, asserted to the carrier', { identity: 'asserted', privacy: true }, { privacy: /^id$/, from: /anonymous\.invalid/, 'p-asserted-identity': /0312340001/ }],
    ['hidden without an identity', { privacy: true }, { privacy: /^id$/, from: /anonymous\.invalid/, 'p-asserted-identity': null }],
    ['with the domain of the carrier', { fromHost: 'carrier.example' }, { from: /<sip:0312340001@carrier\.example>/ }],
    ['on behalf of a referrer', { referredBy: 'sip:0355556666@scc' }, { 'referred-by': /^<sip:0355556666@scc>$/ }],
    ['to another number than the Request-URI', { toUri: 'tel:+81312345678' }, { to: /^<tel:\+81312345678>$/ }],
  ];
  for (const [name, options, expected] of CALLS) {
    scenario(name, async (world) => {
      const bob = await world.peer('bob');
      world.invite(bob, { sdp: sdp(), ...options });
      const { dialog, request } = await bob.incoming();
      for (const [id, pattern] of Object.entries(expected)) {
        if (pattern === null) expect(headerOf(request, id)).toBeNull();
        else expect(headerOf(request, id)).toMatch(pattern);
      }
      dialog.respond(request, 486);
      await dialog.expect('ACK');
      await world.event('rejected');
    });
  }

  scenario('through an outbound proxy, to whom later requests go, too', async (world) => {
    const proxy = await world.peer('proxy');
    const legId = world.invite(proxy, { sdp: sdp(), uri: 'tel:+81312345678', outboundProxy: `sip:127.0.0.1:${proxy.port}` });
    const { dialog, request } = await proxy.incoming();
    expect([request.uri, headerOf(request, 'route')]).toEqual(['tel:+81312345678', `<sip:127.0.0.1:${proxy.port};lr>`]);
    dialog.respond(request, 200, { body: sdp(), headers: [`Record-Route: <sip:127.0.0.1:${proxy.port};lr>`] });
    await world.event('answered');
    expect(headerOf(await dialog.expect('ACK'), 'route')).toContain(`:${proxy.port};lr`);
    await weEnd(world, { peer: proxy, dialog, legId });
  });
});

describe.concurrent('why a call ended', () => {
  scenario('the BYE of the peer says it', async (world) => {
    const { dialog } = await answeredByUs(world);
    dialog.request('BYE', { headers: ['Reason: Q.850;cause=16;text="Normal call clearing"'] });
    await dialog.expect('200 BYE');
    expect(await world.event('ended')).toMatchObject({ cause: { protocol: 'Q.850', cause: 16, text: 'Normal call clearing' } });
  });

  scenario('the CANCEL of the peer says that somebody else answered', async (world) => {
    const { dialog } = await offered(world);
    dialog.request('CANCEL', { headers: ['Reason: SIP;cause=200;text="Call completed elsewhere"'] });
    await dialog.expect('200 CANCEL');
    await dialog.expect('487 INVITE');
    dialog.request('ACK', { branch: dialog.inviteBranch });
    expect(await world.event('cancelled')).toMatchObject({ cause: { protocol: 'SIP', cause: 200 } });
  });

  scenario('a refusal says it', async (world) => {
    const bob = await world.peer('bob');
    world.invite(bob, { sdp: sdp() });
    const { dialog, request } = await bob.incoming();
    dialog.respond(request, 503, { headers: ['Reason: Q.850;cause=34'] });
    await dialog.expect('ACK');
    expect(await world.event('rejected')).toMatchObject({ status: 503, cause: { protocol: 'Q.850', cause: 34 } });
  });

  scenario('a reason that cannot be read harms nothing', async (world) => {
    const { dialog } = await answeredByUs(world);
    dialog.request('BYE', { headers: ['Reason: ;;;="'] });
    await dialog.expect('200 BYE');
    await world.event('ended');
  });

  scenario('our BYE says it', async (world) => {
    const { dialog, legId } = await answeredByUs(world);
    world.agent.hangup(legId, 'longest call');
    const bye = await dialog.expectRequest('BYE');
    expect(headerOf(bye, 'reason')).toBe('SIP;text="longest call"');
    dialog.respond(bye, 200);
    await world.event('ended');
  });
});

/** A telephone's INVITE, which is challenged. */
async function challenged(world: AgentWorld): Promise<{ phone: RawPeer; dialog: RawDialog; challenge: SipResponse }> {
  const phone = await world.peer(ACCOUNT.user);
  const dialog = phone.dialog(world.uri('0312340001'));
  dialog.request('INVITE', { body: sdp() });
  const challenge = await dialog.expectResponse(401, 'INVITE');
  dialog.request('ACK', { branch: dialog.inviteBranch });
  dialog.remoteTag = '';
  return { phone, dialog, challenge };
}

function credentials(challenge: SipResponse, dialog: RawDialog, options: { algorithm?: DigestAlgorithm; password?: string; user?: string; method?: string } = {}): string[] {
  const { algorithm, password = ACCOUNT.password, user = ACCOUNT.user, method = 'INVITE' } = options;
  const parsed = headersOf(challenge, 'www-authenticate').map((value) => parseChallenge(value)).find((each) => algorithm === undefined || each?.algorithm === algorithm);
  const answer = parsed && answerChallenge(parsed, { username: user, password }, { method, uri: dialog.target }, 'abcdef');
  if (!answer) throw new Error('the challenge cannot be answered');
  return [`Authorization: ${formatCredentials(answer)}`];
}

const device = (name: string, flow: (world: AgentWorld) => Promise<void>, options: Parameters<typeof scenario>[2] = {}): void =>
  scenario(name, flow, { directory: deviceDirectory(null), ...options });

/** The INVITE again, refused with this status. */
async function refused(dialog: RawDialog, headers: readonly string[], status: number): Promise<SipResponse> {
  dialog.remoteTag = '';
  dialog.request('INVITE', { body: sdp(), headers });
  const answer = await dialog.expectResponse(status, 'INVITE');
  dialog.request('ACK', { branch: dialog.inviteBranch });
  return answer;
}

describe.concurrent('a telephone proves who it is', () => {
  for (const algorithm of ['SHA-512-256', 'SHA-256', 'MD5'] as const) {
    device(`by ${algorithm}`, async (world) => {
      const { phone, dialog, challenge } = await challenged(world);
      dialog.request('INVITE', { body: sdp(), headers: credentials(challenge, dialog, { algorithm }) });
      const { invite } = await world.event('incoming');
      expect(invite.identity).toEqual({ kind: 'device', deviceId: 'device', tenantId: 'tenant', user: ACCOUNT.user });
      await weReject(world, { peer: phone, dialog, legId: invite.legId });
    });
  }

  device('the strongest algorithm is offered first', async (world) => {
    const { challenge } = await challenged(world);
    expect(headersOf(challenge, 'www-authenticate').map((value) => parseChallenge(value)?.algorithm)).toEqual(['SHA-512-256', 'SHA-256', 'MD5']);
  });

  device('a wrong password is challenged again and reaches nobody', async (world) => {
    const { dialog, challenge } = await challenged(world);
    await refused(dialog, credentials(challenge, dialog, { password: 'guess' }), 401);
    expect(world.events).toEqual([]);
  });

  device('an unknown name is answered like a wrong password', async (world) => {
    const { dialog, challenge } = await challenged(world);
    await refused(dialog, credentials(challenge, dialog, { user: 'nobody' }), 401);
    expect(world.events).toEqual([]);
  });

  device('too many wrong passwords: 403, the right one included', async (world) => {
    const { dialog, challenge } = await challenged(world);
    let current = challenge;
    for (let n = 0; n < 3; n++) current = await refused(dialog, credentials(current, dialog, { password: `guess ${n}` }), 401);
    await refused(dialog, credentials(current, dialog), 403);
    expect(world.events).toEqual([]);
  }, { authLimits: { tries: 3 } });

  device('a nonce that is too old is told as stale, not as wrong', async (world) => {
    const { dialog, challenge } = await challenged(world);
    await new Promise((resolve) => setTimeout(resolve, 120));
    const again = await refused(dialog, credentials(challenge, dialog), 401);
    expect(headersOf(again, 'www-authenticate').join()).toMatch(/stale=true/i);
  }, { authLimits: { nonceTtlMs: 60 } });

  device('the same credentials do not work twice', async (world) => {
    const { phone, dialog, challenge } = await challenged(world);
    const headers = credentials(challenge, dialog);
    dialog.request('INVITE', { body: sdp(), headers });
    const { invite } = await world.event('incoming');
    await weReject(world, { peer: phone, dialog, legId: invite.legId });
    await refused(dialog, headers, 401);
    expect(world.events).toEqual([]);
  });

  device('credentials for another method do not work', async (world) => {
    const { dialog, challenge } = await challenged(world);
    await refused(dialog, credentials(challenge, dialog, { method: 'REGISTER' }), 401);
  });

  device('an identity that a telephone asserts is not believed', async (world) => {
    const { phone, dialog, challenge } = await challenged(world);
    dialog.request('INVITE', { body: sdp(), headers: [...credentials(challenge, dialog), 'P-Asserted-Identity: <sip:110@police>'] });
    const { invite } = await world.event('incoming');
    expect(invite.caller).toBe(ACCOUNT.user);
    await weReject(world, { peer: phone, dialog, legId: invite.legId });
  });

  device('a call that is answered after the challenge', async (world) => {
    const { phone, dialog, challenge } = await challenged(world);
    dialog.request('INVITE', { body: sdp(), headers: credentials(challenge, dialog) });
    const { invite } = await world.event('incoming');
    world.agent.answer(invite.legId, sdp());
    await dialog.expect('200 INVITE');
    dialog.request('ACK');
    await world.event('confirmed');
    await peerEnds(world, dialog);
    expect(phone.story).toEqual(['→ INVITE', '← 401 INVITE', '→ ACK', '→ INVITE', '← 200 INVITE', '→ ACK', '→ BYE', '← 200 BYE']);
  });

  device('a call that is cancelled after the challenge', async (world) => {
    const { dialog, challenge } = await challenged(world);
    dialog.request('INVITE', { body: sdp(), headers: credentials(challenge, dialog) });
    await world.event('incoming');
    await peerCancels(world, dialog);
  });

  let release: () => void = () => undefined;
  const slow = new Promise<null>((resolve) => {
    release = () => resolve(null);
  });
  scenario('a call that is cancelled while the directory is asked', async (world) => {
    const { dialog, challenge } = await challenged(world);
    dialog.request('INVITE', { body: sdp(), headers: credentials(challenge, dialog) });
    await dialog.expect('100 INVITE');
    dialog.request('CANCEL');
    await dialog.expect('200 CANCEL');
    release();
    await dialog.expect('487 INVITE');
    dialog.request('ACK', { branch: dialog.inviteBranch });
    expect(world.events).toEqual([]);
  }, { directory: deviceDirectory(slow) });

  scenario('a directory that fails: 503 with Retry-After', async (world) => {
    const { dialog, challenge } = await challenged(world);
    expect(headerOf(await refused(dialog, credentials(challenge, dialog), 503), 'retry-after')).not.toBeNull();
    expect(world.events).toEqual([]);
  }, { directory: { ...deviceDirectory(null), deviceSecret: () => Promise.reject(new Error('the database is away')) } });
});

const CARRIER = { realm: 'carrier', username: 'u', password: 'p' };
const asked = (algorithm: string, nonce = 'n1', extra = ''): string => `WWW-Authenticate: Digest realm="carrier", nonce="${nonce}", algorithm=${algorithm}, qop="auth"${extra}`;

describe.concurrent('a carrier asks who we are', () => {
  for (const [name, algorithms, expected] of [['the strongest it knows', ['MD5', 'SHA-512-256', 'SHA-256'], 'SHA-512-256'], ['MD5 when nothing else is there', ['MD5'], 'MD5'], ['what we know beside what we do not', ['SHA-3', 'SHA-256'], 'SHA-256']] as const) {
    scenario(name, async (world) => {
      const carrier = await world.peer('carrier');
      world.invite(carrier, { sdp: sdp(), credentials: CARRIER });
      const { dialog, request } = await carrier.incoming();
      dialog.respond(request, 401, { headers: algorithms.map((algorithm) => asked(algorithm)), tag: 'first' });
      await dialog.expect('ACK');
      const again = await dialog.expectRequest('INVITE');
      expect(headerOf(again, 'authorization')).toContain(`algorithm=${expected}`);
      dialog.respond(again, 486, { tag: 'second' });
      await dialog.expect('ACK');
      await world.event('rejected');
    });
  }

  scenario('an algorithm that we do not know: refused', async (world) => {
    const carrier = await world.peer('carrier');
    world.invite(carrier, { sdp: sdp(), credentials: CARRIER });
    const { dialog, request } = await carrier.incoming();
    dialog.respond(request, 401, { headers: [asked('SHA-3')] });
    await dialog.expect('ACK');
    expect(await world.event('rejected')).toMatchObject({ status: 401 });
  });

  scenario('a stale nonce is answered once more, not for ever', async (world) => {
    const carrier = await world.peer('carrier');
    world.invite(carrier, { sdp: sdp(), credentials: CARRIER });
    const { dialog, request } = await carrier.incoming();
    dialog.respond(request, 401, { headers: [asked('MD5')], tag: 'a' });
    await dialog.expect('ACK');
    dialog.respond(await dialog.expectRequest('INVITE'), 401, { headers: [asked('MD5', 'n2', ', stale=true')], tag: 'b' });
    await dialog.expect('ACK');
    dialog.respond(await dialog.expectRequest('INVITE'), 401, { headers: [asked('MD5', 'n3', ', stale=true')], tag: 'c' });
    await dialog.expect('ACK');
    expect(await world.event('rejected')).toMatchObject({ status: 401 });
  });
});
