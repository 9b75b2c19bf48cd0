import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addOperator, appCode, OPERATOR_PASSWORD } from '../../test/support/operator.ts';
import { MasterKey } from '../vault/master-key.ts';
import { confirmOperator } from '../modules/operator/operator-confirm.service.ts';
import { resetOperatorFactor } from '../modules/operator/operator-factor.service.ts';
import { setOperatorPassword } from '../modules/operator/operator-password.service.ts';
import { createOperatorWorld, type OperatorClient, type OperatorWorld } from './testing/operator-world.ts';
import { createWorld, type TestAnswer, type World } from './testing/world.ts';

const NEXT_STEP_MS = 30_000;

let world: World;
let ops: OperatorWorld;
let admin: OperatorClient;

beforeAll(async () => {
  world = await createWorld();
  ops = await createOperatorWorld(world);
  admin = await ops.operator('chief');
});
afterAll(async () => {
  await ops.app.close();
  await world.close();
});

const tryLogin = (loginId: string, password: string, code?: string): Promise<TestAnswer> =>
  ops.send('POST', '/api/v1/login', { body: { loginId, password, ...(code === undefined ? {} : { code }) } });

interface Event {
  code: string;
  actor: string;
  detail: Record<string, string>;
}
async function events(): Promise<Event[]> {
  return (await world.db.ownerClient.query<Event>('select code, actor, detail from operator_events order by at desc, id desc limit 20')).rows;
}

/** Sets the second factor of whoever is logged in up. */
async function setUp(client: OperatorClient): Promise<{ secret: string; recoveryCodes: string[] }> {
  const begun = await client.call('POST', '/second-factor');
  expect(begun.status).toBe(200);
  const { secret } = begun.body as unknown as { secret: string };
  const confirmed = await client.call('POST', '/second-factor/confirm', { code: appCode(secret, world.clock.wall()) });
  expect(confirmed.status).toBe(200);
  return { secret, ...(confirmed.body as unknown as { recoveryCodes: string[] }) };
}

describe('the second factor', () => {
  it('is set up before anything else answers, also in the page', async () => {
    await addOperator(world.db, 'first', { hasFactor: false });
    const answer = await tryLogin('first', OPERATOR_PASSWORD);
    expect(answer.body).toMatchObject({ loginId: 'first', mustSetUpFactor: true });
    const client = ops.clientOf(answer);
    const routes: ['GET' | 'POST', string, object?][] = [
      ['GET', '/overview'],
      ['GET', '/health'],
      ['GET', '/operators'],
      ['GET', '/sessions'],
      ['POST', `/tenants/${world.db.tenantA.id}/suspend`, { reason: 'x' }],
      ['POST', `/tenants/${world.db.tenantA.id}/rotate-key`, { reason: 'x' }],
      ['POST', '/operators', { loginId: 'mine', role: 'admin' }],
    ];
    for (const [method, path, body] of routes) expect([path, (await client.call(method, path, body)).body.code]).toEqual([path, 'second_factor_first']);
    const html = (await ops.send('GET', '/', { headers: { cookie: client.cookie } })).raw.toString();
    expect(html).toContain('id="set-up"');
    expect(html).not.toContain('id="console"');

    expect((await client.call('POST', '/second-factor/confirm', { code: '123456' })).body.code).toBe('second_factor_not_begun');
    const begun = (await client.call('POST', '/second-factor')).body as unknown as { secret: string; uri: string; qr: string[] };
    expect(begun.uri).toContain('operator%2Ffirst');
    expect(begun.qr.every((row) => row.length === begun.qr.length && /^[01]+$/.test(row))).toBe(true);
    expect((await client.call('POST', '/second-factor/confirm', { code: '000000' })).body.code).toBe('code_refused');
    const other = ops.clientOf(await tryLogin('first', OPERATOR_PASSWORD));
    const { secret, recoveryCodes } = await setUp(client);
    expect(recoveryCodes).toHaveLength(10);
    // The session goes on; the one that the password alone opened has ended.
    expect((await client.call('GET', '/overview')).status).toBe(200);
    expect((await other.call('GET', '/overview')).status).toBe(401);
    expect((await client.call('POST', '/second-factor')).body.code).toBe('second_factor_on');
    const { rows } = await world.db.ownerClient.query<{ text: string }>("select operators::text as text from operators where login_id = 'first'");
    for (const form of [secret, Buffer.from(secret).toString('hex'), recoveryCodes[0] ?? '']) expect(rows[0]?.text).not.toContain(form);
    expect((await events())[0]).toMatchObject({ code: 'second_factor_enabled', actor: 'first' });
  });

  it('is asked for at each login: same answer whatever is wrong, each code once, recovery codes once', async () => {
    await addOperator(world.db, 'second', { hasFactor: false });
    const { secret, recoveryCodes } = await setUp(ops.clientOf(await tryLogin('second', OPERATOR_PASSWORD)));
    world.clock.advance(NEXT_STEP_MS);
    const code = appCode(secret, world.clock.wall());
    const refusals = [
      await tryLogin('second', OPERATOR_PASSWORD),
      await tryLogin('second', OPERATOR_PASSWORD, '000000'),
      await tryLogin('second', 'not this one, sorry', code),
      await tryLogin('nobody', OPERATOR_PASSWORD, code),
    ];
    for (const refused of refusals) expect([refused.status, refused.body]).toEqual([401, refusals[0]?.body]);
    expect((await events()).slice(0, 4).map(({ detail }) => detail['reason'])).toEqual(['unknown_operator', 'wrong_password', 'wrong_code', 'no_code']);
    // The wrong password did not spend the code.
    expect((await tryLogin('second', OPERATOR_PASSWORD, code)).body).toMatchObject({ mustSetUpFactor: false });
    expect((await tryLogin('second', OPERATOR_PASSWORD, code)).status).toBe(401);
    const recovery = recoveryCodes[3] ?? '';
    expect((await tryLogin('second', OPERATOR_PASSWORD, recovery.toLowerCase().replace('-', ' '))).status).toBe(200);
    expect((await events()).find((event) => event.code === 'recovery_code_used')).toMatchObject({ actor: 'second', detail: { left: '9' } });
    expect((await tryLogin('second', OPERATOR_PASSWORD, recovery)).status).toBe(401);
  });

  it('counts wrong codes like wrong passwords, also when they come at once', async () => {
    await addOperator(world.db, 'third');
    await Promise.all(Array.from({ length: 8 }, (_, index) => tryLogin('third', OPERATOR_PASSWORD, String(100_000 + index))));
    expect((await ops.logIn('third')).status).toBe(401);
    expect((await events())[0]?.detail['reason']).toBe('locked');
    world.clock.advance(31_000);
    expect((await ops.logIn('third')).status).toBe(200);
  });

  it('is spent by one of two logins at once', async () => {
    await addOperator(world.db, 'fourth', { hasFactor: false });
    const { secret } = await setUp(ops.clientOf(await tryLogin('fourth', OPERATOR_PASSWORD)));
    world.clock.advance(NEXT_STEP_MS);
    const code = appCode(secret, world.clock.wall());
    const answers = await Promise.all([1, 2, 3].map(() => tryLogin('fourth', OPERATOR_PASSWORD, code)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401, 401]);
  });

  it('is taken away at the command line, which ends the sessions', async () => {
    const client = await ops.operator('fifth');
    await resetOperatorFactor({ database: world.db.database, clock: world.clock }, 'fifth');
    expect((await client.call('GET', '/overview')).status).toBe(401);
    expect((await tryLogin('fifth', OPERATOR_PASSWORD)).body).toMatchObject({ mustSetUpFactor: true });
    await expect(resetOperatorFactor({ database: world.db.database, clock: world.clock }, 'nobody')).rejects.toMatchObject({ code: 'not_found' });
    // A new password is no way around it.
    await ops.operator('sixth');
    await setOperatorPassword({ database: world.db.database, clock: world.clock }, 'sixth', OPERATOR_PASSWORD);
    expect((await tryLogin('sixth', OPERATOR_PASSWORD)).status).toBe(401);
  });

  it('that was sealed under another master key opens no login', async () => {
    const id = await addOperator(world.db, 'seventh');
    const foreign = MasterKey.random().sealOperatorFactor(id, Buffer.from('{}'));
    await world.db.ownerClient.query('update operators set factor = $2 where id = $1', [id, foreign]);
    expect((await ops.logIn('seventh')).status).toBe(401);
    expect((await events())[0]?.detail['reason']).toBe('factor_damaged');
  });

  it('is asked for at the terminal too, of admins', async () => {
    const deps = { database: world.db.database, clock: world.clock, master: world.db.master };
    await addOperator(world.db, 'eighth', { hasFactor: false });
    await expect(confirmOperator(deps, 'eighth', { password: OPERATOR_PASSWORD, code: '' })).rejects.toMatchObject({ code: 'second_factor_first' });
    const { secret } = await setUp(ops.clientOf(await tryLogin('eighth', OPERATOR_PASSWORD)));
    world.clock.advance(NEXT_STEP_MS);
    const code = appCode(secret, world.clock.wall());
    const refused = confirmOperator({ ...deps, clock: { ...world.clock, wall: () => world.clock.wall(), monotonic: () => 0, after: (_ms, run) => (run(), () => undefined) } }, 'eighth', { password: OPERATOR_PASSWORD, code: '' });
    await expect(refused).rejects.toMatchObject({ code: 'login_refused' });
    await confirmOperator(deps, 'eighth', { password: OPERATOR_PASSWORD, code });
    const { rows } = await world.db.ownerClient.query("update operators set role = 'staff', factor_last_step = 0 where login_id = 'eighth' returning id");
    expect(rows).toHaveLength(1);
    await expect(confirmOperator(deps, 'eighth', { password: OPERATOR_PASSWORD, code })).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('accounts', () => {
  const accountOf = async (loginId: string): Promise<{ id: string; role: string; disabledAt: string | null; secondFactorSince: string | null }> => {
    const { items } = (await admin.call('GET', '/operators')).body as unknown as { items: { id: string; loginId: string; role: string; disabledAt: string | null; secondFactorSince: string | null }[] };
    const found = items.find((item) => item.loginId === loginId);
    if (!found) throw new Error(`no ${loginId}`);
    return found;
  };

  it('are made with a password that is told once, and no admin rights unless said', async () => {
    const made = await admin.call('POST', '/operators', { loginId: 'helper', role: 'staff' });
    const { password } = made.body as unknown as { password: string };
    expect((await admin.call('POST', '/operators', { loginId: 'helper', role: 'staff' })).body.code).toBe('duplicate');
    expect((await admin.call('POST', '/operators', { loginId: 'He lper', role: 'staff' })).status).toBe(400);
    expect(await accountOf('helper')).toMatchObject({ role: 'staff', disabledAt: null, secondFactorSince: null });
    const client = ops.clientOf(await tryLogin('helper', password));
    await setUp(client);
    expect((await client.call('GET', '/overview')).body).toMatchObject({ role: 'staff' });
    const { id } = await accountOf('chief');
    const routes: ['GET' | 'POST', string, object?][] = [
      ['GET', '/operators'],
      ['POST', '/operators', { loginId: 'friend', role: 'admin' }],
      ['POST', `/operators/${id}/disable`],
      ['POST', `/operators/${id}/enable`],
      ['POST', `/operators/${id}/role`, { role: 'staff' }],
      ['POST', `/operators/${id}/reset-password`],
      ['POST', `/operators/${id}/reset-second-factor`],
    ];
    for (const [method, path, body] of routes) expect([path, (await client.call(method, path, body)).body.code]).toEqual([path, 'forbidden']);
    expect((await events()).find(({ code }) => code === 'operator_created')).toMatchObject({ actor: 'chief', detail: { operator: 'helper', role: 'staff' } });
  });

  it('are disabled at once and enabled again, and lose password, second factor and role to another admin', async () => {
    const other = await ops.operator('other');
    const change = (what: string, body?: object) => admin.call('POST', `/operators/${other.id}/${what}`, body);
    expect((await change('disable')).status).toBe(204);
    expect((await other.call('GET', '/overview')).status).toBe(401);
    expect((await ops.logIn('other')).status).toBe(401);
    expect((await events())[0]?.detail['reason']).toBe('disabled');
    expect((await change('enable')).status).toBe(204);
    const again = ops.clientOf(await ops.logIn('other'));
    expect((await change('role', { role: 'staff' })).status).toBe(204);
    expect((await again.call('GET', '/overview')).status).toBe(401);
    expect((await change('reset-second-factor')).status).toBe(204);
    const { password } = (await change('reset-password')).body as unknown as { password: string };
    expect((await tryLogin('other', OPERATOR_PASSWORD)).status).toBe(401);
    expect((await tryLogin('other', password)).body).toMatchObject({ mustSetUpFactor: true });
    const codes = (await events()).filter(({ actor, detail }) => actor === 'chief' && detail['operator'] === 'other').map(({ code }) => code);
    expect(codes).toEqual(['password_reset', 'second_factor_reset', 'operator_role_changed', 'operator_enabled', 'operator_disabled']);
  });

  it('are not changed by their owners, and the last admin stays, also when two fall at once', async () => {
    expect((await admin.call('POST', `/operators/${admin.id}/disable`)).body.code).toBe('own_account');
    await world.db.ownerClient.query("update operators set role = 'staff' where login_id <> 'chief'");
    const second = await ops.operator('deputy');
    const fallen = await Promise.all([admin.call('POST', `/operators/${second.id}/disable`), second.call('POST', `/operators/${admin.id}/role`, { role: 'staff' })]);
    expect(fallen.filter(({ status }) => status === 204)).toHaveLength(1);
    const { rows } = await world.db.ownerClient.query<{ login_id: string }>("select login_id from operators where role = 'admin' and disabled_at is null");
    expect(rows).toHaveLength(1);
    await world.db.ownerClient.query("update operators set role = 'admin', disabled_at = null where login_id in ('chief', 'deputy')");
    admin = ops.clientOf(await ops.logIn('chief'), admin.id);
  });
});

describe('live sessions', () => {
  interface Listed {
    items: { id: string; loginId: string; current: boolean }[];
  }

  it('are seen and ended: all by admins, the own ones by staff', async () => {
    const staff = await ops.operator('worker', 'staff');
    const twice = ops.clientOf(await ops.logIn('worker'), staff.id);
    const own = (await staff.call('GET', '/sessions')).body as unknown as Listed;
    expect(own.items.map(({ loginId, current }) => [loginId, current])).toEqual(expect.arrayContaining([['worker', true], ['worker', false]]));
    expect(own.items.every(({ loginId }) => loginId === 'worker')).toBe(true);
    const all = ((await admin.call('GET', '/sessions')).body as unknown as Listed).items;
    const chiefs = all.find(({ loginId }) => loginId === 'chief')?.id ?? '';
    expect((await staff.call('POST', `/sessions/${chiefs}/revoke`)).status).toBe(404);
    const mine = own.items.find(({ current }) => !current)?.id ?? '';
    expect((await staff.call('POST', `/sessions/${mine}/revoke`)).status).toBe(204);
    expect((await twice.call('GET', '/overview')).status).toBe(401);
    expect((await staff.call('POST', `/sessions/${mine}/revoke`)).status).toBe(404);
    const left = own.items.find(({ current }) => current)?.id ?? '';
    expect((await admin.call('POST', `/sessions/${left}/revoke`)).status).toBe(204);
    expect((await staff.call('GET', '/overview')).status).toBe(401);
    expect((await events()).slice(0, 2)).toMatchObject([{ code: 'session_revoked', actor: 'chief', detail: { operator: 'worker' } }, { code: 'session_revoked', actor: 'worker' }]);
  });
});
