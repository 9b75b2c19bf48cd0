import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realmOf } from '../calls/shared-front.ts';
import { deviceProvisioning } from '../modules/telephony/devices.service.ts';
import { NO_TELEPHONY } from '../modules/telephony/telephony-live.ts';
import { parseUri } from '../protocol/sip/uri.ts';
import { addTwin, type Twin } from './testing/twins.ts';
import { createWorld, type TestClient, type World } from './testing/world.ts';

let world: World;
let twin: Twin;
let [sv, csr] = [null, null] as unknown as [TestClient, TestClient];

beforeAll(async () => {
  world = await createWorld();
  twin = await addTwin(world, 'own', 1);
  sv = await world.logIn(twin.people, 'sv1');
  csr = await world.logIn(twin.people, 'csr1');
});
afterAll(() => world.close());

describe('trunks', () => {
  it('begin with the settings that go with their kind of line; what is given counts more', async () => {
    const ngn = await sv.call('POST', '/trunks', { name: 'ngn', kind: 'ip', host: 'sip.example.com', profile: 'ngn', identity: 'none' });
    expect(ngn.body).toMatchObject({ profile: 'ngn', numberFormat: 'national', privacyMethod: 'prefix', identity: 'none', srtp: 'none', inbandDtmf: false });
    const kddi = await sv.call('POST', '/trunks', { name: 'kddi', kind: 'ip', host: 'sip.example.com', profile: 'kddi' });
    expect(kddi.body).toMatchObject({ numberFormat: 'e164', dialledFrom: 'to', identity: 'asserted' });
    const generic = await sv.call('POST', '/trunks', { name: 'plain', kind: 'ip', host: 'sip.example.com' });
    expect(generic.body).toMatchObject({ numberFormat: 'e164', dialledFrom: 'request_uri', identity: 'none', privacyMethod: 'header' });
    const path = `/trunks/${(generic.body as unknown as { id: string }).id}`;
    expect((await sv.call('PATCH', path, { srtp: 'required' })).body).toMatchObject({ srtp: 'required', numberFormat: 'e164' });
    expect((await sv.call('PATCH', path, { srtp: 'maybe' })).status).toBe(400);
  });
});

describe('telephones', () => {
  it('protect their sound where they can, unless that is set otherwise', async () => {
    const made = await sv.call('POST', '/devices', { username: 'lobby' });
    const { device } = made.body as unknown as { device: { id: string } };
    expect(made.body).toMatchObject({ device: { srtp: 'optional' }, provisioning: { tlsPort: null } });
    expect((await sv.call('PATCH', `/devices/${device.id}`, { srtp: 'required' })).body).toMatchObject({ srtp: 'required' });
    expect((await sv.call('POST', '/devices', { username: 'vault', srtp: 'dtls' })).body).toMatchObject({ device: { srtp: 'dtls' } });
  });

  it('are told the domain of their own tenant in the QR code, by which alone they are asked for its password', async () => {
    const other = await addTwin(world, 'phones', 3);
    const theirs = await world.logIn(other.people, 'sv1');
    const made = (await theirs.call('POST', '/devices', { username: 'kiosk' })).body as unknown as { device: { id: string }; password: string; provisioning: { uri: string } };
    const uri = parseUri(made.provisioning.uri);
    expect(uri).toMatchObject({ user: 'kiosk', password: made.password, port: 5060 });
    const tenants = [twin, other].map(({ people: { slug } }) => ({ slug }));
    expect(realmOf(uri.host, tenants)).toBe('phones');
    // Negative control: by the server's address a telephone of the second tenant is asked for the password of nobody, or of somebody else.
    expect([realmOf('127.0.0.1', tenants), realmOf('127.0.0.1', [...tenants, { slug: 'demo' }])]).toEqual(['scc', 'demo']);
    expect(made.provisioning.uri.endsWith(';maddr=127.0.0.1')).toBe(true);
    const again = (await theirs.call('GET', `/devices/${made.device.id}/provisioning`)).raw.toString();
    expect(again).not.toContain(made.password);
  });

  it('are told where people open the product when the listener has no address of its own', async () => {
    for (const host of ['0.0.0.0', '::']) {
      const live = { ...NO_TELEPHONY, sip: () => ({ host, port: 5070, transports: ['udp'], tlsPort: null }) };
      const told = await world.inTenant(twin.people, (tx) => deviceProvisioning(tx, live, twin.ids.device ?? '', 'https://scc.example.jp'));
      expect([told.server, told.uri]).toEqual(['scc.example.jp', expect.stringMatching(/@[a-z0-9-]+:5070;maddr=scc\.example\.jp$/)]);
    }
  });

  it('are not tried while no SIP runs, and only by who manages settings', async () => {
    const path = `/devices/${twin.ids.device}/test-call`;
    expect((await sv.call('POST', path)).body.code).toBe('no_telephony');
    expect((await csr.call('POST', path)).status).toBe(403);
    expect((await sv.call('POST', `/trunks/${twin.ids.trunk}/test-call`, { number: '117' })).body.code).toBe('no_telephony');
  });
});

describe('numbers', () => {
  const path = (): string => `/numbers/${twin.ids.number}`;
  const shown = async (): Promise<string[]> => ((await csr.call('GET', '/caller-ids')).body as unknown as { callerIds: { number: string }[] }).callerIds.map(({ number }) => number);

  it('are shown to agents who choose one for a call', async () => {
    expect(await shown()).toEqual([twin.serviceNumber]);
    await sv.call('PATCH', path(), { outbound: false });
    expect(await shown()).toEqual([]);
    await sv.call('PATCH', path(), { outbound: true });
  });

  it('belong to one tenant at a time: what anybody has is taken, for others and for oneself', async () => {
    const other = await addTwin(world, 'other', 2);
    const theirs = await world.logIn(other.people, 'sv1');
    const number = '03-1234-5678';
    const given = (ids: Record<string, string>) => ({ number, label: 'taken', flowId: ids.flow });
    const added = await sv.call('POST', '/numbers', given(twin.ids));
    expect(added.status).toBe(200);
    expect((await theirs.call('POST', '/numbers', given(other.ids))).body).toMatchObject({ code: 'number_taken', status: 409 });
    expect((await sv.call('POST', '/numbers', given(twin.ids))).body).toMatchObject({ code: 'number_taken', status: 409 });
    expect((await sv.call('DELETE', `/numbers/${String(added.body.id)}`)).status).toBe(204);
    expect((await theirs.call('POST', '/numbers', given(other.ids))).status).toBe(200);
  });

  it('are not given back while a flow, the web call page or a call uses them, and then to everybody', async () => {
    const { ownerClient } = world.db;
    const set = (definition: unknown) => ownerClient.query('update flows set definition = $1 where tenant_id = $2', [JSON.stringify(definition), twin.people.tenantId]);
    const dial = { verb: 'dial', number: '117', callerId: twin.serviceNumber, ringMs: 1000, record: false, answered: 'end', busy: 'end', failed: 'end', refused: 'end' };
    await set({ start: 'dial', nodes: { dial, end: { verb: 'hangup' } } });
    expect((await sv.call('DELETE', path())).body.code).toBe('number_in_use');
    await set({ start: 'end', nodes: { end: { verb: 'hangup' } } });

    await sv.call('PATCH', '/settings', { webCallEnabled: true, webCallNumber: twin.serviceNumber });
    expect((await sv.call('DELETE', path())).body.code).toBe('number_in_use');
    await sv.call('PATCH', '/settings', { webCallEnabled: false, webCallNumber: null });

    const call = [twin.people.tenantId, twin.ids.call];
    await ownerClient.query('update calls set number_id = $3, ended_at = null where tenant_id = $1 and id = $2', [...call, twin.ids.number]);
    expect((await sv.call('DELETE', path())).body.code).toBe('number_in_use');
    await ownerClient.query('update calls set ended_at = now() where tenant_id = $1 and id = $2', call);

    expect((await sv.call('DELETE', path())).status).toBe(204);
    expect((await sv.call('DELETE', path())).status).toBe(404);
    const kept = await ownerClient.query('select number_id from calls where tenant_id = $1 and id = $2', call);
    expect(kept.rows).toEqual([{ number_id: null }]);
    expect((await sv.call('POST', '/numbers', { number: twin.serviceNumber, label: 'again', flowId: twin.ids.flow })).status).toBe(200);
  });
});

describe('stops of calls out', () => {
  it('are begun and released by people who manage settings, and audited', async () => {
    const began = await sv.call('POST', '/dial-stops', { note: 'strange calls at night' });
    expect(began.status).toBe(200);
    const { id } = began.body as unknown as { id: string };
    const first = async (): Promise<unknown> => ((await sv.call('GET', '/dial-usage')).body as unknown as { stops: unknown[] }).stops.find((stop) => (stop as { id: string }).id === id);
    expect(await first()).toMatchObject({ scope: 'tenant', reason: 'manual', note: 'strange calls at night', startedByName: 'User sv1', releasedAt: null });
    expect((await csr.call('POST', `/dial-stops/${id}/release`)).status).toBe(403);
    expect((await sv.call('POST', `/dial-stops/${id}/release`)).status).toBe(204);
    expect((await sv.call('POST', `/dial-stops/${id}/release`)).status).toBe(204);
    expect(await first()).toMatchObject({ releasedByName: 'User sv1', releasedAt: expect.any(String) as string });
    const { rows } = await world.db.ownerClient.query<{ code: string }>("select code from audit_events where code like 'dial_stop.%' and subject_id = $1 order by seq", [id]);
    expect(rows.map(({ code }) => code)).toEqual(['dial_stop.started', 'dial_stop.released']);
  });
});

describe('the dial policy', () => {
  it('has limits of money with rates of the tenant, and refuses rates that are none', async () => {
    const rates = [{ prefix: '+1', perMinute: 9.5, perCall: 0 }];
    const changed = await sv.call('PATCH', '/dial-policy', { maxDailyCost: 3000, callerMaxDailyCalls: 5, rates });
    expect(changed.body).toMatchObject({ maxDailyCost: 3000, callerMaxDailyCalls: 5, rates, stopRefusals: 20 });
    expect((await sv.call('PATCH', '/dial-policy', { rates: [{ prefix: 'x', perMinute: 1, perCall: 0 }] })).status).toBe(400);
    expect((await sv.call('PATCH', '/dial-policy', { rates: [{ prefix: '+1', perMinute: -1, perCall: 0 }] })).status).toBe(400);
  });
});
