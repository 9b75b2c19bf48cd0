import { randomBytes } from 'node:crypto';
import type { Device } from '../../../shared/api/devices.ts';
import type { FlowView } from '../../../shared/api/flows.ts';
import type { ServiceNumber } from '../../../shared/api/numbers.ts';
import type { TenantTx } from '../../db/types.ts';
import { invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { recordOf } from '../support/records.ts';
import { userNames } from '../support/references.ts';
import type { DeviceContent } from './device-content.ts';
import { displayNumber } from './phone-number.ts';
import { findDevice, findFlow, insertDevice, listDeviceRows, listFlowRows, listNumberRows, type DeviceRow, type FlowRow, type NumberRow } from './telephony.queries.ts';

interface Page {
  limit: number;
  cursor?: string | undefined;
}

const idCursor = (row: { id: string }) => ({ key: '', id: row.id });

const numberView = (row: NumberRow): ServiceNumber => ({
  ...recordOf(row),
  number: row.number,
  display: displayNumber(row.number),
  label: row.label,
  flowId: row.flow_id,
  flowName: row.flow_name,
});

export async function listNumbers(tx: TenantTx, query: Page) {
  const rows = await listNumberRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(rows, query.limit, numberView, idCursor);
}

const flowView = (row: FlowRow): FlowView => ({
  ...recordOf(row),
  code: row.code,
  name: row.name,
  version: row.version,
  definition: row.definition as FlowView['definition'],
});

export async function listFlows(tx: TenantTx, query: Page) {
  const rows = await listFlowRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(rows, query.limit, flowView, idCursor);
}

/** @throws AppError `not_found` */
export async function flowDetail(tx: TenantTx, id: string): Promise<FlowView> {
  const row = await findFlow(tx, id);
  if (!row) throw notFound('flow');
  return flowView(row);
}

async function deviceViews(tx: TenantTx, rows: readonly DeviceRow[]): Promise<Device[]> {
  const names = await userNames(tx, rows.map((row) => row.user_id));
  return rows.map((row) => ({ ...recordOf(row), username: row.username, userId: row.user_id, userName: names.get(row.user_id ?? '') ?? '' }));
}

export async function listDevices(tx: TenantTx, query: Page) {
  const rows = await listDeviceRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(await deviceViews(tx, rows), query.limit, (view) => view, idCursor);
}

/** Where a telephone's password is sealed. */
export const devicePlace = (id: string) => ({ table: 'sip_devices', column: 'sealed', id });

/**
 * Creates a SIP telephone with a random password, which is told this once.
 * @throws AppError `duplicate` when the user name is taken, `invalid` when the user is not the tenant's
 */
export async function createDevice(tx: TenantTx, given: { username: string; userId: string | null }): Promise<{ device: Device; password: string }> {
  if (given.userId !== null && !(await userNames(tx, [given.userId])).has(given.userId)) {
    throw invalid('There is no such user.', { errors: [{ path: 'body.userId', message: 'no such user' }] });
  }
  const id = newId();
  const password = randomBytes(18).toString('base64url');
  await insertDevice(tx, { id, ...given, sealed: tx.vault.seal(devicePlace(id), { password } satisfies DeviceContent) });
  await tx.audit({ code: 'device.created', subject: { kind: 'device', id }, detail: { ...given } });
  const row = await findDevice(tx, id);
  const [device] = row ? await deviceViews(tx, [row]) : [];
  if (!device) throw notFound('device');
  return { device, password };
}
