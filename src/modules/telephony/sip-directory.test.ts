import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import { comparableNumber } from './phone-number.ts';
import { isLoopback, TelephonyDirectory } from './sip-directory.ts';

const START = Date.UTC(2026, 0, 5);

const oneDevice = async () => ({ id: 'device', password: 'a password', allowMd5: false });

const directory = (sipHost: string, withTenant: () => Promise<unknown> = oneDevice): TelephonyDirectory =>
  new TelephonyDirectory({
    sipHost,
    tenantOfRealm: (realm) => (realm === 'demo' ? 'tenant' : null),
    anyTenant: () => 'tenant',
    drawKey: 'a key',
    // One device, `phone1`.
    withTenant: withTenant as never,
    // Answers come at whole steps of real time; what is older than this test is over.
    clock: { ...systemClock, wall: () => START },
    logger: silentLogger,
  });

const from = (host: string) => ({ transport: 'udp', host, port: 5060 }) as const;

describe('the local trunk', () => {
  it('is this machine, and only while SIP listens on loopback', () => {
    expect(directory('127.0.0.1').trunkFor(from('127.0.0.9'))).toEqual({ trunkId: 'local', tenantId: null });
    expect(directory('127.0.0.1').trunkFor(from('192.0.2.1'))).toBeNull();
    expect(directory('0.0.0.0').trunkFor(from('127.0.0.1'))).toBeNull();
    expect(directory('192.0.2.10').trunkFor(from('127.0.0.1'))).toBeNull();
  });

  it.each([
    ['127.0.0.1', true],
    ['127.255.0.3', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['128.0.0.1', false],
    ['127.0.0.1.example.com', false],
    ['10.127.0.0', false],
  ])('%s is loopback: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});

describe('devices', () => {
  it('are known in their tenant\'s realm only', async () => {
    const ha1 = createHash('sha256').update('phone1:demo:a password').digest('hex');
    expect(await directory('127.0.0.1').deviceSecret('demo', 'phone1', 'SHA-256')).toEqual({ deviceId: 'device', tenantId: 'tenant', ha1 });
    expect(await directory('127.0.0.1').deviceSecret('other', 'phone1', 'SHA-256')).toBeNull();
  });
});

describe('MD5', () => {
  const md5 = async () => ({ id: 'device', password: 'a password', allowMd5: true });

  it('serves the telephones that may use it, and no others', async () => {
    expect(await directory('127.0.0.1', md5).deviceSecret('demo', 'phone1', 'MD5')).toMatchObject({ deviceId: 'device' });
    expect(await directory('127.0.0.1').deviceSecret('demo', 'phone1', 'MD5')).toBeNull();
  });

  it('is offered in the realm of a tenant that needs it, and elsewhere as often as it is among tenants', () => {
    const known = directory('127.0.0.1');
    const offered = (): number => Array.from({ length: 1000 }, (_, at) => known.offersMd5(`nobody${at}`)).filter(Boolean).length;
    expect([known.offersMd5('demo'), offered()]).toEqual([false, 0]);
    known.setOffersMd5('tenant', true);
    expect([known.offersMd5('demo'), offered()]).toEqual([true, 1000]);
    known.setOffersMd5('other', false);
    expect(known.offersMd5('demo')).toBe(true);
    expect(Math.abs(offered() - 500)).toBeLessThan(100);
    // The same name is told the same.
    expect(Array.from({ length: 5 }, () => known.offersMd5('nobody'))).toEqual(Array.from({ length: 5 }, () => known.offersMd5('nobody')));
  });
});

describe('a suspended tenant', () => {
  it('has no telephones, until it is served again', async () => {
    const known = directory('127.0.0.1');
    await known.deviceSecret('demo', 'phone1', 'SHA-256');
    expect(known.setServed('tenant', false)).toEqual(['device']);
    expect(known.setServed('other', false)).toEqual([]);
    expect(await known.deviceSecret('demo', 'phone1', 'SHA-256')).toBeNull();
    expect(known.setServed('tenant', true)).toEqual([]);
    expect(await known.deviceSecret('demo', 'phone1', 'SHA-256')).not.toBeNull();
  });
});

describe('registrations', () => {
  it('are audited when they come and when they end, not when they are refreshed', async () => {
    const codes: string[] = [];
    const tx = { audit: ({ code }: { code: string }) => codes.push(code) };
    let asked = 0;
    const withTenant = (_tenant?: unknown, _actor?: unknown, work?: (given: unknown) => unknown): Promise<unknown> =>
      asked++ === 0 ? oneDevice() : Promise.resolve(work?.(tx));
    const audited = directory('127.0.0.1', withTenant);
    await audited.deviceSecret('demo', 'phone1', 'SHA-256');
    const contact = { uri: 'sip:phone1@192.0.2.9', source: from('192.0.2.9'), expiresAt: 60_000 };

    for (const contacts of [[contact], [contact], []]) audited.bindingsChanged('device', contacts);

    expect(codes).toEqual(['device.registered', 'device.unregistered']);
  });
});

describe('refused registrations', () => {
  it('are audited in the tenant of the realm, up to a limit', async () => {
    let lines = 0;
    const counting = directory('127.0.0.1', () => Promise.resolve(++lines));
    for (let n = 0; n < 100; n++) counting.registerRefused('demo', `phone${n}`, from('192.0.2.9'));
    counting.registerRefused('other', 'phone1', from('192.0.2.9'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(lines).toBe(30);
  });
});

describe('comparableNumber', () => {
  it.each(['03-1234-0001', '0312340001', '+81312340001', '０３（１２３４）０００１', '+81 (0)3 1234 0001'])('%s is +81312340001', (written) => {
    expect(comparableNumber(written)).toBe('+81312340001');
  });

  it('leaves names of devices alone', () => {
    expect(comparableNumber('station1')).toBe('station1');
  });
});
