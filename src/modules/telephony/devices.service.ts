import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import type { createDevice as createContract, Device, Provisioning, TestCallResult, updateDevice as updateContract } from '../../../shared/api/devices.ts';
import type { TenantTx } from '../../db/types.ts';
import { invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { changesOf, recordOf, withoutUndefined } from '../support/records.ts';
import { userNames } from '../support/references.ts';
import type { DeviceContent } from './device-content.ts';
import type { TelephonyLive } from './telephony-live.ts';
import { findDevice, insertDevice, listDeviceRows, patchDevice, tenantSlug, type DeviceRow } from './telephony.queries.ts';

/** What is told once: the telephone with its password. */
export interface NewSecret {
  device: Device;
  password: string;
  provisioning: Provisioning;
}

const newPassword = (): string => randomBytes(18).toString('base64url');

/** Where a telephone's password is sealed. */
export const devicePlace = (id: string) => ({ table: 'sip_devices', column: 'sealed', id });

async function deviceViews(tx: TenantTx, live: TelephonyLive, rows: readonly DeviceRow[]): Promise<Device[]> {
  const names = await userNames(tx, rows.map((row) => row.user_id));
  return rows.map((row) => ({
    ...recordOf(row),
    username: row.username,
    userId: row.user_id,
    userName: names.get(row.user_id ?? '') ?? '',
    label: row.label,
    enabled: row.enabled,
    srtp: row.srtp as Device['srtp'],
    wideband: row.wideband,
    allowMd5: row.allow_md5,
    contacts: live.contactsOf(row.id).map(({ uri, source, expiresAt }) => ({
      uri,
      address: `${source.host}:${source.port}`,
      transport: source.transport,
      expiresAt: new Date(expiresAt).toISOString(),
    })),
  }));
}

async function rowOf(tx: TenantTx, id: string): Promise<DeviceRow> {
  const row = await findDevice(tx, id);
  if (!row) throw notFound('device');
  return row;
}

async function viewById(tx: TenantTx, live: TelephonyLive, id: string): Promise<Device> {
  const [view] = await deviceViews(tx, live, [await rowOf(tx, id)]);
  if (!view) throw notFound('device');
  return view;
}

export async function listDevices(tx: TenantTx, live: TelephonyLive, query: { limit: number; cursor?: string | undefined }) {
  const rows = await listDeviceRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(await deviceViews(tx, live, rows), query.limit, (view) => view, ({ id }) => ({ key: '', id }));
}

/** @throws AppError `invalid` */
async function checkUser(tx: TenantTx, userId: string | null | undefined): Promise<void> {
  if (!userId || (await userNames(tx, [userId])).has(userId)) return;
  throw invalid('There is no such user.', { errors: [{ path: 'body.userId', message: 'no such user' }] });
}

/** Listening everywhere is no address that a telephone could ask: it is told the host by which people open the product. */
const reachableHost = (host: string, origin: string | null): string => (origin !== null && (host === '0.0.0.0' || host === '::') ? new URL(origin).hostname.replace(/^\[|\]$/g, '') : host);

/**
 * The domain is the tenant's: by it a telephone is asked for the password of the right tenant, which the address of the server does not tell
 * where there are several. The server itself is the `maddr` (RFC 3261 section 19.1.1).
 * @param told.origin where people open the product, as a URL; null = nobody is told
 * @param told.password null = left out
 */
async function provisioningOf(tx: TenantTx, live: TelephonyLive, username: string, { origin, password }: { origin: string | null; password: string | null }): Promise<Provisioning> {
  const { host, port, transports, tlsPort } = live.sip();
  const reachable = reachableHost(host, origin);
  const server = reachable.includes(':') ? `[${reachable}]` : reachable;
  const secret = password === null ? '' : `:${password}`;
  const realm = await tenantSlug(tx);
  return { username, realm, server, port, transports, tlsPort, uri: `sip:${username}${secret}@${realm}:${port};maddr=${server}` };
}

/** @throws AppError `not_found` */
export async function deviceProvisioning(tx: TenantTx, live: TelephonyLive, id: string, origin: string | null): Promise<Provisioning> {
  const { username } = await rowOf(tx, id);
  return provisioningOf(tx, live, username, { origin, password: null });
}

/**
 * Creates a SIP telephone with a random password, which is told this once.
 * @throws AppError `duplicate` when the user name is taken, `invalid` when the user is not the tenant's
 */
export async function createDevice(tx: TenantTx, live: TelephonyLive, asked: z.input<typeof createContract.body>, origin: string | null = null): Promise<NewSecret> {
  const { username, userId = null, label = '', srtp = 'optional', wideband = false, allowMd5 = false } = asked;
  const given = { username, userId, label, srtp, wideband, allowMd5 };
  await checkUser(tx, given.userId);
  const id = newId();
  const password = newPassword();
  await insertDevice(tx, { id, ...given, sealed: tx.vault.seal(devicePlace(id), { password } satisfies DeviceContent) });
  await tx.audit({ code: 'device.created', subject: { kind: 'device', id }, detail: { ...given } });
  const provisioning = await provisioningOf(tx, live, given.username, { origin, password });
  return { device: await viewById(tx, live, id), password, provisioning };
}

/** @throws AppError `not_found`, `invalid` */
export async function updateDevice(tx: TenantTx, live: TelephonyLive, id: string, patch: z.output<typeof updateContract.body>): Promise<Device> {
  const before = await viewById(tx, live, id);
  await checkUser(tx, patch.userId);
  const changes = changesOf(before, withoutUndefined(patch));
  if (Object.keys(changes.after).length === 0) return before;
  const after = { ...before, ...withoutUndefined(patch) };
  await patchDevice(tx, id, { user_id: after.userId, label: after.label, enabled: after.enabled, srtp: after.srtp, wideband: after.wideband, allow_md5: after.allowMd5 });
  await tx.audit({ code: 'device.updated', subject: { kind: 'device', id }, detail: changes });
  return viewById(tx, live, id);
}

/** @throws AppError `not_found` */
export async function resetDevicePassword(tx: TenantTx, live: TelephonyLive, id: string, origin: string | null): Promise<NewSecret> {
  const { username } = await rowOf(tx, id);
  const password = newPassword();
  await patchDevice(tx, id, { sealed: tx.vault.seal(devicePlace(id), { password } satisfies DeviceContent) });
  await tx.audit({ code: 'device.password_reset', subject: { kind: 'device', id }, detail: { username } });
  return { device: await viewById(tx, live, id), password, provisioning: await provisioningOf(tx, live, username, { origin, password }) };
}

/** Keeps what came of a test call. */
export async function auditDeviceTest(tx: TenantTx, id: string, result: TestCallResult): Promise<TestCallResult> {
  await tx.audit({ code: 'device.test_called', subject: { kind: 'device', id }, detail: { ...result } });
  return result;
}
