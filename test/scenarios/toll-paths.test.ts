/**
 * Every way by which somebody could make a call outside at the tenant's cost, through the whole core with a carrier behind it. On
 * each one a number abroad is refused before an INVITE leaves; that the way leads outside is shown by a number that is allowed.
 */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { keepStop } from '../../src/modules/telephony/dial-policy.service.ts';
import { testActor } from '../support/database.ts';
import { cellFlows, hangsUp, hungUp, taken, until, type CellWorld } from './support/cell-world.ts';
import type { RawDialog } from './support/raw-peer.ts';

const flow = cellFlows(13_000);

const ABROAD = '0012125550100';
const ALLOWED = '0345678901';

/** Begins the call. @returns what has to be ended afterwards */
type Way = (world: CellWorld, number: string) => Promise<(() => Promise<unknown>)[]>;

const quietly = (work: Promise<unknown>): Promise<unknown> => work.catch(() => undefined);

async function agentTalks(world: CellWorld): Promise<{ caller: RawDialog; callId: string }> {
  const [agent] = world.agents;
  if (agent) agent.presence = 'available';
  const { dialog: caller, callId } = await world.calls('0312340002');
  await agent?.take();
  await world.phase(callId, 'talking');
  return { caller, callId };
}

/** 201 and 202 talk. */
async function phonesTalk(world: CellWorld): Promise<{ a: RawDialog; b: RawDialog }> {
  const a = await world.phoneDials(world.phone('201'), '202');
  await a.expect('180 INVITE');
  const b = await taken(await world.phone('202').peer.incoming());
  await a.expect('200 INVITE');
  a.request('ACK');
  return { a, b };
}

/** The other side refuses, or gives up: both are answered as they come, until the dialog is over. */
async function over(dialog: RawDialog): Promise<void> {
  for (;;) {
    const message = await dialog.anything(8000);
    if (message.kind === 'request') {
      dialog.respond(message, 200, { noContact: true });
      if (message.method === 'BYE') return;
    } else if (message.status >= 300) {
      dialog.request('ACK', { branch: dialog.inviteBranch });
      return;
    } else if (message.status === 200) {
      dialog.request('ACK');
      dialog.request('BYE');
      await dialog.expect('200 BYE', 6000);
      return;
    }
  }
}

/** Refers and reads all that is told. */
async function refers(a: RawDialog, target: string): Promise<void> {
  a.request('REFER', { headers: [`Refer-To: <${target}>`] });
  for (;;) {
    const message = await a.anything(8000);
    if (message.kind === 'request') a.respond(message, 200, { noContact: true });
    else if (message.status >= 300) return;
    if (message.kind === 'request' && message.headers.some(({ id, value }) => id === 'subscription-state' && value.startsWith('terminated'))) return;
  }
}

const agentOf = (world: CellWorld): string => world.agents[0]?.id ?? '';

async function trunkId(world: CellWorld): Promise<string> {
  const { rows } = await world.database.ownerClient.query<{ id: string }>("select id from trunks where kind = 'ip' limit 1");
  return rows[0]?.id ?? '';
}

const WAYS: Readonly<Record<string, Way>> = {
  'a call from the desk': async (world, number) => {
    await quietly(world.cell.dial(world.tenant.tenantId, agentOf(world), number));
    return [];
  },
  'a call from the desk over a line of its choice': async (world, number) => {
    await quietly(world.cell.dial(world.tenant.tenantId, agentOf(world), number, { trunkId: await trunkId(world) }));
    return [];
  },
  'a transfer by the desk': async (world, number) => {
    const { caller, callId } = await agentTalks(world);
    world.agents[0]?.ask(callId, { command: 'transfer', target: { kind: 'number', number } });
    return [() => hangsUp(caller)];
  },
  'a consultation by the desk': async (world, number) => {
    const { caller, callId } = await agentTalks(world);
    world.agents[0]?.ask(callId, { command: 'consult', target: { kind: 'number', number } });
    return [() => hangsUp(caller)];
  },
  'a call from a telephone': async (world, number) => {
    const a = await world.phoneDials(world.phone('201'), number);
    return [() => over(a)];
  },
  'a REFER of a telephone': async (world, number) => {
    const { a, b } = await phonesTalk(world);
    const told = refers(a, world.uri(number));
    return [() => told, () => hangsUp(b), () => hungUp(a)];
  },
  'a REFER of a telephone to another host': async (world, number) => {
    const { a, b } = await phonesTalk(world);
    const told = refers(a, `sip:${number}@198.51.100.7;transport=udp`);
    return [() => told, () => hangsUp(b), () => hungUp(a)];
  },
  'a telephone that answers 302': async (world, number) => {
    const a = await world.phoneDials(world.phone('201'), '202');
    await a.expect('180 INVITE');
    const { dialog, request } = await world.phone('202').peer.incoming();
    dialog.respond(request, 302, { headers: [`Contact: <sip:${number}@198.51.100.7>`] });
    await dialog.expect('ACK');
    return [() => over(a)];
  },
  'a flow that dials': async (world, number) => {
    const definition = { start: 'dial', nodes: { dial: { verb: 'dial', number, callerId: null, ringMs: 5000, record: false, answered: 'end', busy: 'end', failed: 'end', refused: 'end' }, end: { verb: 'hangup' } } };
    await world.database.ownerClient.query("update flows set definition = $1 from numbers where flows.id = flow_id and number like '%312340006'", [definition]);
    await world.cell.reloadTenant(world.tenant.tenantId);
    const caller = await world.dials('0312340006');
    return [() => over(caller)];
  },
  'a test call over a line': async (world, number) => {
    const tested = quietly(world.cell.telephony.testTrunk(world.tenant.tenantId, agentOf(world), await trunkId(world), number));
    return [() => tested];
  },
};

/** Ways on which nothing leads outside, whatever the number. */
const SHUT: Readonly<Record<string, Way>> = {
  'a caller on a line who dials it (relay)': async (world, number) => {
    const caller = await world.dials(number);
    return [() => over(caller)];
  },
  'a station that answers 302': async (world, number) => {
    const { dialog: caller } = await world.calls('0312340005');
    const station = await until('a station rings', () => world.stations.find(({ unread }) => unread.includes('INVITE')));
    const first = await station.incoming();
    first.dialog.respond(first.request, 302, { headers: [`Contact: <sip:${number}@198.51.100.7>`] });
    await first.dialog.expect('ACK');
    const second = await until('the next station rings', () => world.stations.find(({ unread }) => unread.includes('INVITE')));
    const dialog = await taken(await second.incoming());
    return [() => hangsUp(caller), () => hungUp(dialog)];
  },
  'a caller who refers us': async (world, number) => {
    const { caller, callId } = await agentTalks(world);
    await refers(caller, world.uri(number));
    expect(world.call(callId)?.phase).toBe('talking');
    return [() => hangsUp(caller)];
  },
  'a REFER outside of a call': async (world, number) => {
    const peer = await world.caller();
    const dialog = peer.dialog(world.uri(number));
    dialog.request('REFER', { headers: [`Refer-To: <${world.uri(number)}>`] });
    await dialog.expect('403 REFER');
    return [];
  },
};

/** The carrier is left alone for as long as an INVITE would need. */
async function nothingLeaves(world: CellWorld): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(world.carrier.unread).toEqual([]);
}

const refusals = async (world: CellWorld): Promise<number> => {
  const { rows } = await world.database.ownerClient.query<{ count: string }>("select count(*) from audit_events where code = 'dial.refused'");
  return Number(rows[0]?.count);
};

/** All calls out are stopped. */
async function stop(world: CellWorld): Promise<void> {
  const { tenantId } = world.tenant;
  const manual = { id: randomUUID(), scope: 'tenant', scopeId: null, reason: 'manual' } as const;
  await world.database.database.withTenant(tenantId, testActor, (tx) => keepStop(tx, manual, { at: new Date(), startedBy: null, note: '' }));
  await world.cell.reloadTenant(tenantId);
}

async function releaseAll(world: CellWorld): Promise<void> {
  const { rows } = await world.database.ownerClient.query<{ id: string }>('update dial_stops set released_at = now() where released_at is null returning id');
  for (const { id } of rows) world.cell.telephony.releaseDialStop(world.tenant.tenantId, id);
}

it('there are twelve ways at least', () => {
  expect(Object.keys(WAYS).length + Object.keys(SHUT).length).toBeGreaterThanOrEqual(12);
});

for (const [name, way] of Object.entries(WAYS)) {
  flow(`${name}: abroad is refused before anything leaves, and audited`, async (world) => {
    const before = await refusals(world);
    const ends = await way(world, ABROAD);
    await nothingLeaves(world);
    await expect.poll(() => refusals(world), { timeout: 4000 }).toBe(before + 1);
    for (const end of ends) await end();
  });

  flow(`${name}: control, an allowed number leads outside`, async (world) => {
    const began = way(world, ALLOWED);
    const { dialog, request } = await world.carrier.incoming();
    expect(request.uri).toContain('345678901');
    dialog.respond(request, 486);
    await dialog.expect('ACK');
    for (const end of await began) await end();
  });
}

for (const [name, way] of Object.entries(WAYS)) {
  flow(`${name}: while calls out are stopped an allowed number is refused, too`, async (world) => {
    await stop(world);
    const before = await refusals(world);
    const ends = await way(world, ALLOWED);
    await nothingLeaves(world);
    await expect.poll(() => refusals(world), { timeout: 4000 }).toBe(before + 1);
    for (const end of ends) await end();
    await releaseAll(world);
  });
}

flow('a telephone that dials one forbidden number after the other is stopped by itself, and its owner sees why', async (world) => {
  const { tenantId } = world.tenant;
  await releaseAll(world);
  for (let at = 0; at < 20; at++) await over(await world.phoneDials(world.phone('201'), ABROAD));
  const stops = async (): Promise<unknown[]> => (await world.database.ownerClient.query('select scope, reason from dial_stops where released_at is null')).rows;
  await expect.poll(stops, { timeout: 4000 }).toEqual([{ scope: 'device', reason: 'refusals' }]);
  expect(world.cell.telephony.dialFigures(tenantId)).toMatchObject({ refused: 20, stops: 1 });
  await over(await world.phoneDials(world.phone('201'), ALLOWED));
  await nothingLeaves(world);
  // Somebody else still can.
  const other = await world.phoneDials(world.phone('202'), ALLOWED);
  const { dialog, request } = await world.carrier.incoming();
  dialog.respond(request, 486);
  await dialog.expect('ACK');
  await over(other);
  const { rows } = await world.database.ownerClient.query("select 1 from audit_events, dial_stops where code = 'dial_stop.started' and subject_id = id::text and released_at is null");
  expect(rows).toHaveLength(1);
  await releaseAll(world);
});

for (const [name, way] of Object.entries(SHUT)) {
  for (const [what, number] of [['abroad', ABROAD], ['an allowed number', ALLOWED]] as const) {
    flow(`${name}: ${what} is not called`, async (world) => {
      const ends = await way(world, number);
      await nothingLeaves(world);
      for (const end of ends) await end();
    });
  }
}

flow('a carrier that answers 302: it is not followed, not even to an allowed number', async (world) => {
  for (const number of [ABROAD, '0356789012']) {
    const { callId } = await world.cell.dial(world.tenant.tenantId, agentOf(world), ALLOWED);
    const { dialog, request } = await world.carrier.incoming();
    dialog.respond(request, 302, { headers: [`Contact: <sip:${number}@127.0.0.1:${world.carrier.port}>`] });
    await dialog.expect('ACK');
    await until('gone', () => !world.call(callId));
    await nothingLeaves(world);
  }
});
