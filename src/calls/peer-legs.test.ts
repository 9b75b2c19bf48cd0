import { describe, expect, it } from 'vitest';
import type { IncomingInvite, SipIdentity } from '../sip/types.ts';
import { PeerLegs } from './peer-legs.ts';
import type { TenantCell } from './tenant-cell.ts';
import { PHONE_SDP } from './testing/fake-sip.ts';
import { World } from './testing/world.ts';

const DESK: SipIdentity = { kind: 'device', deviceId: 'd', tenantId: 'tenant', user: 'desk9' };

const invite = (identity: SipIdentity, more: Partial<IncomingInvite>): IncomingInvite => ({
  legId: 'other:in',
  identity,
  source: { transport: 'udp', host: '127.0.0.1', port: 5060 },
  requestUri: { scheme: 'sip', user: '', host: '' } as unknown as IncomingInvite['requestUri'],
  dialled: '',
  caller: null,
  withheldReason: null,
  displayName: '',
  callId: 'c',
  to: '',
  replaces: null,
  privacy: [],
  referredBy: null,
  diversion: null,
  sdp: PHONE_SDP,
  receivedAtMs: 0,
  ...more,
});

/** Two telephones of a tenant talk. */
async function talk() {
  const world = new World();
  const callId = world.callDirect('desk2');
  await world.settle();
  const called = [...world.sip.legs.keys()].find((legId) => legId.endsWith(':leg')) ?? '';
  world.sip.pickUp(called);
  await world.settle();
  world.sip.incoming('other:in');
  const tenant = { tenantId: 'tenant', runtime: world.runtime, referTarget: (number: string) => ({ kind: 'refer', number }) } as unknown as TenantCell;
  const peers = new PeerLegs({ sip: world.sip, tenants: () => [tenant] });
  const refer = (more: { user?: string; replacesLegId?: string | null; replaces?: string | null }) =>
    peers.referred({ type: 'referred', legId: called, referId: '2', target: { uri: '', user: more.user ?? 'x', replaces: more.replaces ?? null }, replacesLegId: more.replacesLegId ?? null, referredBy: null });
  return { world, callId, called, peers, refer };
}

describe('who may take a place in a call', () => {
  it('a telephone of the tenant, whose leg then belongs to the call until it ends', async () => {
    const { world, callId, called, peers } = await talk();
    expect(peers.takesPlace(invite(DESK, { replaces: { legId: called, earlyOnly: false } }))).toBe(true);
    await world.settle();
    expect(world.sip.log).toContain('answer other:in');
    expect(peers.callOf('other:in')).toBe(callId);
    const restarted = new PeerLegs({ sip: world.sip, tenants: () => [] });
    restarted.adopt(world.runtime.calls());
    expect(restarted.callOf('other:in')).toBe(callId);
    peers.onEvent({ type: 'ended', legId: 'other:in', by: 'remote', reason: '' });
    expect(peers.callOf('other:in')).toBe('other');
  });

  it.each<[string, SipIdentity]>([
    ['a telephone of another tenant', { ...DESK, tenantId: 'stranger' }],
    ["the tenant's own trunk", { kind: 'trunk', trunkId: 't', tenantId: 'tenant' }],
    ['this machine without having said so', { kind: 'trunk', trunkId: 'local', tenantId: null }],
  ])('not %s', async (_who, identity) => {
    const { world, callId, called, peers } = await talk();
    expect(peers.takesPlace(invite(identity, { replaces: { legId: called, earlyOnly: false } }))).toBe(true);
    await world.settle();
    expect(world.sip.log).toContain('reject other:in 603');
    expect(world.call(callId)?.phase).toBe('talking');
    expect(world.sip.legs.has(called)).toBe(true);
  });

  it('our own call to ourselves, once, after a REFER for exactly that leg', async () => {
    const { world, callId, called, peers, refer } = await talk();
    const own: SipIdentity = { kind: 'trunk', trunkId: 'local', tenantId: null };
    refer({ replacesLegId: `${callId}:in`, replaces: 'a;to-tag=1;from-tag=2' });
    await world.settle();
    expect(world.sip.log).toContain(`acceptRefer ${called} 2`);
    peers.takesPlace(invite(own, { replaces: { legId: `${callId}:in`, earlyOnly: false } }));
    peers.takesPlace(invite(own, { replaces: { legId: `${callId}:in`, earlyOnly: false } }));
    expect(world.sip.log.filter((line) => line.startsWith('reject other:in'))).toEqual(['reject other:in 481', 'reject other:in 603']);
  });

  it('a pick-up code takes a parked caller; nobody there is 404; other numbers and trunks are ordinary calls', async () => {
    const { world, callId, peers, refer } = await talk();
    expect(peers.takesPlace(invite(DESK, { dialled: '*8701' }))).toBe(true);
    expect(world.sip.log).toContain('reject other:in 404');
    expect(peers.takesPlace(invite(DESK, { dialled: '0312340001' }))).toBe(false);
    expect(peers.takesPlace(invite({ kind: 'trunk', trunkId: 't', tenantId: 'tenant' }, { dialled: '*8701' }))).toBe(false);
    refer({ user: '*7' });
    await world.settle();
    expect(world.call(callId)?.park).toMatchObject({ slot: 701 });
    world.sip.incoming('other:in');
    peers.takesPlace(invite(DESK, { dialled: '*8701' }));
    await world.settle();
    expect(world.call(callId)?.phase).toBe('talking');
  });

  it('a REFER that replaces a call of somebody else is refused', async () => {
    const { world, called, refer } = await talk();
    refer({ replaces: 'abc;to-tag=1;from-tag=2' });
    refer({ replacesLegId: 'nobody:in', replaces: 'a;to-tag=1;from-tag=2' });
    expect(world.sip.log.filter((line) => line.startsWith('rejectRefer'))).toEqual([`rejectRefer ${called} 2 603`, `rejectRefer ${called} 2 603`]);
  });
});
