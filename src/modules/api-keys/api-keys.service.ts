import type { z } from 'zod';
import type { ApiKey, createApiKey as createContract } from '../../../shared/api/api-keys.ts';
import type { TenantTx } from '../../db/types.ts';
import { invalid, notFound } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { demand, type Session } from '../support/binding.ts';
import { decodeIdCursor, pageOf } from '../support/paging.ts';
import { isoOrNull, recordOf } from '../support/records.ts';
import { normalizeAll } from '../users/profiles.service.ts';
import { isPermission } from '../../../shared/permissions.ts';
import { hashOfSecret, newSecret } from '../users/secrets.ts';
import { openUser } from '../users/user-content.ts';
import { findApiKey, insertApiKey, listApiKeyRows, patchApiKey, type ApiKeyRow } from './api-keys.queries.ts';

/** What every key begins with, so that a scanner for leaked secrets can know it. */
export const PREFIX = 'scc_';

/** The state of a key at `now`, ms since the epoch. */
export function stateOf(row: Pick<ApiKeyRow, 'revoked_at' | 'expires_at' | 'owner_id' | 'owner_status'>, now: number): ApiKey['state'] {
  if (row.revoked_at !== null) return 'revoked';
  if (row.expires_at !== null && row.expires_at.getTime() <= now) return 'expired';
  return row.owner_id !== null && row.owner_status !== 'active' ? 'ownerDisabled' : 'active';
}

const viewOf = (tx: TenantTx, now: number) => (row: ApiKeyRow): ApiKey => ({
  ...recordOf(row),
  name: row.name,
  permissions: row.permissions.filter(isPermission),
  ownerId: row.owner_id,
  ownerName: row.owner_id !== null && row.owner_sealed !== null ? openUser(tx, { id: row.owner_id, sealed: row.owner_sealed }).name : '',
  expiresAt: isoOrNull(row.expires_at),
  ipRanges: row.ip_ranges,
  state: stateOf(row, now),
  lastUsedAt: isoOrNull(row.last_used_at),
  lastRefusedAt: isoOrNull(row.refused_at),
  revokedAt: isoOrNull(row.revoked_at),
});

export async function listApiKeys(tx: TenantTx, now: number, query: { limit: number; cursor?: string | undefined }) {
  const rows = await listApiKeyRows(tx, decodeIdCursor(query.cursor), query.limit + 1);
  return pageOf(rows, query.limit, viewOf(tx, now), (row) => ({ key: '', id: row.id }));
}

/**
 * Creates a key that belongs to the caller. Nobody can give a key what they do not hold themselves.
 * @throws AppError `forbidden`, `invalid` for a range that cannot be read or an end that has passed
 */
export async function createApiKey(tx: TenantTx, session: Session, now: number, given: z.output<typeof createContract.body>): Promise<{ apiKey: ApiKey; secret: string }> {
  for (const permission of given.permissions) demand(session, permission);
  const permissions = [...new Set(given.permissions)];
  const ipRanges = normalizeAll(given.ipRanges);
  const expiresAt = given.expiresAt === null ? null : new Date(given.expiresAt);
  if (expiresAt !== null && expiresAt.getTime() <= now) throw invalid('This time has passed.', { errors: [{ path: 'body.expiresAt', message: 'has passed' }] });
  const id = newId();
  const secret = newSecret();
  await insertApiKey(tx, { id, name: given.name, secretHash: hashOfSecret(secret), permissions, ownerId: session.personId || null, expiresAt, ipRanges });
  await tx.audit({ code: 'api_key.created', subject: { kind: 'apiKey', id }, detail: { name: given.name, permissions, expiresAt: isoOrNull(expiresAt), ipRanges } });
  const row = await findApiKey(tx, id);
  if (!row) throw notFound('API key');
  return { apiKey: viewOf(tx, now)(row), secret: `${PREFIX}${tx.tenantId}_${secret}` };
}

/** Revokes a key at once; revoking twice is no fault. @throws AppError `not_found` */
export async function revokeApiKey(tx: TenantTx, id: string, now: number): Promise<void> {
  const row = await findApiKey(tx, id);
  if (!row) throw notFound('API key');
  if (row.revoked_at) return;
  await patchApiKey(tx, id, { revoked_at: new Date(now) });
  await tx.audit({ code: 'api_key.revoked', subject: { kind: 'apiKey', id }, detail: { name: row.name } });
}
